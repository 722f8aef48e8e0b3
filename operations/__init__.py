"""Commands for real databases: upgrade, downgrade, backup, reconcile; and the API document."""
