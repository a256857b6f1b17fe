"""
Articles: a `Story` is the validated content of one file; an `Article` is the story as stored, with its number, state
and revision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from bot.domain.correction import Correction
from bot.errors import Complaint

MAX_RELATED = 100
"""Stories that an article names."""


class ArticleState(StrEnum):
    """The state of an article. Readers can list PUBLISHED and ARCHIVED ones, and no others."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    HELD = "held"
    PUBLISHED = "published"
    ARCHIVED = "archived"  # listed, never pushed: it was old news when first seen
    RETRACTED = "retracted"
    TAKEN_DOWN = "taken_down"  # for good: only its number is left


class Manner(IntEnum):
    """How an article arrives, by its editor's choice. The numbers are stored."""

    USUAL = 0  # as each chat has chosen
    SILENT = 1  # without a sound in any chat
    BREAKING = 2  # before other news, and at once in chats that allow that of breaking news


class HeldWhy(StrEnum):
    """Why an article waits for an editor instead of going out."""

    BURST = "burst"  # more became news at once than people expect
    RESTORED = "restored"  # the database is an older copy
    TOPICS = "topics"  # nobody knows its topics, so it would reach no one


LISTED = (ArticleState.PUBLISHED, ArticleState.ARCHIVED)


SENT_IN_CHAT = "telegram:"
"""With this the `url` of a picture begins that an editor sent in chat; its file id at Telegram comes behind it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image of a story: a public URL, or a path relative to the content folder when `is_local`, or what an editor
    sent in chat.

    Width and height are pixels as claimed by the source; None when it claims nothing.
    """

    url: str
    width: int | None = None
    height: int | None = None
    credit: str | None = None
    alt: str | None = None
    is_local: bool = False

    @property
    def file_id(self) -> str | None:
        """The id, at Telegram, of the file that an editor sent in chat; None for every other picture."""
        is_sent = not self.is_local and self.url.startswith(SENT_IN_CHAT)
        return self.url.removeprefix(SENT_IN_CHAT) if is_sent else None


@dataclass(frozen=True, slots=True)
class Provider:
    """Who published the story: a newspaper, an agency, a blog."""

    name: str | None = None
    domain: str | None = None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """Another article that a story points to."""

    title: str
    link: str
    provider: Provider = Provider()
    published_at: datetime | None = None


class AsRead(NamedTuple):
    """Facts about the file a story was read from, for warnings. They are no part of the story and are not stored.

    `warnings` are what was left out or looks like a typo. `topic_lines` is the line of each of the story's topics;
    `topics_in_text` when a text stood where their list should, so that some may be pieces of one name.
    `generator` is that of the static site whose page it is, None for a file of ours; `aliases` are the page's earlier
    links. `has_page` is False where the generator makes no page of the file, so that its link leads nowhere.
    """

    path: str = ""
    warnings: tuple[Complaint, ...] = ()
    topic_lines: tuple[int, ...] = ()
    topics_in_text: bool = False
    generator: str | None = None
    aliases: tuple[str, ...] = ()
    has_page: bool = True


@dataclass(frozen=True, slots=True)
class Story:
    """The content of one story as one source gives it. Times are aware and UTC; texts are cleaned for display.

    `published` is the flag as the source gave it; None when it gives none. `link` is what readers open; it is empty
    where a feed gave none, and then the story is a draft until an editor gives it one. `video` is a known video's link.
    `payload` is the document as given, with every unknown field and `secured` byte for byte.
    """

    title: str
    link: str
    published_at: datetime
    excerpt: str | None = None
    category: str | None = None
    type: str | None = None
    quality: int | None = None
    heat: int | None = None
    published: bool | None = False
    provider: Provider = Provider()
    topics: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    related: tuple[Related, ...] = ()
    video: str | None = None
    payload: dict[str, object] = field(default_factory=dict, compare=False)
    as_read: AsRead = field(default=AsRead(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """A story under its number. `topics` are topic numbers in the file's order.

    `pushed_at` is when its one audience was fixed; None while it never went out.
    `made_by` is who sent it in chat; None for what came otherwise. `manner` is how it arrives at its scheduled time.
    `revision` grows when something readers see changes. `held_why` is None unless it is held, and for what was held
    before newsbot kept the reason. `corrections` are the newest that readers are told of, oldest first; `retracted_why`
    is what they are told of a retraction. `only_to` are the topics to whose followers alone it goes; without any it
    goes to all who follow it.
    """

    number: int
    slug: str
    state: ArticleState
    revision: int
    story: Story
    topics: tuple[int, ...]
    pushed_at: datetime | None = None
    scheduled_at: datetime | None = None
    first_seen_at: datetime | None = None
    held_why: HeldWhy | None = None
    corrections: tuple[Correction, ...] = ()
    retracted_why: str | None = None
    made_by: int | None = None
    manner: Manner = Manner.USUAL
    only_to: tuple[int, ...] = ()

    @property
    def is_listed(self) -> bool:
        return self.state in LISTED
