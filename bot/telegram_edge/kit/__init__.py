"""
What every conversation is given: its context, the request, replies, permission, menus.

| what | modules |
| --- | --- |
| what a conversation works with | `context`, `request`, `replies`, `paging`, `downloads`, `side_work` |
| what a chat can say | `registry`, `commands`, `menus` |
| who may, and of which chat | `permission`, `administrators`, `managing`, `chat_facts`, `linking` |
"""
