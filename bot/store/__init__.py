"""What is remembered, in SQLite: plain SQL, one function per question, connection first."""
