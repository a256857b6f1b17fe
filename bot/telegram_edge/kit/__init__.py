"""
What every conversation is given.

| what | modules |
| --- | --- |
| the parts of a running bot, and what goes on when an update has been answered | `context`, `side_work` |
| what somebody asked for, in a chat of ours and in any other | `request`, `inline_request`, `downloads`, `sent_files` |
| ways to answer, and pages of lists | `replies`, `reply_tries`, `paging` |
| the table of all that can be said, and what Telegram shows of it | `registry`, `commands`, `menus` |
| chats that are spoken about in another | `chat_facts`, `linking`, `managing` |
| who may, and how often | `permission`, `administrators`, `inline_quota` |
"""
