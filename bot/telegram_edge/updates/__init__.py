"""
Updates from Telegram: received, put in order, written down, handed to a conversation.

| what | modules |
| --- | --- |
| from python-telegram-bot to us | `application`, `any_application`, `polling`, `turned_away` |
| in which order, and until their work is done | `update_queue`, `update_journal`, `shared_journal` |
| to which conversation | `routing`, `presses`, `questions_and_reactions`, `membership_changes` |
| what an update says, as our values | `incoming`, `formatting` |
| what a person is told when it fails | `failures` |
"""
