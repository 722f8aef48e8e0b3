"""Settings, the clock, logging, and how a Lambda function becomes one call of a step."""
