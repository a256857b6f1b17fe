"""
The command line: what operators do at a shell, with or without a running bot.

It uses the same services as the chat, and so gives the same guarantees. No other package imports it.
"""
