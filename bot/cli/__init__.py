"""
The command line: what operators do at a shell, with or without a running bot.

It uses the same services as the chat, and so gives the same guarantees. No other package imports it.
`commands` says what there is and what it takes; the modules here do the work.

| what | modules |
| --- | --- |
| where a command begins, and how it ends | `entry`, `process` |
| what is printed | `shell`, `progress` |
| `setup`, `run`, `sandbox`, `pause`, `resume` | `setup`, `dotenv`, `running`, `pausing` |
| `backup`, `restore`, `move` | `backups`, `moving` |
| `check`, `import` | `files`, `online` |
| `drafts`, `publish`, `retract`, `held`, `delivery`, `log` | `newsroom`, `following`, `reports` |
| `correct`, `retract` with its copies, `takedown` | `copies`, `takedown` |
| `stats` | `statistics` |
| `sources` | `sources` |
| `editors`, `keys` | `people`, `keys` |
"""
