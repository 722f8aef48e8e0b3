"""From candidates to signals: decisions, sizing, legs, admission."""
