"""What template.yaml deploys, on one machine."""
