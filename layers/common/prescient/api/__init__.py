"""The HTTP API: routes, request and response models, and how errors are answered."""
