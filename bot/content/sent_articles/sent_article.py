"""
Articles that programs send as JSON: whole ones, and changes of some fields of a known one.

Both pass the validator of article files, so a field means the same wherever it comes from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from bot.content.articles.article_file import story_of
from bot.content.articles.links import judged
from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.formats.document import Document
from bot.content.formats.front_matter import read_document
from bot.content.sent_articles.sent_schema import AudienceSchema, CorrectionSchema, IdentitySchema, ScheduleSchema
from bot.domain.article import Story
from bot.errors import Complaint, ContentError

NAME = "article.json"
"""What a body is called in complaints; its suffix says that it is JSON."""
_Schema = TypeVar("_Schema", bound=BaseModel)
_ANY_RULES = ReadingRules(ZoneInfo("UTC"))  # nothing beside a change is a time
_NO_LINK = "https://link.invalid/"  # stands for the one that a feed did not give; nothing of it is kept
_NOWHERE = Path("/nonexistent")  # nothing beside a body is looked for
_LINKS = {"webUrl": "originalUrl", "originalUrl": "webUrl"}
# Which part of a story each field decides.
_DECIDES = {
    "title": ("title",),
    "excerpt": ("excerpt",),
    "publishedDateTime": ("published_at",),
    "webUrl": ("link", "video"),
    "originalUrl": ("link", "video"),
    "category": ("category",),
    "type": ("type", "video"),
    "featuredContent": ("video",),
    "quality": ("quality",),
    "heat": ("heat",),
    "provider": ("provider",),
    "topics": ("topics",),
    "images": ("pictures",),
    "related": ("related",),
}


class Unreadable(Exception):
    """A body that is no JSON object; the text says why."""


@dataclass(frozen=True, slots=True)
class SentArticle:
    """A whole article, and the id by which its program knows it; None when it gives none."""

    story: Story
    external_id: str | None


@dataclass(frozen=True, slots=True)
class SentChange:
    """Fields of a known article that are to change. `every_copy` when delivered messages are meant too, and why."""

    document: Document
    every_copy: bool = False
    why: str | None = None


def read_object(data: bytes) -> Document:
    """Return the fields of a JSON object. Raises: Unreadable."""
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        raise Unreadable("the body must be one JSON object" if data.strip() else "the body is empty")
    try:
        return read_document(NAME, data)
    except ContentError as error:
        complaint = error.complaints[0]
        where = f"line {complaint.line}: " if complaint.line else ""
        raise Unreadable(f"{where}{complaint.reason}") from error


def read_article(data: bytes, rules: ReadingRules) -> SentArticle:
    """Return an article that a program sends. Times without a zone are in that of `rules`.

    Raises: Unreadable; ContentError, with every field that is wrong.
    """
    document = read_object(data)
    identity, wrong = _judged(document, IdentitySchema, rules)
    document.fields.pop("externalId", None)
    try:
        story = story_of(document, _alone(rules))
    except ContentError as error:
        raise ContentError(*error.complaints, *wrong, warnings=error.warnings) from error
    if identity is None or wrong:
        raise ContentError(*wrong)
    return SentArticle(story, identity.externalId)


def read_change(data: bytes) -> SentChange:
    """Return the change that a program asks for. Its fields are judged beside those that stay, by `changed`.

    Raises: Unreadable; ContentError.
    """
    document = read_object(data)
    correction, wrong = _judged(document, CorrectionSchema, _ANY_RULES)
    if correction is None or wrong:
        raise ContentError(*wrong)
    for name in ("externalId", *CorrectionSchema.model_fields):
        document.fields.pop(name, None)
    return SentChange(document, correction.copies == "every", correction.why)


def changed(before: Story, payload: Mapping[str, object], change: SentChange, rules: ReadingRules) -> Story:
    """Return a story with some of its fields changed; what the change does not name stays exactly as it was.

    `payload` is the story's document as it was given. A field that is null is taken out. The flag is the change's own,
    None when it gives none. Raises: ContentError, with every field of the change that is wrong.
    """
    given = change.document.fields
    around: dict[str, object] = {"title": before.title, "publishedDateTime": before.published_at.isoformat()}
    if not _LINKS.keys() & given.keys():
        around["webUrl"] = before.link or _NO_LINK
    for name, other in _LINKS.items():
        link = payload.get(name)
        if other in given and name not in given and isinstance(link, str) and judged(link, rules.allow).url is not None:
            around[name] = link
    around |= {name: payload[name] for name in ("type", "featuredContent") if isinstance(payload.get(name), str)}
    document = read_document(NAME, json.dumps(around | given, ensure_ascii=False).encode())
    doubled = change.document.complaints
    pictures = (*before.pictures, *before.provider.pictures)
    own = frozenset(picture.url for picture in pictures if picture.is_local or picture.file_id is not None)
    try:
        after = story_of(replace(document, complaints=doubled), replace(_alone(rules), own_pictures=own))
    except ContentError as error:
        raise ContentError(*error.complaints, warnings=_about(given, error.warnings)) from error
    parts = {part for name in given for part in _DECIDES.get(name, ())}
    kept = {name: value for name, value in payload.items() if name not in given}
    return replace(
        before,
        **{part: getattr(after, part) for part in parts},
        published=after.published if {"published", "draft"} & given.keys() else None,
        payload=kept | {name: value for name, value in given.items() if value is not None},
        as_read=after.as_read._replace(
            warnings=_about(given, after.as_read.warnings),
            path=after.as_read.path if "topics" in given else "",
            topic_lines=after.as_read.topic_lines if "topics" in given else (),
            topics_in_text=after.as_read.topics_in_text and "topics" in given,
        ),
    )


def read_audience(data: bytes) -> tuple[str, ...] | None:
    """Return the topics in `{"only": [NAME]}`, none for all who follow it; None where nothing is said of it.

    Raises: Unreadable; ContentError.
    """
    if not data.strip():
        return None
    audience, wrong = _judged(read_object(data), AudienceSchema, _ANY_RULES)
    if audience is None:
        raise ContentError(*wrong)
    return audience.only


def read_schedule(data: bytes, rules: ReadingRules, now: datetime) -> tuple[datetime, tuple[str, ...] | None]:
    """Return the time to come in `{"at": TIMESTAMP}`, and the topics as `read_audience` does.

    Raises: Unreadable; ContentError.
    """
    document = read_object(data)
    schedule, wrong = _judged(document, ScheduleSchema, rules)
    if schedule is None:
        raise ContentError(*wrong)
    if schedule.at <= now:
        raise ContentError(document.complaint(("at",), "has passed; publish it, or give a time to come"))
    return schedule.at, schedule.only


def _alone(rules: ReadingRules) -> FileContext:
    return FileContext(_NOWHERE / NAME, _NOWHERE, rules, is_alone=True)


def _judged(document: Document, schema: type[_Schema], rules: ReadingRules) -> tuple[_Schema | None, list[Complaint]]:
    """Return what stands beside an article's fields, None when something there is wrong, and all that is wrong."""
    wrong = []
    if document.fields.get("taxonomy") not in (None, "article"):
        reason = "must be “article”, or left out; topics are defined in files"
        wrong.append(document.complaint(("taxonomy",), reason))
    try:
        return schema.model_validate(document.fields, context=_alone(rules)), wrong
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            reason = "is missing" if detail["type"] == "missing" else detail["msg"]
            wrong.append(document.complaint(detail["loc"], reason))
        return None, wrong


def _about(given: Mapping[str, object], warnings: tuple[Complaint, ...]) -> tuple[Complaint, ...]:
    """Return the warnings about fields that a change gives."""
    names = {*given}
    return tuple(one for one in warnings if one.field.partition("[")[0].partition(".")[0] in names)
