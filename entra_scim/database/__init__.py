"""How statements and transactions reach the database."""
