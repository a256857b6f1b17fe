"""
What every conversation is given: its context, the request, replies, permission, menus.

| what | modules |
| --- | --- |
| the table of conversations, and what it says to Telegram | `registry`, `commands`, `menus` |
| one request, and answering it | `context`, `request`, `replies`, `paging`, `downloads`, `side_work` |
| who may, as Telegram says it | `permission`, `administrators`, `managing` |
| what a chat is called and linked to | `chat_facts`, `linking` |
"""
