"""What the OpenAPI document says, and what the served API does."""
