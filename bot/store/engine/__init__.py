"""The database itself: connections, transactions, migrations, lock, backups. Knows nothing of what is in it."""
