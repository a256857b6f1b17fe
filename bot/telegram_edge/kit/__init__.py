"""
What every conversation is given.

| module | what it has |
| --- | --- |
| `context`, `side_work` | the parts of a running bot, and what goes on when an update has been answered |
| `request`, `inline_request` | what somebody asked for, in a chat of ours and in any other |
| `replies`, `paging` | ways to answer, and pages of lists |
| `registry`, `commands`, `menus` | the table of all that can be said, and what Telegram shows of it |
| `permission`, `administrators`, `inline_quota` | who may, and how often |
"""
