"""
The command line: what operators do at a shell, with or without a running bot.

It uses the same services as the chat, and so gives the same guarantees. No other package imports it.

| what | modules |
| --- | --- |
| where a command begins, what typer reads, how it ends | `entry`, `commands`, `source_commands`, `process`, `shell` |
| `setup`, `run`, `sandbox`, `pause`, `resume` | `setup`, `dotenv`, `running`, `pausing` |
| `backup`, `restore` | `backups` |
| `check`, `import` | `files`, `online` |
| `correct`, `retract` | `copies` |
| `drafts`, `publish`, `held`, `delivery`, `stats`, `log` | `newsroom`, `following`, `reports` |
| `sources` | `sources` |
| `editors`, `keys` | `people`, `keys` |
"""
