"""Stories as JSON: the form in which articles are stored, readable in any SQLite shell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Any

from bot.domain.article import Picture, Provider, Related, Story

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def story_json(story: Story) -> str:
    """Return a story without its payload as JSON; fields that hold nothing are left out."""
    return _encode(
        _sparse(
            {
                "title": story.title,
                "link": story.link,
                "published_at": epoch(story.published_at),
                "excerpt": story.excerpt,
                "category": story.category,
                "type": story.type,
                "quality": story.quality,
                "heat": story.heat,
                "published": story.published,
                "provider": _provider_json(story.provider),
                "topics": story.topics,
                "pictures": [picture_json(picture) for picture in story.pictures],
                "related": [related_json(related) for related in story.related],
                "video": story.video,
            }
        )
    )


def story_from(text: str) -> Story:
    """Return the story that `story_json` wrote. Its payload stays in the database."""
    given = json.loads(text)
    return Story(
        title=given["title"],
        link=given["link"],
        published_at=moment(given["published_at"]),
        excerpt=given.get("excerpt"),
        category=given.get("category"),
        type=given.get("type"),
        quality=given.get("quality"),
        heat=given.get("heat"),
        published=given.get("published", False),
        provider=_provider(given.get("provider")),
        topics=tuple(given.get("topics", ())),
        pictures=tuple(map(picture_from, given.get("pictures", ()))),
        related=tuple(map(related_from, given.get("related", ()))),
        video=given.get("video"),
    )


def as_stored(story: Story) -> Story:
    """Return a story as `story_from` gives it back, in whole seconds, so that it equals itself when read again."""
    times = (story.published_at, *(one.published_at for one in story.related))
    if not any(at is not None and at.microsecond for at in times):
        return story
    return replace(
        story,
        published_at=whole_second(story.published_at),
        related=tuple(
            one if one.published_at is None else replace(one, published_at=whole_second(one.published_at))
            for one in story.related
        ),
    )


def epoch(at: datetime) -> int:
    """Return UTC epoch seconds, rounded down."""
    return int(at.timestamp() // 1)


def epoch_of_end(at: datetime | None) -> int | None:
    """Return UTC epoch seconds, rounded up: an embargo ends no moment early."""
    return None if at is None else ceil(at.timestamp())


@lru_cache(maxsize=1024)  # rows of one campaign share their times
def moment(seconds: int) -> datetime:
    """Return the aware UTC time of epoch seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(seconds: int | None) -> datetime | None:
    """Return the aware UTC time of a nullable column."""
    return None if seconds is None else moment(seconds)


def whole_second(at: datetime) -> datetime:
    """Return a time without a fraction, rounded up: an embargo ends no moment early."""
    return at if not at.microsecond else at.replace(microsecond=0) + timedelta(seconds=1)


@lru_cache(maxsize=256)
def _provider_json(provider: Provider) -> Mapping[str, object]:
    # The stories of an import have few providers. What is returned is only read.
    return _sparse(
        {
            "name": provider.name,
            "domain": provider.domain,
            "pictures": [picture_json(picture) for picture in provider.pictures],
        }
    )


def picture_json(picture: Picture) -> Mapping[str, object]:
    """Return a picture as values of JSON; what it does not say is left out."""
    return _sparse(
        {
            "url": picture.url,
            "width": picture.width,
            "height": picture.height,
            "credit": picture.credit,
            "alt": picture.alt,
            "is_local": picture.is_local,
        }
    )


def picture_from(given: dict[str, Any]) -> Picture:
    """Return the picture that `picture_json` wrote."""
    return Picture(**given)


def related_json(related: Related) -> Mapping[str, object]:
    """Return a related article as values of JSON; what it does not say is left out."""
    return _sparse(
        {
            "title": related.title,
            "link": related.link,
            "provider": _provider_json(related.provider),
            "published_at": None if related.published_at is None else epoch(related.published_at),
        }
    )


def related_from(given: dict[str, Any]) -> Related:
    """Return the related article that `related_json` wrote."""
    return Related(
        title=given["title"],
        link=given["link"],
        provider=_provider(given.get("provider")),
        published_at=moment(given["published_at"]) if "published_at" in given else None,
    )


def _provider(given: dict[str, object] | None) -> Provider:
    given = given or {}
    pictures = given.pop("pictures", ())
    return Provider(pictures=tuple(map(picture_from, pictures)), **given)  # type: ignore[call-overload, arg-type]


def _sparse(values: dict[str, object]) -> dict[str, object]:
    # By identity: 0 equals False, and a heat of 0, or the first second of 1970, is something.
    return {
        key: value
        for key, value in values.items()
        if value or not (value is None or value is False or isinstance(value, list | tuple | dict))
    }
