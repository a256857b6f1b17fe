"""
The context in which a file is read: its folder, the time zone of its dates, and which pictures exist.

Apart from the models (`bot.content.articles.schema`), so that who only asks for a file to be read loads no model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """What the operator chose for all files: the zone of times without one, and private hosts that links may have.

    `site` is the address of the static site whose pages they are; None when nobody named one.
    """

    zone: ZoneInfo
    allow: FetchRules = PUBLIC_ONLY
    site: str | None = None


@dataclass(slots=True)
class FileContext:
    """What a file's fields are read against, and what was found while reading them.

    A picture that is there may be missing still, when `is_whole` says so of its path below `root`. With `waits` nothing
    is said of a missing one.
    `missing_pictures` are local ones; `left_out` what was not taken and why, by its place; `topics_in_text`
    when a text stood where a list of topics should, `topic_places` where each topic stands.
    `changes_at` is when the file says something else although nobody writes it, None if it never does.
    With `is_alone` there is no folder around it, and a picture is a link, or one of the `own_pictures` that its
    article has already: of the content folder, by their paths there, and those that were sent in chat.
    """

    path: Path
    root: Path
    rules: ReadingRules
    is_whole: Callable[[str], bool] = lambda _: True
    waits: bool = False
    is_alone: bool = False
    own_pictures: frozenset[str] = frozenset()
    changes_at: datetime | None = None
    missing_pictures: list[str] = field(default_factory=list)
    left_out: list[tuple[tuple[str | int, ...], str]] = field(default_factory=list)
    topics_in_text: bool = False
    topic_places: list[tuple[str | int, ...]] = field(default_factory=list)

    def begin(self) -> None:
        """Forget what an earlier reading found, but for the missing pictures, which the next one may not ask for."""
        self.left_out.clear()
        self.topic_places.clear()
        self.topics_in_text = False


def name_in(path: Path, root: Path) -> Path:
    """Return `path` relative to `root` where it is inside, else as it is."""
    try:
        return path.relative_to(root)
    except ValueError:
        return path
