"""
Texts as Telegram takes them: entities checked against the text, cleaned, trimmed, and what it detects added.

Sources: https://core.telegram.org/bots/api#messageentity (UTF-16 code units) and fix_formatted_text in
https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp, whose complaints these are.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from bot.domain.limits import CAPTION, DATE_TIME_AHEAD, DATE_TIME_LAST, ENTITIES, TEXT
from bot.sandbox.world.api_error import bad_request
from bot.sandbox.world.detection import tappable, units
from bot.sandbox.world.links import BadLink, checked_link, read_link
from bot.sandbox.world.markup import Span, parse

Json = dict[str, Any]
Formatted = tuple[str, list[Json]]

_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_WHOLE = frozenset({"text_link", "text_mention", "custom_emoji", "code", "pre", "date_time"})
_FOUND_ANYWAY = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
_OUTER_FIRST = (
    *("blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention", "date_time", ""),
    *("bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji"),
)
_RANK = {kind: rank for rank, kind in enumerate(_OUTER_FIRST)}
"""Which of two entities over the same characters is the outer one; what is not named here stands for ""."""
_OTHER_RANK = _RANK[""]
_EXTRA = ("url", "user", "language", "custom_emoji_id", "unix_time", "date_time_format")
_REMOVED = "\r\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u0333\u033f\u030a"
_UNCLEAN = re.compile(f"[\x00-\x09\x0b-\x1f{_REMOVED}]")
_MEMORY = 256


class Formatter:
    """Formats texts, and remembers the last few: a broadcast brings the same one thousands of times."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str | None, int], tuple[list[Json] | None, Formatted]] = {}

    def text(self, text: str, mode: str | None, entities: list[Json] | None) -> Formatted:
        """Return a message's text and entities. Raises: Refused."""
        formatted = self._formatted(text, mode, entities, TEXT)
        if not formatted[0]:
            raise bad_request("text must be non-empty")
        return formatted

    def caption(self, text: str, mode: str | None, entities: list[Json] | None) -> Formatted:
        """Return a caption, which may be empty, and its entities. Raises: Refused."""
        return self._formatted(text, mode, entities, CAPTION)

    def _formatted(self, text: str, mode: str | None, entities: list[Json] | None, limit: int) -> Formatted:
        key = (text, mode, limit)
        known = self._known.get(key)
        if known is not None and known[0] == entities:
            self._check_dates(known[1])
            return known[1]
        formatted = formatted_text(text, mode, entities, limit)
        self._check_dates(formatted)
        if len(self._known) >= _MEMORY:
            del self._known[next(iter(self._known))]
        self._known[key] = (entities, formatted)
        return formatted

    def _check_dates(self, formatted: Formatted) -> None:
        """Refuse what lies too far ahead: https://github.com/tdlib/telegram-bot-api/issues/852"""
        last = self._clock() + DATE_TIME_AHEAD.total_seconds()
        if any(entity["type"] == "date_time" and entity["unix_time"] > last for entity in formatted[1]):
            raise bad_request("ENTITY_DATE_INVALID")


def formatted_text(text: str, mode: str | None, entities: list[Json] | None, limit: int) -> Formatted:
    """Return text and entities as they will stand in the message. `limit` is in UTF-16 code units. Raises: Refused."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    if mode and mode.lower() != "none":
        text, spans = parse(text, mode)
    else:
        spans = _located(text, entities or [])
    text, spans = _trimmed(*_cleaned(text, spans))
    at = units(text)
    if (at[-1] if at else len(text)) > limit:
        raise bad_request("message is too long" if limit == TEXT else "message caption is too long")
    spans = _settled(spans)
    spans = [span for span in _nested([*spans, *_detected(text, spans)]) if text[span.start : span.end].strip()]
    return text, [_json(span, at) for span in spans[:ENTITIES]]


def _located(text: str, entities: list[Json]) -> list[Span]:
    """Return given entities as spans of code points, those the server finds by itself left out."""
    if not entities:
        return []
    at = units(text)
    end_of_text = at[-1] if at else len(text)
    points = {unit: point for point, unit in enumerate(at)} if at else None
    spans = []
    for entity in entities:
        kind, offset, length = entity["type"], entity["offset"], entity["length"]
        if kind in _FOUND_ANYWAY:
            continue
        if kind not in _SPLITTABLE and kind not in _QUOTES and kind not in _WHOLE:
            raise bad_request("can't parse message entity: unsupported type specified")
        if kind == "date_time":
            _check_date_time(entity)
        elif kind == "text_link":
            _check_text_link(entity)
        if not 0 <= offset <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect offset {offset}")
        if not 0 <= length <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect length {length}")
        if length == 0:
            continue
        if offset + length > end_of_text:
            how = "begins" if offset >= end_of_text else "ends"
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} {how} after the end of the text "
                f"at UTF-16 offset {end_of_text}"
            )
        start, end = offset, offset + length
        if points is not None:
            if start not in points or end not in points:
                side = "begins" if start not in points else "ends"
                raise bad_request(f"entity beginning at UTF-16 offset {offset} {side} in a middle of a UTF-16 symbol")
            start, end = points[start], points[end]
        spans.append(Span(start, end, kind, {key: entity[key] for key in _EXTRA if key in entity}))
    return spans


def _check_date_time(entity: Json) -> None:
    """Raises: Refused, in the words of get_text_entity_type in Client.cpp and of FormattedDate.cpp."""
    if "unix_time" not in entity:
        raise bad_request("can't parse MessageEntity: Can't find field \"unix_time\"")
    if not -(2**31) <= entity["unix_time"] <= DATE_TIME_LAST:
        raise bad_request('can\'t parse MessageEntity: Field "unix_time" must be a valid Number')
    form = entity.get("date_time_format", "")
    if form not in ("r", "R") and form.strip("tTdDwW"):
        raise bad_request("can't parse MessageEntity: Invalid date-time format specified")
    if entity["unix_time"] <= 0:
        raise bad_request("invalid date specified")


def _check_text_link(entity: Json) -> None:
    """Refuse in an entity what is only left out in markup. Raises: Refused, as get_message_entities does."""
    if "url" not in entity:
        raise bad_request("can't parse MessageEntity: Can't find field \"url\"")
    try:
        read_link(entity["url"])
    except BadLink as bad:
        raise bad_request(f"entity URL '{entity['url']}' is invalid: {bad}") from None


def _cleaned(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Remove what the server removes (carriage returns, embeddings), and make blanks of other control characters."""
    if not _UNCLEAN.search(text):
        return text, spans
    kept: list[str] = []
    place: list[int] = []
    for char in text:
        place.append(len(kept))
        if char not in _REMOVED:
            kept.append(" " if char < " " and char != "\n" else char)
    place.append(len(kept))
    for span in spans:
        span.start, span.end = place[span.start], place[span.end]
    return "".join(kept), spans


