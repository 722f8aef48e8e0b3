"""What clients send: bodies and parameters. What these do not name is refused."""
