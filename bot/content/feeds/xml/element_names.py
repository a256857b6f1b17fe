"""
One name for each element of a feed, however its document spells it: `dc:date` whatever prefix was declared, or none.

A prefix that is not declared means what it says: real feeds copy `media:content` without its declaration. In Atom
documents Atom's own elements have no prefix, in RSS those of any RSS.
"""

from __future__ import annotations

from collections.abc import Mapping

# By namespace without scheme and closing signs, which feeds get wrong.
_BY_NAMESPACE = {
    "purl.org/dc/elements/1.1": "dc",
    "purl.org/dc/elements/1.0": "dc",
    "purl.org/dc/terms": "dcterms",
    "purl.org/rss/1.0/modules/content": "content",
    "purl.org/rss/1.0/modules/syndication": "sy",
    "search.yahoo.com/mrss": "media",
    "search.yahoo.com/rss": "media",
    "video.search.yahoo.com/mrss": "media",
    "tools.search.yahoo.com/mrss": "media",
    "www.rssboard.org/media-rss": "media",
    "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "example.com/dtds/podcast-1.0.dtd": "itunes",
    "www.w3.org/2005/atom": "atom",
    "purl.org/atom/ns": "atom",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "www.w3.org/1999/xhtml": "xhtml",
    "purl.org/rss/1.0": "",
    "purl.org/rss/2.0": "",
    "my.netscape.com/rdf/simple/0.9": "",
    "channel.netscape.com/rdf/simple/0.9": "",
    "my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "backend.userland.com/rss": "",
    "backend.userland.com/rss2": "",
    "blogs.law.harvard.edu/tech/rss": "",
    "cyber.law.harvard.edu/rss/rss.html": "",
}
_BY_PREFIX = {one: one for one in ("dc", "dcterms", "content", "sy", "media", "itunes", "atom", "rdf", "xhtml")} | {
    "a10": "atom",
    "atom10": "atom",
    "atom03": "atom",
    "dct": "dcterms",
    "mrss": "media",
    "rss": "",
}
Scope = Mapping[str, str]
"""What each prefix means where an element stands; the default namespace is the prefix ""."""


def scope_within(outer: Scope, attributes: Mapping[str, str]) -> Scope:
    """Return the meaning of prefixes inside an element with these attributes; `outer` itself when it declares none."""
    declared = {
        name[6:]: _prefix_of(name[6:], value)
        for name, value in attributes.items()
        if name.startswith("xmlns") and (len(name) == 5 or name[5] == ":")
    }
    return {**outer, **declared} if declared else outer


def _prefix_of(prefix: str, namespace: str) -> str:
    place = namespace.strip().lower().partition("://")[2].rstrip("/#")
    known = _BY_NAMESPACE.get(place)
    if known is None and place.startswith("backend.userland.com/"):
        known = ""
    return known if known is not None else _BY_PREFIX.get(prefix, prefix)


def canonical(name: str, scope: Scope, *, is_atom: bool) -> str:
    """Return the one name of an element, lower case: `pubdate`, `dc:date`, `media:content`."""
    prefix, colon, local = name.lower().rpartition(":")
    meant = scope.get(prefix, "") if not colon else scope.get(prefix, _BY_PREFIX.get(prefix, prefix))
    if is_atom and meant == "atom":
        meant = ""
    return f"{meant}:{local}" if meant else local
