"""The tour: a scripted session of several people with the bot, printed as a transcript."""
