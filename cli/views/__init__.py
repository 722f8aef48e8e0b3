"""What the answers of the API say to a person, as tables and facts."""
