"""
Markup as `parse_mode` takes it, read into plain text and spans.

newsbot itself sends entities and never markup; this is for strangers' bots, and so that the sandbox refuses what
Telegram refuses. Source: https://core.telegram.org/bots/api#formatting-options; the complaints are the server's, from
https://github.com/tdlib/td/blob/master/test/message_entities.cpp
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.sandbox.world.api_error import Refused, bad_request


@dataclass(slots=True)
class Span:
    """One entity while it is being worked on. `start` and `end` count code points."""

    start: int
    end: int
    type: str
    extra: dict[str, Any] = field(default_factory=dict)


Parsed = tuple[str, list[Span]]


def parse(text: str, mode: str) -> Parsed:
    """Return the text without its markup. Raises: Refused."""
    match mode.lower():
        case "html":
            return _html(text)
        case "markdownv2":
            return _MarkdownV2(text).parse()
        case "markdown":
            return _markdown(text)
        case _:
            raise bad_request("unsupported parse_mode")


def _cannot(text: str, at: int, complaint: str) -> Refused:
    """`complaint` may hold `{at}`, which becomes the offset in bytes, as the server counts here."""
    return bad_request("can't parse entities: " + complaint.replace("{at}", str(len(text[:at].encode()))))


_HTML_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_HTML_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9A-Fa-f]{1,8})|(lt|gt|amp|quot));?")
_END_TAG = re.compile(r"</([^\s>]*)\s*(>?)")
_START_TAG = re.compile(r"<([^\s>/]*)")
_LEADING_NUMBER = re.compile(r"-?[0-9]{1,99}")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']*)\s*(=)?\s*(?:"([^"]*)"|'([^']*)'|([a-zA-Z0-9.\-]+))?""")


