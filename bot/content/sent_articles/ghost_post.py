"""
Calls of Ghost's webhooks: which post they are about, what it is now, and when it was changed.

What is taken from a post is what readers of the site may see. The link of a post that is not published leads nowhere,
and the excerpt of one for members quotes what they pay for, unless somebody wrote it for everybody.
Source: https://docs.ghost.org/webhooks (the payloads were caught from Ghost 6.65)
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.content.articles.article_file import story_of
from bot.content.articles.cleaning import title_of
from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.formats.front_matter import read_document
from bot.content.sent_articles.sent_article import Unreadable, read_object
from bot.domain.article import Story
from bot.errors import Complaint, ContentError

FOREVER = 2**62
"""When a deleted post was changed last: whatever else is still told of it is older."""
_NOWHERE = Path("/nonexistent")
_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class GhostCall:
    """What one call says. `changed_at` is milliseconds since the epoch; `FOREVER` when the post is deleted.

    `fields` are the post's as an article file has them, None unless it is published. `is_idle` when nothing was
    changed but the time of the change.
    """

    post: str
    changed_at: int
    fields: dict[str, Any] | None
    is_idle: bool = False

    @property
    def is_published(self) -> bool:
        return self.fields is not None


def read_call(body: bytes, signed_at: int) -> GhostCall:
    """Return what a call says that was signed at a time, in milliseconds since the epoch.

    Which event it was does not count: calls of one change arrive in any order, and what the post is now is in each.
    Raises: Unreadable; ContentError, when it is about no post.
    """
    document = read_object(body)
    post = document.fields.get("post")
    if not isinstance(post, dict):
        raise ContentError(document.complaint(("post",), "is missing; only webhooks of posts are taken"))
    current, previous = _object(post.get("current")), _object(post.get("previous"))
    id = current.get("id") or previous.get("id")
    if not (isinstance(id, str) and _ID.fullmatch(id)):
        raise ContentError(document.complaint(("post", "current", "id"), "is missing, or is no id of a post"))
    if not current:
        return GhostCall(id, FOREVER, None)
    changed_at = _milliseconds(current.get("updated_at"), signed_at)
    is_idle = bool(previous) and not previous.keys() - {"updated_at"}
    return GhostCall(id, changed_at, _fields(current) if current.get("status") == "published" else None, is_idle)


def story_of_post(call: GhostCall, name: str, rules: ReadingRules) -> Story:
    """Return a published post as a story; `name` is for complaints. Raises: ContentError."""
    document = read_document(f"{name}.json", json.dumps(call.fields, ensure_ascii=False).encode())
    try:
        return story_of(replace(document, path=name), FileContext(_NOWHERE / name, _NOWHERE, rules, is_alone=True))
    except ContentError as error:
        # All of a post stands on one line that nobody sees.
        raise ContentError(*(Complaint(name, 0, one.field, one.reason) for one in error.complaints)) from error


def _fields(post: dict[str, Any]) -> dict[str, Any]:
    is_for_all = post.get("visibility", _PUBLIC) == _PUBLIC
    link = post.get("canonical_url") or post.get("url")
    return {
        "title": post.get("title"),
        "excerpt": post.get("custom_excerpt") or (post.get("excerpt") if is_for_all else None),
        "publishedDateTime": post.get("published_at"),
        "webUrl": link,
        "published": True,
        "provider": {"domain": _host(post.get("url"))},
        "topics": [*_public_tags(post.get("tags"))],
        "images": _pictures(post),
    }


def _public_tags(tags: object) -> list[str]:
    """Return the names of the tags that readers of the site see: those of the editors' own begin with `#`."""
    return [
        tag["name"]
        for tag in (tags if isinstance(tags, list) else [])
        if isinstance(tag, dict)
        and isinstance(tag.get("name"), str)
        and tag.get("visibility", _PUBLIC) == _PUBLIC
        and not tag["name"].startswith("#")
    ]


def _pictures(post: dict[str, Any]) -> list[dict[str, Any]]:
    url, caption = post.get("feature_image"), post.get("feature_image_caption")
    if not isinstance(url, str) or not url:
        return []
    credit = title_of(caption) if isinstance(caption, str) else None
    return [{"url": url, "alt": post.get("feature_image_alt"), "credit": credit}]


def _host(link: object) -> str | None:
    try:
        return urlsplit(link).hostname if isinstance(link, str) else None
    except ValueError:
        return None


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _milliseconds(text: object, otherwise: int) -> int:
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None:
        return otherwise
    return round((at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp() * 1000)


__all__ = ["FOREVER", "GhostCall", "Unreadable", "read_call", "story_of_post"]
