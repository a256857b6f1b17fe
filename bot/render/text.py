"""
Building Text: entities instead of markup, clipping to a length, and making text from outside harmless.

Titles, excerpts, names of sources and of topics come from outside. Entities do not switch off Telegram's own
detection of commands, mentions, hashtags and links, so foreign text is tamed: an invisible word joiner stands where
that detection would begin.
Source: https://core.telegram.org/bots/api#messageentity (UTF-16 code units, nesting)
        https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp (what is detected, and where it ends)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.domain.limits import ENTITIES, ENTITY_BYTES
from bot.domain.text import Entity, Text, takes_date_time, utf16_len
from bot.render.graphemes import boundary_before

_Clippable = TypeVar("_Clippable", str, Text)

ELLIPSIS = "…"
_LONG_WORD = 24  # characters: a longer one, such as a link, is cut inside rather than left out
_JOINER = "\u2060"
_FSI, _PDI = "\u2068", "\u2069"

# These may hold and be held by others, and may be cut short; links, times and hashtags may not.
_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})

# Where Telegram would begin to see something to tap. Each alternative is wider than the detector it is for,
# because clipping may later cut what follows, and clients differ in what they take for a word's end.
_TAPPABLE = re.compile(
    r"""
      (?<!\w)/(?=\w)                                          # /command
    | (?<!\w)@(?=\w)                                          # @mention
    | (?<!\w)\#(?=[\w\u200c\u00b7\u0d80-\u0dff]*[^\W\d_])     # #hashtag: needs a letter, so #1 is left alone
    | (?<![\w$])\$(?=[A-Z]|1INCH)                             # $CASHTAG; $5 is left alone
    | (?<=[\w+-]):(?=//)                                      # scheme://
    | (?<!\w)\+(?=\d(?:[ ()-]{0,2}\d){6})                      # +1 212 555 0123; +5 is left alone
    | (?<=[\w~\-\u00c0-\U0010ffff])\.(?=[^\W\d_](?:[^\W_]|[\u00c0-\u1fff\u2070-\U0010ffff]))  # bare domain, e-mail
    | (?<=\d)\.(?=\d{1,3}\.\d{1,3}\.\d{1,3})                  # an IPv4 address; 3.5 and 1.2.3 are left alone
    """,
    re.VERBOSE,
)
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Telegram takes these out before it looks for something to tap: https://github.com/tdlib/td/blob/master/td/telegram/misc.cpp
_TAKEN_OUT = re.compile("[\r\u2028-\u202e\u030a\u0333\u033f]")
_HASHTAG = re.compile(r"#?(\w{1,64})")


def bold(text: Text | str) -> Text:
    """Return `text` in bold, with the spans it had."""
    return _spanned(text, Entity("bold", 0, 0))


def italic(text: Text | str) -> Text:
    """Return `text` in italics, with the spans it had."""
    return _spanned(text, Entity("italic", 0, 0))


def link(text: Text | str, url: str) -> Text:
    """Return `text` that opens `url`. Of the spans it had, only styles stay: links hold nothing else."""
    return _spanned(_styled_only(text), Entity("text_link", 0, 0, url=url))


def date_time(text: str, at: datetime, now: datetime, form: str = "D") -> Text:
    """Return a time that new clients show in the reader's zone and language, and old ones as `text`.

    A time that Telegram would not take is mere text: stories from 1968 are news somewhere, and so is the year 2100.
    `form` is `r` (relative) or of `wdDtT` (weekday, short or long date, short or long time).
    Source: https://core.telegram.org/bots/api#date-time-entity-formatting
    """
    if not takes_date_time(at, now):
        return Text(text)
    return _spanned(text, Entity("date_time", 0, 0, unix_time=int(at.timestamp()), format=form))


def hashtag(word: str) -> Text:
    """Return a hashtag of `word`, with or without its `#`; empty when it is not one word with a letter in it."""
    shape = _HASHTAG.fullmatch(word)
    if shape is None or not any(char.isalpha() for char in shape[1]):
        return Text()
    return _spanned(f"#{shape[1]}", Entity("hashtag", 0, 0))


def join(parts: Iterable[Text | str], separator: Text | str) -> Text:
    """Return the parts that are not empty, with `separator` between them."""
    joined = Text()
    for part in parts:
        if part:
            joined = joined + separator + part if joined else joined + part
    return joined


def tame(foreign: str) -> str:
    """Return `foreign` with nothing in it that Telegram would make tappable by itself. It looks the same.

    Controls of direction are left out, and what Telegram takes out, lest a `@` meet its name only after this; a ring
    above (å) survives because it is composed before.
    """
    composed = unicodedata.normalize("NFC", foreign)
    return _TAPPABLE.sub(rf"\g<0>{_JOINER}", _BIDI_CONTROLS.sub("", _TAKEN_OUT.sub("", composed)))


def placeholders(own: str) -> str:
    """Return a text of ours whose `@name` stands for any name: whoever is called so is not to be tapped."""
    return own.replace("@", f"@{_JOINER}")


def isolate(foreign: str) -> str:
    """Return a one-line foreign text that cannot turn the direction of what stands around it.

    Source: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    inner = " ".join(_BIDI_CONTROLS.sub("", foreign).split())
    return f"{_FSI}{inner}{_PDI}" if inner else ""


def foreign(text: str) -> str:
    """Return a title or a name from outside, tamed and isolated."""
    return isolate(tame(text))


def clip(text: _Clippable, limit: int) -> _Clippable:
    """Return `text` in at most `limit` UTF-16 code units, ending with … when something was left out.

    Never cut: a grapheme, or a link, time or hashtag, which goes without its span rather than with a part of it.
    Styles are shortened. The cut is at the end of a word when one is near. Isolates that were open are closed.
    """
    if isinstance(text, str):
        return text if utf16_len(text) <= limit else "".join(_shortened(text, limit))
    if len(text) <= limit:
        return text
    kept, ending = _shortened(text.string, limit)
    end = utf16_len(kept)
    spans = (_within(span, end) for span in text.entities)
    return Text(kept + ending, tuple(span for span in spans if span is not None))


def fits(text: Text) -> bool:
    """Return whether Telegram takes all entities of `text`, by their number and with the addresses they hold."""
    return len(text.entities) <= ENTITIES and sum(map(_weight, text.entities)) <= ENTITY_BYTES


def fit(text: Text) -> Text:
    """Return `text` without the entities that Telegram does not take: links go first, and the last ones before others.

    What was to be tapped is then mere text, and nothing of the text is lost.
    """
    if fits(text):
        return text
    kept = sorted(text.entities, key=lambda span: (span.offset, -span.length))
    while not fits(fitting := Text(text.string, tuple(kept))):
        at = max((at for at, span in enumerate(kept) if span.type == "text_link"), default=len(kept) - 1)
        del kept[at]
    return fitting


def _weight(span: Entity) -> int:
    """Return about how many bytes an entity takes on Telegram's wire: four numbers and its address."""
    return 16 + len((span.url or "").encode())


def _spanned(text: Text | str, span: Entity) -> Text:
    inner = text if isinstance(text, Text) else Text(text)
    if not inner:
        return inner
    return Text(inner.string, (replace(span, length=len(inner)), *inner.entities))


def _styled_only(text: Text | str) -> Text | str:
    if isinstance(text, str):
        return text
    return Text(text.string, tuple(span for span in text.entities if span.type in _STYLES))


def _within(span: Entity, end: int) -> Entity | None:
    if span.offset + span.length <= end:
        return span
    if span.type in _STYLES and span.offset < end:
        return replace(span, length=end - span.offset)
    return None


def _shortened(string: str, limit: int) -> tuple[str, str]:
    """Return the beginning of `string` and what stands for the rest: … and the ends of isolates left open."""
    if limit <= 0:
        return "", ""
    room_for_closing = 0
    while True:
        kept = _cut(string, limit - len(ELLIPSIS) - room_for_closing)
        still_open = max(0, kept.count(_FSI) - kept.count(_PDI))
        if still_open <= room_for_closing:
            return kept, ELLIPSIS + _PDI * still_open
        room_for_closing = still_open


def _cut(string: str, room: int) -> str:
    """Return the beginning of `string` that ends at a grapheme's, and when one is near at a word's, end."""
    end, units = 0, 0
    for char in string:
        units += utf16_len(char)
        if units > room:
            break
        end += 1
    end = boundary_before(string, end)
    kept = string[:end]
    if not any(char.isspace() for char in string[end - 1 : end + 1]):
        words = kept.rsplit(maxsplit=1)
        if len(words) == 2 and len(words[0]) * 2 >= len(kept) and len(kept) - len(words[0]) <= _LONG_WORD:
            kept = words[0]
    return kept.rstrip(f" \t\r\n,;:.–—-({_JOINER}{_FSI}…")
