"""PostgreSQL: tables, transactions, and SQL functions."""
