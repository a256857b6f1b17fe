"""The database itself: connections, transactions, migrations, lock, backups. Independent of the tables in it."""
