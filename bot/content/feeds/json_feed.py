"""
JSON Feed 1.0 and 1.1.

Source: https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.content.feeds.fields.addresses import absolute
from bot.content.feeds.fields.pictures import Named, first_in_html, is_image, picture_of
from bot.content.feeds.fields.wording import Kind, title_from
from bot.content.feeds.items import Found, Items, Raw, item_from
from bot.content.feeds.not_a_feed import NotAFeed
from bot.domain.article import Picture
from bot.domain.feed import Feed, FeedItem

# The address that the specification wants; some software writes the number alone.
_VERSION = re.compile(r".*jsonfeed\.org/version/.*|1(?:\.[01])?", re.IGNORECASE)
_HALVES = str.maketrans(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))
Fields = Mapping[str, Any]


def feed_of(text: str, url: str) -> Feed:
    """Return the feed in a JSON document. Raises: NotAFeed."""
    try:
        # Numbers are kept as they are written: an id of 12 is "12".
        document = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, strict=False)
    except RecursionError:
        raise NotAFeed("JSON that is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NotAFeed(f"broken JSON (line {error.lineno}: {error.msg})") from None
    is_feed = isinstance(document, dict) and _VERSION.fullmatch(_text(document, "version")[:200]) is not None
    if not is_feed or not isinstance(document.get("items"), list):
        raise NotAFeed("JSON, but no JSON Feed")
    items = Items()
    for fields in document["items"]:
        if isinstance(fields, dict) and not items.is_full():
            items.add(_item(fields, url))
    kept = items.all()
    hubs = [hub for hub in _list(document, "hubs") if isinstance(hub, dict)]
    return Feed(
        title=title_from(_text(document, "title"), Kind.TEXT) or None,
        link=absolute(_text(document, "home_page_url"), url),
        items=kept,
        hub=next((hub for one in hubs if (hub := absolute(_text(one, "url"), url)) is not None), None),
        topic=absolute(_text(document, "feed_url"), url),
        warnings=items.warnings(),
    )


def _item(fields: Fields, url: str) -> FeedItem:
    link = absolute(_text(fields, "url"), url) or absolute(_text(fields, "external_url"), url)
    html, text = (_text(fields, "content_html"), Kind.HTML), (_text(fields, "content_text"), Kind.TEXT)
    excerpts: list[Raw] = [(_text(fields, "summary"), Kind.TEXT)]
    return item_from(
        Found(
            id=_text(fields, "id"),
            titles=[(_text(fields, "title"), Kind.TEXT)],
            link=link,
            dates=[date for key in ("date_published", "date_modified") if (date := _text(fields, key))],
            excerpts=[one for one in excerpts if one[0].strip()],
            contents=[one for one in (html, text) if one[0].strip()],
            pictures=list(_pictures(fields, html[0], url, link or url)),
            categories=[one.translate(_HALVES) for one in _list(fields, "tags") if isinstance(one, str)],
            author=_author(fields),
        )
    )


def _pictures(fields: Fields, html: str, url: str, item_link: str) -> Iterator[Picture]:
    attached = [one for one in _list(fields, "attachments") if isinstance(one, dict)]
    named = [
        *(one for one in (Named(_text(a, "url"), type=_text(a, "mime_type")) for a in attached) if is_image(one)),
        Named(_text(fields, "image")),
        Named(_text(fields, "banner_image")),
    ]
    for one in named:
        if (picture := picture_of(one, url)) is not None:
            yield picture
    if (picture := first_in_html(html, item_link)) is not None:
        yield picture


def _author(fields: Fields) -> str | None:
    """Return the first author's name; version 1.0 has one, 1.1 a list."""
    for one in (*_list(fields, "authors"), fields.get("author")):
        if isinstance(one, dict) and (name := _text(one, "name")):
            return name
    return None


def _text(fields: Fields, key: str) -> str:
    value = fields.get(key)
    return value.translate(_HALVES) if isinstance(value, str) else ""


def _list(fields: Fields, key: str) -> list[Any]:
    value = fields.get(key)
    return value if isinstance(value, list) else []