def _html(text: str) -> Parsed:
    out: list[str] = []
    length = 0
    spans: list[Span] = []
    open_tags: list[tuple[str, Span]] = []
    at = 0
    while at < len(text):
        if text[at] == "&" and (reference := _REFERENCE.match(text, at)):
            char = _character(reference)
            out.append(char if char is not None else reference[0])
            length += len(out[-1])
            at = reference.end()
        elif text.startswith("</", at):
            closed = _END_TAG.match(text, at)
            if not open_tags:
                raise _cannot(text, at, "Unexpected end tag at byte offset {at}")
            if closed is None or not closed[2]:
                raise _cannot(text, at, "Unclosed end tag at byte offset {at}")
            tag, span = open_tags.pop()
            if closed[1] and closed[1].lower() != tag:
                mismatch = f'expected "</{tag}>", found "</{closed[1].lower()}>"'
                raise _cannot(text, at, "Unmatched end tag at byte offset {at}, " + mismatch)
            span.end = length
            _keep_html(spans, tag, span)
            at = closed.end()
        elif text[at] == "<":
            opened, extra, at = _start_tag(text, at)
            open_tags.append((opened, Span(length, length, _HTML_TYPES[opened], extra)))
        else:
            end = min((found for char in "<&" if (found := text.find(char, at + 1)) >= 0), default=len(text))
            out.append(text[at:end])
            length += end - at
            at = end
    if open_tags:
        raise _cannot(text, at, f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(out), spans


def _character(reference: re.Match[str]) -> str | None:
    if reference[3]:
        return _HTML_CHARACTERS[reference[3]]
    code = int(reference[1]) if reference[1] else int(reference[2], 16)
    if 0xD800 <= code < 0xE000:
        raise bad_request(
            "can't parse entities: Text contains invalid Unicode characters after decoding HTML entities, "
            "check for unmatched surrogate code units"
        )
    return chr(code) if 0 < code < 0x110000 else None


def _start_tag(text: str, at: int) -> tuple[str, dict[str, Any], int]:
    """Return the tag, what its attributes say of the entity, and where the tag ends."""
    named = _START_TAG.match(text, at)
    tag = named[1].lower() if named else ""
    end = named.end() if named else at + 1
    if end >= len(text):
        raise _cannot(text, at, "Unclosed start tag at byte offset {at}")
    if tag not in _HTML_TYPES:
        raise _cannot(text, at, f'Unsupported start tag "{tag}" at byte offset {{at}}')
    attributes: dict[str, str] = {}
    while True:
        while end < len(text) and text[end].isspace():
            end += 1
        if end >= len(text):
            raise _cannot(text, at, f'Unclosed start tag "{tag}" at byte offset {{at}}')
        if text[end] == ">":
            break
        attribute = _ATTRIBUTE.match(text, end)
        if attribute is None or not attribute[1]:
            raise _cannot(text, at, f'Empty attribute name in the tag "{tag}" at byte offset {{at}}')
        value = next((part for part in attribute.group(3, 4, 5) if part is not None), None)
        if attribute[2] and value is None:
            raise _cannot(text, at, "Unclosed start tag at byte offset {at}")
        attributes[attribute[1].lower()] = _REFERENCE.sub(lambda found: _character(found) or found[0], value or "")
        end = attribute.end()
    return tag, _html_extra(text, at, tag, attributes), end + 1


def _html_extra(text: str, at: int, tag: str, attributes: dict[str, str]) -> dict[str, Any]:
    match tag:
        case "span" if attributes.get("class") != "tg-spoiler":
            raise _cannot(text, at, 'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        case "a":
            return {"url": attributes.get("href", "")}
        case "tg-emoji":
            if not attributes.get("emoji-id", "").isdigit():
                raise bad_request("can't parse entities: Invalid custom emoji identifier specified")
            return {"custom_emoji_id": attributes["emoji-id"]}
        case "tg-time":
            return {"unix_time": _int32(attributes.get("unix", "")), "date_time_format": attributes.get("format", "")}
        case "code" if attributes.get("class", "").startswith("language-"):
            return {"language": attributes["class"].removeprefix("language-")}
        case "blockquote" if "expandable" in attributes:
            return {"expandable": True}
    return {}


def _int32(digits: str) -> int:
    """Return a number as the server reads it: as far as there are digits, and cut to 32 bits with a sign.

    Source: to_integer in https://github.com/tdlib/td/blob/master/tdutils/td/utils/misc.h
    """
    found = _LEADING_NUMBER.match(digits)
    return (int(found[0]) + 2**31) % 2**32 - 2**31 if found else 0


def _keep_html(spans: list[Span], tag: str, span: Span) -> None:
    if span.end == span.start:
        return
    if span.type == "date_time":
        form = span.extra["date_time_format"]
        if form not in ("r", "R") and form.strip("tTdDwW"):
            raise bad_request("can't parse entities: Invalid date format used")
        if span.extra["unix_time"] <= 0:
            return  # left out without a word, and so is what does not fit 32 bits
    if span.type == "blockquote" and span.extra.pop("expandable", False):
        span.type = "expandable_blockquote"
    inner = spans[-1] if spans else None
    if tag == "pre" and inner and inner.type == "code" and (inner.start, inner.end) == (span.start, span.end):
        spans.pop()
        span.extra = {key: value for key, value in inner.extra.items() if key == "language"}
    spans.append(span)


class _MarkdownV2:
    """A walk over MarkdownV2, with the entities that are open at this point."""

    _RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
    _NAMES: ClassVar = {
        "bold": "Bold",
        "italic": "Italic",
        "underline": "Underline",
        "strikethrough": "Strikethrough",
        "spoiler": "Spoiler",
        "text_link": "TextUrl",
        "custom_emoji": "CustomEmoji",
        "code": "Code",
        "pre": "Pre",
    }
    _MARKS = (("__", "underline"), ("||", "spoiler"), ("_", "italic"), ("*", "bold"), ("~", "strikethrough"))

    def __init__(self, text: str) -> None:
        self.text, self.at, self.length = text, 0, 0
        self.out: list[str] = []
        self.spans: list[Span] = []
        self.open: list[tuple[Span, int]] = []
        self.quote: Span | None = None

    def parse(self) -> Parsed:
        text = self.text
        while self.at < len(text):
            self._line_start()
            if self.at < len(text):
                self._step(text[self.at])
        self._end_quote()
        if self.open:
            span, began = self.open[-1]
            raise _cannot(text, began, f"Can't find end of {self._NAMES[span.type]} entity at byte offset {{at}}")
        return "".join(self.out), self.spans

    def _step(self, char: str) -> None:
        text = self.text
        if char == "\\" and self.at + 1 < len(text) and 0 < ord(text[self.at + 1]) < 127:
            self._say(text[self.at + 1], 2)
        elif char == "`":
            self._code()
        elif mark := next((mark for mark in self._MARKS if text.startswith(mark[0], self.at)), None):
            self._toggle(*mark)
        elif char == "[":
            self._open("text_link", 1)
        elif text.startswith("![", self.at):
            self._open("custom_emoji", 2)
        elif char == "]" and self.open and self.open[-1][0].type in ("text_link", "custom_emoji"):
            self._link()
        elif char == "\n":
            self._say(char, 1)
        elif char in self._RESERVED:
            raise _cannot(text, self.at, f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            self._say(char, 1)

    def _line_start(self) -> None:
        if self.at and self.text[self.at - 1] != "\n":
            return
        mark = 3 if self.text.startswith("**>", self.at) else 1 if self.text.startswith(">", self.at) else 0
        if not mark or mark == 3:
            self._end_quote()
        if mark:
            self.quote = self.quote or Span(self.length, self.length, "blockquote")
            self.at += mark

    def _end_quote(self) -> None:
        if self.quote is None:
            return
        last_line_ended = self.length - (1 if self.out and self.out[-1] == "\n" else 0)
        if self.open and self.open[-1][0].type == "spoiler" and self.open[-1][0].start == last_line_ended:
            self.open.pop()
            self.quote.type = "expandable_blockquote"
        self.quote.end = self.length
        if self.quote.end > self.quote.start:
            self.spans.append(self.quote)
        self.quote = None

    def _say(self, string: str, width: int) -> None:
        self.out.append(string)
        self.length += len(string)
        self.at += width

    def _open(self, kind: str, width: int) -> None:
        self.open.append((Span(self.length, self.length, kind), self.at))
        self.at += width

    def _close(self) -> Span:
        span, _ = self.open.pop()
        span.end = self.length
        if span.end > span.start:
            self.spans.append(span)
        return span

    def _toggle(self, mark: str, kind: str) -> None:
        if self.open and self.open[-1][0].type == kind:
            self._close()
        elif mark == "__" and self.open and self.open[-1][0].type == "italic":
            # `___` at the end of an italic inside an underline: the first one closes the italic.
            self._close()
            self.at += 1
            return
        else:
            self._open(kind, len(mark))
            return
        self.at += len(mark)

    def _link(self) -> None:
        text, span = self.text, self._close()
        end = re.compile(r"(?:\\.|[^\\)])*\)").match(text, self.at + 2) if text.startswith("](", self.at) else None
        if end is None and text.startswith("](", self.at):
            raise _cannot(text, self.at, "Can't find end of a URL at byte offset {at}")
        url = re.sub(r"\\(.)", r"\1", text[self.at + 2 : end.end() - 1]) if end else "".join(self.out)[span.start :]
        self.at = end.end() if end else self.at + 1
        if span.type == "custom_emoji":
            span.extra = {"custom_emoji_id": url.rpartition("id=")[2]}
        else:
            span.extra = {"url": url}

    def _code(self) -> None:
        text, began = self.text, self.at
        mark = "```" if text.startswith("```", began) else "`"
        kind = "pre" if mark == "```" else "code"
        inside = re.compile(rf"((?:\\.|(?!{mark})[^\\])*){mark}", re.DOTALL).match(text, began + len(mark))
        if inside is None:
            raise _cannot(text, began, f"Can't find end of {self._NAMES[kind]} entity at byte offset {{at}}")
        body, extra = re.sub(r"\\([\x01-\x7e])", r"\1", inside[1]), {}
        if kind == "pre":
            language = re.match(r"([^\s`]+)?\n", body)
            if language:
                body = body[language.end() :]
                extra = {"language": language[1]} if language[1] else {}
        if body:
            self.spans.append(Span(self.length, self.length + len(body), kind, dict(extra)))
        self._say(body, 0)
        self.at = inside.end()


_OLD_MARKDOWN = re.compile(
    r"\\([_*`\[])|```(?:(\w+)\n)?\n?(.+?)```|`([^`]+)`|\*([^*]+)\*|_([^_]+)_|\[([^\]]+)\](?:\(([^)]*)\))?|([_*`\[])",
    re.DOTALL,
)


def _markdown(text: str) -> Parsed:
    out: list[str] = []
    spans: list[Span] = []
    length = at = 0
    for found in _OLD_MARKDOWN.finditer(text):
        if found[9]:
            raise _cannot(text, found.start(), "Can't find end of the entity starting at byte offset {at}")
        out.append(text[at : found.start()])
        length += len(out[-1])
        body = next(part for part in found.group(1, 3, 4, 5, 6, 7) if part is not None)
        kinds = {3: "pre", 4: "code", 5: "bold", 6: "italic", 7: "text_link"}
        kind = next((kind for group, kind in kinds.items() if found[group] is not None), None)
        if kind is not None and (kind != "text_link" or found[8]):
            extra = {"url": found[8]} if kind == "text_link" else {"language": found[2]} if found[2] else {}
            spans.append(Span(length, length + len(body), kind, extra))
        out.append(body)
        length += len(body)
        at = found.end()
    out.append(text[at:])
    return "".join(out), spans
