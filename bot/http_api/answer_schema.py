"""The schema of what programs are answered. Requests are described by the models that validate them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Image(Answer):
    """A picture; the `url` of one in the content folder is its path there."""

    url: str
    width: int | None
    height: int | None
    credit: str | None
    alt: str | None


class Provider(Answer):
    name: str | None
    domain: str | None
    images: list[Image]


class Related(Answer):
    title: str
    webUrl: str
    publishedDateTime: datetime | None
    provider: Provider


class Remark(Answer):
    """Something about one field. `pointer` is its JSON Pointer (RFC 6901)."""

    field: str
    pointer: str
    detail: str


class Article(Answer):
    """An article as it is now. `webUrl` is empty for what came from a feed without a link."""

    number: int
    slug: str
    state: Literal["draft", "scheduled", "held", "published", "archived", "retracted"]
    title: str
    excerpt: str | None
    publishedDateTime: datetime
    scheduledAt: datetime | None
    webUrl: str
    originalUrl: str | None
    ampWebUrl: str | None
    cdnAmpWebUrl: str | None
    featuredContent: str | None
    category: str | None
    type: str | None
    quality: int | None
    heat: int | None
    published: bool
    provider: Provider
    topics: list[str]
    images: list[Image]
    related: list[Related]
    externalId: str | None = Field(None, description="Only for the key that gave it")


class ArticleDone(Article):
    """The article after what was asked for. `warnings` name what was left out of it, and what was not done."""

    warnings: list[Remark]


class ArticleKnown(Answer):
    """An article that somebody else told and that is not public: a contributor's key is told no more of it."""

    number: int
    state: Literal["draft", "scheduled", "held", "retracted"]
    warnings: list[Remark]


class Problem(Answer):
    """An error, as RFC 9457 has it. `errors` are all fields that are wrong."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[Remark] | None = None


class ReasonOfMany(Answer):
    reason: str | None
    chats: int


class ReasonOfCopies(Answer):
    reason: str
    copies: int


class ReasonOfChat(Answer):
    chat: int
    reason: str | None


class Figures(Answer):
    state: str
    words: str | None
    paused: bool
    audience: int
    reached: int
    waiting: int
    for_their_time: int
    switched_off: int
    failed: int
    restricted: int
    unwanted: int
    perhaps_twice: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    per_second: float | None
    reasons: list[ReasonOfMany]
    corrected: int
    correcting: int
    not_corrected: int
    deleted: int
    noticed: int
    retracting: int
    not_retracted: int
    copies_reasons: list[ReasonOfCopies]
    failed_chats: list[ReasonOfChat]
    restricted_chats: list[ReasonOfChat]


class Delivery(Answer):
    """What `newsbot delivery --json` prints; `delivery` is null while the article never went out."""

    number: int
    slug: str
    title: str
    state: str
    delivery: Figures | None


class HookDone(Answer):
    """What became of a webhook's call; `number` is null where it told of nothing that is kept."""

    number: int | None
    state: str | None
