"""PostgreSQL: tables, transactions, and SQL."""
