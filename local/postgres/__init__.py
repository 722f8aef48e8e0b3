"""An embedded Postgres, its databases and their schema."""
