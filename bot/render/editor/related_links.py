"""The related articles that an article names, as editors add them and take them out."""

from __future__ import annotations

from zlib import crc32

from bot.domain.article import Article
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.desk import called
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, link

SHOWN = 8
_TITLE = 90  # UTF-16 code units


def related_links(words: Words, article: Article) -> Message:
    """Return what an article names, each with a button that takes it out, and what adds one."""
    named = article.story.related
    lines: list[Text | str] = [
        words.text("Related to {article}:", article=called(article))
        if named
        else words.text("{article} names no related articles.", article=called(article))
    ]
    for place, one in enumerate(named[:SHOWN], 1):
        lines.append(Text(f"{place}. ") + link(foreign(clip(one.title, _TITLE)), one.link))
    if rest := len(named) - SHOWN:
        lines += [words.count("and {n} more", "and {n} more", rest)] if rest > 0 else []
    lines.append(words("Send a link to add one; a minus before it takes one out."))
    buttons = [
        Button(words("Remove {n}", n=place), data=press(Verb.DROP_RELATED, article.number, checksum(one.link)))
        for place, one in enumerate(named[:SHOWN], 1)
    ]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    cancel = Button(words("Cancel"), data=press(Verb.EDIT_NOT, article.number))
    return Message(join(lines, "\n"), keyboard=(*rows, (cancel,)))


def unread(words: Words, why: Text) -> Message:
    """Return the answer to a link whose page says no title; `why` is a sentence about it."""
    return Message(join([why, words("Nothing was changed.")], " "))


def checksum(link: str) -> int:
    """Return a number by which a button knows its link."""
    return crc32(link.encode())
