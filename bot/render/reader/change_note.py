"""What readers are told of a correction, or of a retraction, in a message of its own."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.change_note import Change, ChangeNote
from bot.domain.message import Button, Message
from bot.render.look import Look, Surface
from bot.render.reader.article import corrected
from bot.render.reader.card import deep_link
from bot.render.text import bold, clip, foreign, join, tame

_TITLE = 300  # UTF-16 code units
_WHY = 400


def change_note(note: ChangeNote, article: Article, look: Look) -> Message:
    """Return what a chat is told of an article's change.

    Of a correction with the way to the article: the copy to which the note is a reply may be gone.
    """
    words = look.words
    title = bold(foreign(clip(article.story.title, _TITLE)))
    if note.about is Change.CORRECTION:
        label = words("Open") if look.surface is Surface.PRIVATE else words("Open in bot")
        keyboard = ((Button(label, url=deep_link(article, look)),),)
        return Message(join([title, corrected(note.correction, look)], "\n\n"), keyboard=keyboard)
    why = article.retracted_why
    if why:
        said = words.text("You saved this story. It was taken back: {why}", why=tame(clip(why, _WHY)))
    else:
        said = words.text("You saved this story. It was taken back.")
    return Message(join([title, said], "\n\n"))
