"""The application's operations: import, publish, deliver, follow. One function for each act, one transaction each."""
