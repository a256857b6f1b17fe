"""
The sandbox's state: people, chats, messages, updates, faults, and the limits that Telegram sets.

| what | modules |
| --- | --- |
| the state, and who is in it | `state`, `people`, `profile` |
| what happens in it, and keeping it | `chat_changes`, `world`, `events`, `state_file` |
| messages: texts, buttons, files | `markup`, `entities`, `detection`, `links`, `keyboards`, `files`, `history` |
| what one person alone sees | `ephemeral` |
| questions in any chat, and reactions | `inline`, `reactions` |
| updates on their way to the bot | `updates`, `webhook` |
| calls: refused, slow, broken, counted | `api_error`, `faults`, `pace`, `call_log` |
"""
