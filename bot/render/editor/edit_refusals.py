"""Why an edit in chat was not made."""

from __future__ import annotations

from bot.domain.article import Article
from bot.domain.editing import EditField, Fault, Refusal
from bot.domain.limits import PHOTO_RATIO, PHOTO_SIDES
from bot.domain.message import Message
from bot.domain.text import Text
from bot.render.editor.desk import called, open_button
from bot.render.editor.editing import field_name
from bot.render.editor.source_faults import fault_text
from bot.render.locale import Words
from bot.render.text import clip, foreign, tame

_SAID = 100  # UTF-16 code units of what was typed, where an answer names it
_FAULT = 300


def refused(words: Words, article: Article, field: EditField, refusal: Refusal) -> Message:
    """Return why an edit was not made."""
    name = field_name(words, field)
    match refusal.fault:
        case Fault.EMPTY:
            text = words.text("The {field} would be empty; nothing was changed.", field=name)
        case Fault.TOO_LONG:
            text = words.text(
                "The {field} has at most {n} characters; nothing was changed.",
                field=name,
                n=words.number(refusal.number),
            )
        case Fault.REPEATS_TITLE:
            text = words.text("That says no more than the title; nothing was changed.")
        case Fault.NO_LINK if refusal.words:
            fault = tame(clip(fault_text(words, refusal.words[0]), _FAULT))
            text = words.text("I cannot take this link: {fault}. Nothing was changed.", fault=fault)
        case Fault.NO_LINK:
            text = words.text("One link is wanted, with nothing behind it; nothing was changed.")
        case Fault.OTHER_ARTICLE:
            text = words.text(
                "That is the link of #{number}, another article; nothing was changed.", number=refusal.number
            )
        case Fault.TAKEN_DOWN:
            text = words.text(
                "That link leads to #{number}, which was taken down. Nothing was changed.", number=refusal.number
            )
        case Fault.UNKNOWN_TOPICS:
            text = _unknown_topics(words, refusal)
        case Fault.OWN_LINK:
            text = words.text("That is {article} itself; nothing was changed.", article=called(article))
        case Fault.NOT_RELATED:
            text = words.text("{article} does not name that article; nothing was changed.", article=called(article))
        case Fault.TOO_MANY:
            text = words.text(
                "{article} names {n} related articles, and more are not read; nothing was changed.",
                article=called(article),
                n=refusal.number,
            )
        case Fault.NO_PICTURE:
            text = words.text("{article} has no picture, so nobody can be credited.", article=called(article))
        case Fault.NO_FORMAT:
            text = words.text(
                "That file is no JPEG, PNG, GIF or WebP, and Telegram shows no others as pictures. Nothing was changed."
            )
        case Fault.TOO_SMALL:
            text = words.text(
                "That picture has {size} pixels; each side needs {n} at least. Nothing was changed.",
                size=refusal.words[0],
                n=refusal.number,
            )
        case Fault.WRONG_SHAPE:
            text = words.text(
                "That picture has {size} pixels. Telegram takes up to {sum} of both sides together, and no side more "
                "than {n} times the other. Nothing was changed.",
                size=refusal.words[0],
                sum=words.number(PHOTO_SIDES),
                n=PHOTO_RATIO,
            )
        case Fault.TOO_LARGE:
            text = words.text(
                "That picture is larger than the {n} MB that Telegram takes; nothing was changed.", n=refusal.number
            )
        case Fault.CHANGED_MEANWHILE:
            text = words.text("{article} was changed while you wrote.", article=called(article))
        case Fault.UNCHANGED:
            text = words.text("{article} says that already; nothing was changed.", article=called(article))
    return Message(text, keyboard=((open_button(words, article.number),),))


def _unknown_topics(words: Words, refusal: Refusal) -> Text:
    unknown = foreign(clip(", ".join(refusal.words), _SAID))
    if not refusal.near:
        return words.text("No topic is called {topics}; nothing was changed.", topics=unknown)
    return words.text(
        "No topic is called {topics}. Perhaps {near} is meant; nothing was changed.",
        topics=unknown,
        near=foreign(words.list(refusal.near)),
    )
