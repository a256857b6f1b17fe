"""Telling readers of a correction, as editors decide about it and follow it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.article import Article
from bot.domain.change_note import Change, ChangeNote, Whom
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.article_note import paused
from bot.render.editor.desk import asked_while_away, open_button
from bot.render.editor.desk import called as called_article
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import join


def called(words: Words, note: ChangeNote) -> Text:
    """Return what a note is called."""
    if note.about is Change.RETRACTION:
        return words.text("The note that #{number} was taken back", number=note.article)
    return words.text("The note on the correction of #{number}", number=note.article)


def ask(
    words: Words,
    article: Article,
    reach: Mapping[Whom, int],
    *,
    only: Whom | None = None,
    is_paused: bool = False,
    is_late: bool = False,
) -> Message:
    """Return the question whom an article's newest correction is told to: so many chats each; `only` those."""
    lines: list[Text | str] = [asked_while_away(words, None)] if is_late else []
    number, everybody, savers = article.number, reach[Whom.ALL], reach[Whom.SAVED]
    if not everybody:
        lines.append(
            words.text(
                "{article}: there is nobody left to tell. Whoever has it was told, or takes no announcements.",
                article=called_article(article),
            )
        )
        return Message(join(lines, " "), keyboard=((open_button(words, number),),))
    lines += [
        words.text("{article}: tell readers of the correction?", article=called_article(article)),
        words("It comes as an answer to the copy, with its sound, and after quiet hours. No chat gets it twice."),
    ]
    if is_paused:
        lines.append(paused(words))
    buttons = []
    if only is not Whom.SAVED:
        label = words.count("{n} who has it", "{n} who have it", everybody)
        buttons.append(Button(label, data=press(Verb.TELL_ALL, number)))
    if savers and only is not Whom.ALL:
        label = words.count("{n} who saved it", "{n} who saved it", savers)
        buttons.append(Button(label, data=press(Verb.TELL_SAVERS, number)))
    leave = Button(words("Leave it"), data=press(Verb.TELL_NOBODY, number))
    # What sends stands in the second row: what takes this message's place has `Stop` in the first.
    return Message(join(lines, " "), keyboard=((leave,), *((tuple(buttons),) if buttons else ())))


def nothing_to_tell(words: Words, article: Article) -> Message:
    """Return the answer to telling readers of an article that is in no list, or was never corrected."""
    said = words.text(
        "{article} was not corrected since it came out, so there is nothing to tell readers. /correct {number} and "
        "the reason corrects its copies first.",
        article=called_article(article),
        number=article.number,
    )
    return Message(said, keyboard=((open_button(words, article.number),),))


def left(words: Words, article: Article) -> Message:
    return Message(
        words.text("{article}: nobody is told. The line in each copy says it.", article=called_article(article)),
        keyboard=((Button(words("Tell readers"), data=press(Verb.TELL, article.number)),),),
    )


def how_to_tell(words: Words, number: int) -> Message:
    """Return the answer to `/tell ARTICLE` with a word behind it that names nobody."""
    return Message(
        Text(
            words("Nothing was sent. Write /tell {number}, /tell {number} all or /tell {number} saved.", number=number)
        )
    )


def send_rest_question(words: Words) -> str:
    return words("Send the rest of the note now?")


def send_now_question(words: Words) -> str:
    return words("Send the note now?")
