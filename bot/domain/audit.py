"""
The audit log's entries, who can be named in them, and the groups in which `/log` shows what was done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

_ID = re.compile(r"\d{1,19}", re.ASCII)
ABOUT_PEOPLE = frozenset(
    {"become contributor", "become editor", "become owner", "role", "let go", "remove owner", "not brought back"}
)
"""Acts whose detail is a person's id: who invited them, whose role it was."""


@dataclass(frozen=True, slots=True)
class ShellUser:
    """Somebody at the shell, by the name of their account on the machine."""

    name: str


By = int | ShellUser | None
"""Who does something: a person by their Telegram id, somebody at the shell, or nobody: a file, a feed, newsbot."""


def person_of(by: By) -> int | None:
    """Return the person who does something in chat; None for all others."""
    return by if isinstance(by, int) else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `person` is None for a program, a file, the shell or newsbot itself; `key` names a program's key, and
    `shell` whoever did it there. `before` and `after` are None where there was nothing, or nothing is told.
    """

    at: datetime
    person: int | None
    act: str
    article: int | None
    detail: str | None
    key: str | None = None
    before: str | None = None
    after: str | None = None
    shell: str | None = None
    id: int = field(default=0, compare=False)

    @property
    def about(self) -> int | None:
        """Return the person whom the act concerns beside the one who did it; None for all other acts."""
        if self.act not in ABOUT_PEOPLE or not _ID.fullmatch(self.detail or ""):
            return None
        return int(self.detail or "")


class LogGroup(StrEnum):
    """What `/log` can be narrowed to."""

    ALL = "all"
    ARTICLES = "articles"
    PEOPLE = "people"
    SOURCES = "sources"
    PROGRAMS = "programs"


_ACTS = {
    LogGroup.PEOPLE: (
        "invite", "owner link", "become contributor", "become editor", "become owner", "withdraw", "role", "let go",
        "remove owner", "not brought back",
    ),
    LogGroup.SOURCES: ("source",),
    LogGroup.PROGRAMS: ("key", "remove key"),
}  # fmt: skip


def acts_in(group: LogGroup) -> tuple[str, ...]:
    """Return the acts of a group; none for ALL and ARTICLES, which other things make up: all, and what is about one."""
    return _ACTS.get(group, ())
