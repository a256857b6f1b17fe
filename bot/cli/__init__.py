"""
The command line: newsbot for the person at the shell, who has no chat at hand or no bot running.

It says the same things and keeps the same promises as the chat does, through the same services. Nobody imports it.
"""
