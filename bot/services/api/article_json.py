"""Articles as programs read them: the fields of article files, the number and the state; never what is `secured`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.api_key import item_of_external_id
from bot.domain.article import Article, Picture, Provider, Related
from bot.store.content import articles, imports, topics
from bot.store.engine.database import Connection

_AS_GIVEN = ("originalUrl", "ampWebUrl", "cdnAmpWebUrl", "featuredContent")
"""Fields of which a story keeps nothing of its own; they are in its document as it was given."""


async def article_json(conn: Connection, number: int, key: str) -> dict[str, Any]:
    """Return an article as the program with this key reads it. Raises: UnknownArticle."""
    article = await articles.article(conn, number)
    payload = (await imports.payloads(conn, [number])).get(number, {})
    named = await topics.names(conn, article.topics)
    owner = (await imports.owners(conn, [number])).get(number)
    before_id = item_of_external_id(key, "")
    is_own = owner is not None and owner.id.startswith(before_id)
    shown = _fields(article, payload, [named[topic] for topic in article.topics if topic in named])
    if owner is not None and is_own:
        shown["externalId"] = owner.id.removeprefix(before_id)
    return shown


def iso(at: datetime | None) -> str | None:
    """Return a time as RFC 3339 has it, in UTC."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _fields(article: Article, payload: Mapping[str, object], names: list[str]) -> dict[str, Any]:
    story = article.story
    as_given = {name: payload[name] for name in _AS_GIVEN if isinstance(payload.get(name), str)}
    return {
        "number": article.number,
        "slug": article.slug,
        "state": article.state.value,
        "title": story.title,
        "excerpt": story.excerpt,
        "publishedDateTime": iso(story.published_at),
        "scheduledAt": iso(article.scheduled_at),
        "webUrl": story.link,
        "originalUrl": None,
        "ampWebUrl": None,
        "cdnAmpWebUrl": None,
        "featuredContent": None,
        **as_given,
        "category": story.category,
        "type": story.type,
        "quality": story.quality,
        "heat": story.heat,
        "published": article.is_listed,
        "provider": _provider(story.provider),
        "topics": names,
        "images": [_picture(picture) for picture in story.pictures],
        "related": [_related(related) for related in story.related],
    }


def _provider(provider: Provider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "domain": provider.domain,
        "images": [_picture(picture) for picture in provider.pictures],
    }


def _picture(picture: Picture) -> dict[str, Any]:
    """Return a picture; the `url` of one in the content folder is its path there, that of one from a chat a name."""
    return {
        "url": picture.url,
        "width": picture.width,
        "height": picture.height,
        "credit": picture.credit,
        "alt": picture.alt,
    }


def _related(related: Related) -> dict[str, Any]:
    return {
        "title": related.title,
        "webUrl": related.link,
        "publishedDateTime": iso(related.published_at),
        "provider": _provider(related.provider),
    }
