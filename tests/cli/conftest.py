"""The real command, as a person at a shell runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from files_in_place import written_a_while_ago
from processes import Process, start_python

WITHIN = 60.0  # seconds: far more than any command takes, far less than for ever


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str
    raw: bytes


class Shell:
    """A folder to stand in and variables to set; `await shell("drafts")` runs `newsbot drafts`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "data" / "newsbot.db"
        # As a user has it: whoever runs tests may have switched off the buffer of the standard output.
        ours = ("NEWSBOT_", "PYTHONUNBUFFERED")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.variables = {**kept, "PYTHONDONTWRITEBYTECODE": "1"}

    async def start(self, *arguments: str | Path, forked: bool = True) -> Process | asyncio.subprocess.Process:
        """Begin a command that stays; `finish` it. What is not `forked` has yet to load all that it needs."""
        return await start_python(
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=self.variables,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            forked=forked,
        )

    async def finish(self, process: Process | asyncio.subprocess.Process, given: str = "") -> Answer:
        try:
            out, err = await asyncio.wait_for(process.communicate(given.encode()), WITHIN)
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return Answer(process.returncode, out.decode(errors="replace"), err.decode(), out)

    async def __call__(self, *arguments: str | Path, given: str = "") -> Answer:
        return await self.finish(await self.start(*arguments), given)

    def write(self, path: str, text: str, *, fresh: bool = False) -> Path:
        """Write a file, a while ago unless it is `fresh`: then it may still be written, and is looked at twice."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        if not fresh:
            written_a_while_ago(place)
        return place

    def article(self, path: str, title: str, *, published: bool = False, link: str = "") -> Path:
        """Write an article file whose link is made from its path unless another is given."""
        link = link or f"https://example.com/{path}"
        flag = "true" if published else "false"
        fields = f'title: "{title}"\npublishedDateTime: 2021-02-12\nwebUrl: {link}\npublished: {flag}\n'
        return self.write(path, f"---\n{fields}topics: [Energy]\n---\n")

    def rows(self, sql: str, database: Path | None = None) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(database or self.database)) as conn:
            return conn.execute(sql).fetchall()

    def change(self, sql: str) -> None:
        with closing(sqlite3.connect(self.database)) as conn, conn:
            conn.execute(sql)

    def follow_energy(self, chats: int) -> None:
        """Let so many chats follow Energy, which an imported article has brought."""
        with closing(sqlite3.connect(self.database)) as conn, conn:
            numbers = [(100_000 + place,) for place in range(chats)]
            conn.executemany("INSERT INTO chats (id, kind, since, state_at) VALUES (?, 'private', 1, 1)", numbers)
            conn.executemany(
                "INSERT INTO subscriptions (topic, chat, since) SELECT number, ?, 1 FROM topics WHERE name = 'Energy'",
                numbers,
            )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
