"""
JSON-LD in pages: which of the things described there the page is about, and what it says of it.

Source: https://www.w3.org/TR/json-ld11/ and https://schema.org/Article. Nothing is fetched, so no context is known
beside schema.org's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.domain.link import normalised

Node = dict[str, Any]

MOST_NODES = 2_000
_LONGEST = 1_000_000  # characters of one script
_ARTICLES = re.compile(r".*Article|.*BlogPosting|Report|.*Review|SocialMediaPosting|DiscussionForumPosting|Recipe")
_RECORDINGS = re.compile(r"VideoObject|AudioObject|PodcastEpisode|Movie|.*Episode|Clip|MusicRecording")
_PAGES = re.compile(r"WebPage|ItemPage|AboutPage|FAQPage|QAPage|MedicalWebPage|Event|.*Event|Product|Dataset|Book")
_WITHIN = ("@graph", "mainEntity", "mainEntityOfPage", "about")
_OPENING = re.compile(r"\s*(?://)?\s*(?:<!--|(?:/\*)?\s*<!\[CDATA\[)\s*(?:\*/)?")
_CLOSING = re.compile(r"(?://)?\s*(?:-->|(?:/\*)?\s*\]\]>)\s*(?:\*/)?\s*$")


class Described:
    """All that the JSON-LD of a page describes."""

    def __init__(self, scripts: Iterable[str]) -> None:
        self._nodes: list[Node] = []
        self._by_id: dict[str, Node] = {}
        for script in scripts:
            for node in _nodes(_parsed(script)):
                if len(self._nodes) >= MOST_NODES:
                    return
                self._nodes.append(node)
                if isinstance(name := node.get("@id"), str) and len(node) > 1:
                    self._by_id.setdefault(name, node)

    def story(self, addresses: Iterable[str]) -> Node | None:
        """Return the article, else the recording, that a page at these addresses is about; None when none surely is.

        Of several, it is the one that names one of these addresses, or the only one that names none: the others are
        teasers for other pages.
        """
        here = {normal for address in addresses if (normal := _normal(address)) is not None}
        for kind in (_ARTICLES, _RECORDINGS):
            found = [node for node in self._nodes if _is(node, kind)]
            named = [node for node in found if here & set(_addresses(node))]
            silent = [node for node in found if not any(_addresses(node))]
            if named or len(found) == 1 or len(silent) == 1:
                return (named or (found if len(found) == 1 else silent))[0]
        return None

    def pages(self) -> list[Node]:
        """Return what is said of pages as pages."""
        return [node for node in self._nodes if _is(node, _PAGES)]

    def of_type(self, name: str) -> Node | None:
        """Return the first thing of a type."""
        return next((node for node in self._nodes if name in _types(node)), None)

    def resolved(self, value: object) -> list[object]:
        """Return a property's values, each reference replaced by what it refers to."""
        values = value if isinstance(value, list) else [value]
        return [one if (known := _referred(one)) is None else self._by_id.get(known, one) for one in values[:50]]

    def text(self, node: Node | None, *names: str) -> str:
        """Return the first of these properties that is a text; empty when none is."""
        for name in names:
            for value in self.resolved((node or {}).get(name)):
                if isinstance(value, dict):
                    value = value.get("name") or value.get("@value")
                if isinstance(value, str) and value.strip():
                    return value
        return ""


def _referred(value: object) -> str | None:
    """Return what a value refers to that says no more than that; None for any other."""
    if not isinstance(value, dict) or len(value) > 2:
        return None
    return name if isinstance(name := value.get("@id"), str) else None


def _parsed(script: str) -> object:
    """Return a script's value; None when it cannot be read."""
    if len(script) > _LONGEST:
        return None
    for text in (script, _unwrapped(script)):
        try:
            return json.loads(text, strict=False)  # real ones have line breaks inside of texts
        except (ValueError, RecursionError):
            continue
    return None


def _unwrapped(script: str) -> str:
    """Take off what hid scripts from the browsers of 1998, and a semicolon at the end."""
    opening = _OPENING.match(script)
    inner = script[opening.end() if opening else 0 :]
    tail = inner[-100:]
    return inner[: len(inner) - len(tail)] + _CLOSING.sub("", tail).rstrip("; \t\r\n")


def _nodes(value: object) -> Iterator[Node]:
    """Return the things described at the top, in graphs, and as what a page is about; none of lists and teasers."""
    waiting: list[tuple[object, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop(0)
        if depth > 6 or len(waiting) > MOST_NODES:
            continue
        if isinstance(one, list):
            waiting[:0] = [(inner, depth + 1) for inner in one[:MOST_NODES]]
        elif isinstance(one, dict):
            yield one
            waiting += [(one[name], depth + 1) for name in _WITHIN if isinstance(one.get(name), list | dict)]


def _types(node: Node) -> list[str]:
    """Return a node's types without what may stand before them: `http://schema.org/`, `schema:`."""
    given = node.get("@type")
    values = given if isinstance(given, list) else [given]
    return [re.split(r"[/#:]", one)[-1] for one in values if isinstance(one, str)]


def _is(node: Node, kind: re.Pattern[str]) -> bool:
    return any(kind.fullmatch(name) for name in _types(node))


def _addresses(node: Node) -> Iterator[str]:
    """Return the pages that a node says it is about or on, as they are compared."""
    for name in ("url", "mainEntityOfPage", "@id"):
        value = node.get(name)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str) and (normal := _normal(value)) is not None:
            yield normal


def _normal(address: str) -> str | None:
    if not address.strip().lower().startswith(("http://", "https://")):
        return None
    return normalised(address)
