"""What became of a document that an editor sent."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.article import Article
from bot.errors import Complaint


@dataclass(slots=True)
class Uploaded:
    """What became of the files of one document; `files` of them in all. Numbers are articles'.

    `known` are stories that were there already and stay as they are; `doubled` tell a story that a file of the
    content folder owns (file name, article). `new_topics` are the drafts' topics that are no more than a name yet,
    `unfollowed` those of the first drafts that would reach nobody.
    """

    files: int = 0
    drafts: list[Article] = field(default_factory=list)
    new_topics: list[str] = field(default_factory=list)
    unfollowed: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    topics: int = 0
    doubled: list[tuple[str, int]] = field(default_factory=list)
    refused: list[Complaint] = field(default_factory=list)
    warned: list[Complaint] = field(default_factory=list)
