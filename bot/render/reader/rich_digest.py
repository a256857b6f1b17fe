"""
The digest in blocks, for chats that want it: a heading for each topic, a picture on top, and under each headline what
the story is about, which opens when it is tapped.

Apps that are older than rich messages show nothing, or a note that asks for an update, so nobody gets them unasked.
Source: https://github.com/NousResearch/hermes-agent/pull/46317
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.chat import Pictures
from bot.domain.limits import RICH_MEDIA
from bot.domain.message import (
    Block,
    ButtonRow,
    Details,
    Footer,
    Heading,
    Keyboard,
    Paragraph,
    Photo,
    Picture,
    Rich,
)
from bot.domain.parts import Part
from bot.domain.text import Text
from bot.render.look import Look, Surface
from bot.render.reader.article import short_excerpt, source_of
from bot.render.reader.digest_content import Content, Line
from bot.render.reader.lists import open_button
from bot.render.text import bold

MAX_PICTURES = RICH_MEDIA // 2
"""More make a message slow to send and to open. What exceeds the limit, and all that stands after it, would vanish."""
_FIRST_LINE, _TOPIC = 2, 4
"""Sizes of headings."""


def rich(content: Content, look: Look, pictures: Mapping[int, Photo], keyboard: Keyboard) -> Rich:
    """Return a list in blocks. `pictures` are by the numbers of articles; those of the first stories are shown."""
    lines = content.lines
    wanted = [line.article.number for line in lines if line.article.number in pictures]
    shown = wanted[:MAX_PICTURES] if look.pictures is Pictures.LARGE else []
    blocks: list[Block] = [Heading(bold(content.first_line), _FIRST_LINE)]
    top = lines[0].article
    if top.number in shown:
        blocks.append(Picture(pictures[top.number], Text(source_of(top))))
    for section in content.sections:
        if section.topic is not None:
            blocks.append(Heading(Text(section.topic), _TOPIC))
        for line in section.lines:
            blocks.append(Paragraph(f"{look.words.number(line.place)}. " + line.headline))
            is_inside = line.article.number in shown and line.article is not top
            blocks += _below(line, look, pictures[line.article.number] if is_inside else None)
    blocks.append(Footer(Text(content.last_line)))
    return Rich(tuple(blocks), keyboard, look.words.is_right_to_left)


def _below(line: Line, look: Look, photo: Photo | None) -> list[Block]:
    """Return what stands below a headline: details, and the button that opens the story; in them if there are any.

    Below a notice nothing does.
    """
    if not line.is_open:
        return []
    inner: list[Block] = [] if photo is None else [Picture(photo, Text(source_of(line.article)))]
    excerpt = short_excerpt(line.article) if Part.EXCERPT in look.parts else ""
    if excerpt:
        inner.append(Paragraph(Text(excerpt)))
    has_details = bool(inner)
    if look.surface is not Surface.CHANNEL:
        inner.append(ButtonRow((open_button(look, line.place, line.article),)))
    return [Details(Text(look.words("In short")), tuple(inner))] if has_details else inner
