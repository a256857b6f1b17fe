"""
The desk: how a single article is called and stands, answers about which one is meant, and the question before it is
taken back.

A press often replaces the buttons of its own message, so a double tap presses the button that is now in the same place.
Hence, in all messages for editors: where a button pushes, lists or sends, the next screen has nothing in that row and
column that undoes it or decides about another article, and `Take back` asks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.article import Article, ArticleState
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.verbs import TAKEN_BACK, Verb
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_NAME = 48  # UTF-16 code units of a title where it only reminds
_ASKED = 100
_REASON = 160


def called(article: Article) -> Text:
    """#412 Met Police…"""
    return Text(f"#{article.number} ") + foreign(clip(article.story.title, _NAME))


def state(words: Words, article: Article, zone: ZoneInfo) -> str:
    """Return where an article stands, in a word or a few."""
    match article.state:
        case ArticleState.DRAFT:
            return words("draft")
        case ArticleState.SCHEDULED:
            at = article.scheduled_at or article.story.published_at
            return words("scheduled for {date}, {time}", date=words.date(at, zone), time=words.time(at, zone))
        case ArticleState.HELD:
            return words("held")
        case ArticleState.PUBLISHED:
            return words("published")
        case ArticleState.ARCHIVED:
            return words("listed, not pushed")
        case ArticleState.RETRACTED:
            return words("taken back")
        case ArticleState.TAKEN_DOWN:
            return words("taken down")


def no_such(words: Words, asked: str) -> Message:
    """Return the answer to an ARTICLE that is none, or more than one."""
    if not asked:
        return Message(
            Text(words("Which article? Write its number, slug or link, or reply to its message. /drafts lists some."))
        )
    return Message(
        words.text(
            "No single article goes by “{asked}”. Write its number, its slug, the beginning of a slug that only one "
            "has, or its link. /drafts lists what is not out yet.",
            asked=foreign(clip(asked, _ASKED)),
        )
    )


def several(words: Words, asked: str, candidates: Sequence[tuple[int, str]], verb: Verb) -> Message:
    """Return the answer to an ARTICLE that may be any of `candidates` (number, title), each with a button."""
    return Message(
        words.text("Several articles go by “{asked}”. Which one?", asked=foreign(clip(asked, _ASKED))),
        keyboard=tuple(
            (Button(f"#{number} {foreign(clip(title, _NAME))}", data=press(verb, number)),)
            for number, title in candidates
        ),
    )


def not_shown(words: Words, article: Article, reason: str) -> Message:
    """Return what stands where a copy could not be sent; `reason` is Telegram's."""
    return Message(
        words.text(
            "{article} could not be shown. Telegram says: {reason}",
            article=called(article),
            reason=tame(clip(reason, _REASON)),
        )
    )


def asked_late(words: Words, question: str, button: Button, asked_at: str | None) -> Message:
    """Return an act to be confirmed that arrived long after it was asked for, because newsbot was down."""
    # What is sent may be stopped in the first row of the next screen.
    keyboard = ((drafts_button(words),), (button,))
    return Message(join([asked_while_away(words, asked_at), question], " "), keyboard=keyboard)


def ask_to_take_back(
    words: Words, article: Article, asked_at: str | None = None, *, savers: int = 0, is_late: bool = False
) -> Message:
    """Return the question whether an article is to be taken back; late, it says when that was asked for.

    So many `savers` would be told.
    """
    question: Text = words.text(
        "Take {article} back? It leaves every list, and nothing more of it leaves. Delivered copies stay.",
        article=called(article),
    )
    if savers:
        told = words.count("{n} chat has saved it and is told.", "{n} chats have saved it and are told.", savers)
        question = join([question, told], " ")
    if is_late:
        question = join([asked_while_away(words, asked_at), question], " ")
    quietly = Button(words("Take back, tell nobody"), data=press(Verb.TAKE_BACK_QUIETLY, article.number))
    # `Take back` stands in the first or the last row of every other screen, and here in neither.
    return Message(
        question,
        keyboard=(
            (Button(words("Leave it"), data=press(Verb.LEAVE, article.number)),),
            (Button(words("Take back"), data=press(Verb.TAKE_BACK_NOW, article.number)),),
            *(((quietly,),) if savers else ()),
            (open_button(words, article.number),),
        ),
    )


def savers_told(words: Words, savers: int) -> str:
    """Return that those who keep a retracted article are told, if any are."""
    if not savers:
        return ""
    return words.count("{n} chat has saved it and is told.", "{n} chats have saved it and are told.", savers)


def as_drawn(article: Article) -> tuple[int, ...]:
    """Return what stands last in a button that makes an article public: whether it was taken back by then."""
    return (TAKEN_BACK,) if article.state is ArticleState.RETRACTED else ()


def taken_back_meanwhile(words: Words, article: Article) -> Message:
    """Return the answer to a button of before an article was taken back. No button stands where that one stood."""
    text = words.text("{article} was taken back meanwhile, so nothing was done.", article=called(article))
    return Message(text, keyboard=((open_button(words, article.number),),))


def edit_button(words: Words, number: int) -> Button:
    return Button(words("Edit"), data=press(Verb.EDIT, number))


def open_button(words: Words, number: int) -> Button:
    return Button(words("Open #{number}", number=number), data=press(Verb.OPEN, number))


def drafts_button(words: Words) -> Button:
    """Return a button that harms nothing: the list comes in a message of its own."""
    return Button(words("Open drafts"), data=press(Verb.LIST))


def asked_while_away(words: Words, asked_at: str | None) -> str:
    if asked_at:
        return words("You asked for this at {time}, while newsbot was not running.", time=asked_at)
    return words("You asked for this while newsbot was not running.")
