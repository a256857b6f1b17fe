"""
RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0: from a mended text to a feed.

An XML parser reads what is XML. What breaks off, or has something after its end, gives the items that are complete;
what is broken in the middle is read once more by a reader that forgives.
"""

from __future__ import annotations

from datetime import timedelta
from xml.parsers import expat

from bot.content.feeds.fields.addresses import absolute
from bot.content.feeds.fields.wording import title_from
from bot.content.feeds.items import Items, interval_of
from bot.content.feeds.not_a_feed import NotAFeed
from bot.content.feeds.xml.lenient_xml import read_leniently
from bot.content.feeds.xml.tree import Element, TreeBuilder
from bot.content.feeds.xml_items import Parts, alternate, item_of, text_construct
from bot.domain.feed import Feed

_BUFFER = 65_536
# https://docs.python.org/3/library/pyexpat.html#expaterror-exceptions: after these there is nothing more to read.
_AT_THE_END = frozenset(
    expat.errors.codes[one]
    for one in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}  # minutes


def feed_of(text: str, url: str) -> Feed:
    """Return the feed in a mended text that begins with its root. Raises: NotAFeed."""
    builder, items = _read_strictly(text, url)
    if builder is None:
        builder, items = _started(url)
        read_leniently(text, builder)
    root = builder.root
    if root is None:
        raise NotAFeed("XML that breaks off in its first element")
    channel = root if builder.is_atom else next((one for one in root.elements() if one.name == "channel"), None)
    kept = items.all()
    if channel is None and not kept:
        raise NotAFeed("XML, but a feed has a channel or items")
    if not kept and not builder.is_closed:
        raise NotAFeed("a feed that breaks off before the end of its first entry")
    return _feed(Parts(channel or root), (channel or root).base or url, builder.is_atom, items)


def _started(url: str) -> tuple[TreeBuilder, Items]:
    items = Items()

    def on_item(element: Element) -> None:
        if (element.parts or element.attributes) and not items.is_full():
            items.add(item_of(element, is_atom=builder.is_atom, url=url))

    builder = TreeBuilder(url, on_item)
    return builder, items


def _read_strictly(text: str, url: str) -> tuple[TreeBuilder | None, Items]:
    """Read a text as XML; None when it is none, and not because of its end."""
    builder, items = _started(url)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = _BUFFER
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        return (builder if error.code in _AT_THE_END or builder.is_closed else None), items
    return builder, items


def _feed(parts: Parts, base: str, is_atom: bool, items: Items) -> Feed:
    title = next((text_construct(one, is_atom) for one in parts["title"] if one.parts), None)
    links = [*parts["atom:link"], *parts["link"]]
    addresses = {
        rel: next(
            (
                found
                for one in links
                if rel in one.attributes.get("rel", "").lower().split()
                and (found := absolute(one.attributes.get("href"), one.base or base)) is not None
            ),
            None,
        )
        for rel in ("hub", "self")
    }
    link = next(
        (found for one in parts["link"] if (found := absolute(one.text() or None, one.base or base)) is not None), None
    )
    asked = [one for one in (_ttl(parts), _update_period(parts)) if one is not None]
    kept = items.all()
    return Feed(
        title=title_from(*title) or None if title is not None else None,
        link=link or alternate(links, base),
        items=kept,
        ask_every=max(asked, default=None),
        hub=addresses["hub"],
        topic=addresses["self"],
        warnings=items.warnings(),
    )


def _ttl(parts: Parts) -> timedelta | None:
    return interval_of(_number(parts.first_text("ttl")) or 0)


def _update_period(parts: Parts) -> timedelta | None:
    """Return how often RSS 1.0's syndication module says a feed changes: so many times in a period."""
    period = _PERIODS.get((parts.first_text("sy:updateperiod") or "").lower())
    frequency = parts.first_text("sy:updatefrequency")
    if period is None:
        return None
    times = _number(frequency) if frequency is not None else 1
    return interval_of(period / times) if times else None


def _number(text: str | None) -> float | None:
    if text is None or len(text) > 9 or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
