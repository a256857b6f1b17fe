"""
Every command of `newsbot` as typer reads it: its arguments, its options, its help.

What a command needs is imported when it runs, so that `newsbot --help` answers at once. `app` has the table of all.
"""
