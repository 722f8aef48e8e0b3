"""The deployment of template.yaml on one machine."""