def _trimmed(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Cut blank ends off, in front only up to the first entity; drop entities over blanks alone."""
    spans = [span for span in spans if text[span.start : span.end].strip()]
    end = len(text.rstrip())
    blank = len(text) - len(text.lstrip())
    start = min([blank, *(span.start for span in spans)]) if end else 0
    if start == 0 and end == len(text):
        return text, spans
    for span in spans:
        span.start, span.end = max(0, min(span.start, end) - start), max(0, min(span.end, end) - start)
    return text[start:end], spans


def _settled(spans: list[Span]) -> list[Span]:
    """Drop bad links and what crosses a quote's edge, and keep code free of other formatting."""
    kept = []
    for span in spans:
        if span.type == "text_link":
            link = checked_link(span.extra.get("url", ""))
            if link is None:
                continue
            span.extra = {"url": link}
        kept.append(span)
    simple = _joined([span for span in kept if span.type in _SPLITTABLE])
    quotes = _apart([span for span in kept if span.type in _QUOTES])
    whole = _apart([span for span in kept if span.type in _WHOLE])
    whole = [span for span in whole if not any(_collide(quote, span.start, span.end) for quote in quotes)]
    for code in whole:
        if code.type in ("code", "pre"):
            simple = [piece for span in simple for piece in _around(span, code)]
    return quotes + whole + simple


def _apart(spans: list[Span]) -> list[Span]:
    """Return the spans in order, without those that begin inside another."""
    apart: list[Span] = []
    for span in sorted(spans, key=_order):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _around(span: Span, code: Span) -> list[Span]:
    """Return what of a span lies outside of code."""
    if span.end <= code.start or span.start >= code.end:
        return [span]
    left = Span(span.start, min(span.end, code.start), span.type, span.extra)
    right = Span(max(span.start, code.end), span.end, span.type, span.extra)
    return [piece for piece in (left, right) if piece.end > piece.start]


def _joined(spans: list[Span]) -> list[Span]:
    """Return the spans with those of one type that overlap or touch made one."""
    last: dict[str, Span] = {}
    joined = []
    for span in sorted(spans, key=_order):
        before = last.get(span.type)
        if before is not None and span.start <= before.end:
            before.end = max(before.end, span.end)
            continue
        last[span.type] = span
        joined.append(span)
    return joined


def _nested(spans: list[Span]) -> list[Span]:
    """Return the spans in order, cut so that they only nest: simple formatting gives way to links, the later to the
    earlier."""
    waiting = sorted(_cut_by_links(spans), key=_order, reverse=True)
    placed: list[Span] = []
    around: list[Span] = []
    while waiting:
        span = waiting.pop()
        while around and around[-1].end <= span.start:
            around.pop()
        if around and span.end > around[-1].end:
            # Both parts take their turn by their own length: what is as long as the first may be further out.
            waiting.append(Span(around[-1].end, span.end, span.type, span.extra))
            span.end = around[-1].end
            waiting.append(span)
            waiting.sort(key=_order, reverse=True)
            continue
        around.append(span)
        placed.append(span)
    return placed


def _cut_by_links(spans: list[Span]) -> list[Span]:
    links = [span for span in spans if span.type not in _SPLITTABLE and span.type not in _QUOTES]
    pieces = [span for span in spans if span.type in _SPLITTABLE or span.type in _QUOTES]
    for link in links:
        for piece in pieces[:]:
            edge = link.start if piece.start < link.start < piece.end < link.end else link.end
            if (piece.start < link.start < piece.end < link.end) or (link.start < piece.start < link.end < piece.end):
                pieces.append(Span(edge, piece.end, piece.type, piece.extra))
                piece.end = edge
    return links + pieces


def _order(span: Span) -> tuple[int, int, int]:
    return span.start, -span.end, _RANK.get(span.type, _OTHER_RANK)


def _detected(text: str, spans: list[Span]) -> list[Span]:
    """Return what the server detects, except where it would cross or lie in a link, code or the like."""
    blocking = [span for span in spans if span.type not in _SPLITTABLE]
    return [
        Span(start, end, kind)
        for start, end, kind in tappable(text)
        if not any(_collide(span, start, end) for span in blocking)
    ]


def _collide(span: Span, start: int, end: int) -> bool:
    if span.type in _QUOTES and span.start <= start and end <= span.end:
        return False
    return span.start < end and start < span.end


def _json(span: Span, at: list[int] | None) -> Json:
    start, end = (at[span.start], at[span.end]) if at else (span.start, span.end)
    return {"offset": start, "length": end - start, "type": span.type, **span.extra}
