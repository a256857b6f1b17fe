"""
Rich messages: blocks, and texts with entities, in the words of Bot API 10.3.

Text within blocks is a tree and no string with entities, so what stands in it is never counted in UTF-16 code units.
Telegram is told to look for nothing to tap by itself: titles and names come from outside.
Source: https://core.telegram.org/bots/api#inputrichmessage, https://core.telegram.org/bots/api#richtext
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain.message import Block, Button, ButtonRow, Details, Footer, Heading, Paragraph, Picture, Rich
from bot.domain.text import Entity, Text

METHOD = "sendRichMessage"
_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "code"})
RichText = str | dict[str, Any] | list[Any]


def input_rich_message(rich: Rich) -> dict[str, Any]:
    """Return a message in blocks as `rich_message` of the methods that send it."""
    said: dict[str, Any] = {"blocks": [_block(one) for one in rich.blocks], "skip_entity_detection": True}
    if rich.is_right_to_left:
        said["is_rtl"] = True
    return said


def rich_text(text: Text) -> RichText:
    """Return a text with its entities as a tree. Those that the tree has no word for are plain text."""
    units = text.string.encode("utf-16-le")
    spans = sorted(text.entities, key=lambda span: (span.offset, -span.length))
    parts = _parts(units, 0, len(units) // 2, spans)
    return parts[0] if len(parts) == 1 else parts


def _parts(units: bytes, start: int, end: int, spans: Sequence[Entity]) -> list[Any]:
    """Return what stands between two offsets; `spans` lie between them, outer ones first."""
    parts: list[Any] = []
    at, waiting = start, list(spans)
    while waiting:
        span = waiting.pop(0)
        if span.offset < at:
            continue  # crosses the one before, which render never makes
        if span.offset > at:
            parts.append(_string(units, at, span.offset))
        at = min(span.offset + span.length, end)
        inner = [one for one in waiting if one.offset < at]
        waiting = waiting[len(inner) :]
        within = _parts(units, span.offset, at, [one for one in inner if one.offset + one.length <= at])
        parts.append(_marked(span, within[0] if len(within) == 1 else within))
    if at < end or not parts:
        parts.append(_string(units, at, end))
    return parts


def _string(units: bytes, start: int, end: int) -> str:
    return units[2 * start : 2 * end].decode("utf-16-le")


def _marked(span: Entity, inner: RichText) -> RichText:
    match span.type:
        case "text_link":
            return {"type": "url", "text": inner, "url": span.url}
        case "date_time":
            return {
                "type": "date_time",
                "text": inner,
                "unix_time": span.unix_time,
                "date_time_format": span.format or "",
            }
        case style if style in _STYLES:
            return {"type": style, "text": inner}
    return inner


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Heading(text, size):
            return {"type": "heading", "text": rich_text(text), "size": size}
        case Paragraph(text):
            return {"type": "paragraph", "text": rich_text(text)}
        case Footer(text):
            return {"type": "footer", "text": rich_text(text)}
        case Details(summary, blocks):
            return {"type": "details", "summary": rich_text(summary), "blocks": [_block(one) for one in blocks]}
        case ButtonRow(buttons):
            return {"type": "buttons", "buttons": [_button(one) for one in buttons]}
        case Picture(photo, credit):
            shown = {"type": "photo", "photo": {"type": "photo", "media": photo.file_id or photo.url}}
            return shown | ({"caption": {"text": rich_text(credit)}} if credit else {})


def _button(button: Button) -> dict[str, Any]:
    """Source: https://core.telegram.org/bots/api#richmessagebutton"""
    if button.url is not None:
        return {"text": button.label, "url": button.url}
    return {"text": button.label, "callback_data": button.data}
