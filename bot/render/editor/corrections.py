"""Copies that were delivered: the question whether to correct them, and how correcting or taking them back goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.article import Article, ArticleState
from bot.domain.copies import Copies
from bot.domain.correction import Field
from bot.domain.delivery import CORRECTION
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text
from bot.render.editor import takedown
from bot.render.editor.article_note import paused
from bot.render.editor.desk import called, open_button, savers_told
from bot.render.editor.verbs import TAKEN_BACK, Verb
from bot.render.locale import Words
from bot.render.text import join

NAMED = 10  # articles in a folded question


def question(
    words: Words, article: Article, fields: Sequence[Field], copies: Copies, keep: timedelta | None
) -> Message:
    """Return the question what becomes of an article's copies now that it was changed in `fields`.

    `keep` is how long it is known which messages they are.
    """
    changed = words.text(
        "{article} was changed: {fields}. Lists show it already.",
        article=called(article),
        fields=words.list([_field(words, one) for one in fields]),
    )
    shown = words.count(
        "{n} delivered copy shows what was there before.",
        "{n} delivered copies show what was there before.",
        copies.changeable,
    )
    every = Button(words("Every copy"), data=press(Verb.CORRECT, article.number, copies.out_of_reach))
    lists = Button(words("Lists only"), data=press(Verb.LISTS_ONLY, article.number))
    leave = Button(words("Leave it"), data=press(Verb.LEAVE_COPIES, article.number))
    hint = words("A reason goes with /correct {number} and the reason.", number=article.number)
    return Message(
        join([join([changed, shown], " "), beyond(words, copies, keep), hint], "\n"),
        keyboard=((lists, every, leave),),
    )


def questions_folded(words: Words, articles: Sequence[Article]) -> Message:
    """Return what is said in place of a question for each when many delivered articles were changed at once."""
    numbers = ", ".join(f"#{article.number}" for article in articles[:NAMED])
    more = " …" if len(articles) > NAMED else ""
    text = words.count(
        "{n} delivered article was changed: {numbers}. Lists show the changes, copies stay. "
        "/correct with a number corrects every copy of one.",
        "{n} delivered articles were changed: {numbers}. Lists show the changes, copies stay. "
        "/correct with a number corrects every copy of one.",
        len(articles),
        numbers=numbers + more,
    )
    return Message(Text(text))


def nothing_to_correct(words: Words, article: Article, copies: Copies, keep: timedelta | None) -> Message:
    """Return the answer to a correction of which no copy can be changed."""
    text = words.text("{article} is corrected in the lists. No copy can be changed.", article=called(article))
    return Message(
        join([text, beyond(words, copies, keep)], " "),
        keyboard=((open_button(words, article.number), _tell_button(words, article)),),
    )


def how_to_correct(words: Words, article: Article) -> Message:
    """Return the answer to `Correct` while copies show all that there is to show."""
    text = words.text(
        "{article}: every copy shows what lists show. Change the article first, or tell readers what was wrong with "
        "/correct {number} and the reason.",
        article=called(article),
        number=article.number,
    )
    return Message(text, keyboard=((open_button(words, article.number),),))


def lists_only(words: Words, article: Article) -> Message:
    return Message(
        words.text("{article}: lists show the change, delivered copies stay as they are.", article=called(article)),
        keyboard=((Button(words("Every copy"), data=press(Verb.CORRECT, article.number)),),),
    )


def left(words: Words, article: Article) -> Message:
    return Message(
        words.text("{article}: nothing is done about delivered copies for now.", article=called(article)),
        keyboard=((Button(words("Every copy"), data=press(Verb.CORRECT, article.number)),),),
    )


def not_listed(words: Words, article: Article) -> Message:
    """Return the answer to correcting what readers cannot list."""
    return Message(
        words.text("{article} is in no list, so there is nothing to correct.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def why_too_long(words: Words, longest: int) -> Message:
    return Message(Text(words("A reason has at most {n} characters; nothing was changed.", n=words.number(longest))))


def ask_about_copies(words: Words, article: Article, copies: Copies, savers: int, keep: timedelta | None) -> Message:
    """Return the question what becomes of a retracted article's delivered copies. So many `savers` would be told."""
    lines: list[Text | str] = [
        words.text("{article} is in no list any more, and nothing more of it leaves.", article=called(article)),
        words.count(
            "{n} delivered copy can be deleted or turned into a notice.",
            "{n} delivered copies can be deleted or turned into a notice.",
            copies.changeable,
        ),
    ]
    if copies.too_old:
        lines.append(
            words.count(
                "{n} of them is older than 48 hours, which Telegram lets nobody delete: it becomes a notice.",
                "{n} of them are older than 48 hours, which Telegram lets nobody delete: they become notices.",
                copies.too_old,
            )
        )
    if copies.in_lists:
        lines.append(
            words.count(
                "{n} of them stands in a list with other stories, where its line becomes a notice.",
                "{n} of them stand in a list with other stories, where their line becomes a notice.",
                copies.in_lists,
            )
        )
    lines.append(beyond(words, copies, keep))
    rows: list[tuple[Button, ...]] = [
        (
            open_button(words, article.number),
            Button(words("Publish again"), data=press(Verb.PUBLISH, article.number, TAKEN_BACK)),
        )
    ]
    if savers:
        lines.append(
            words.count(
                "{n} chat has saved it, and is told when you decide.",
                "{n} chats have saved it, and are told when you decide.",
                savers,
            )
        )
        rows.append((Button(words("Do not tell them"), data=press(Verb.SAVERS_NOT, article.number)),))
    return Message(join(lines, " "), keyboard=(*rows, copies_row(words, article, copies)))


def question_is_over(words: Words, article: Article) -> Message:
    """Return the answer to a question about the copies of what is published again."""
    return Message(
        words.text("{article} is in the lists again, so nothing is taken back.", article=called(article)),
        keyboard=((open_button(words, article.number),),),
    )


def copies_row(words: Words, article: Article, copies: Copies | None = None) -> tuple[Button, ...]:
    """Return what can be done with the copies of a retracted article; `copies` are those of which was just told."""
    known = () if copies is None else (copies.out_of_reach,)
    return (
        Button(words("Delete copies"), data=press(Verb.DELETE_COPIES, article.number, *known)),
        Button(words("Turn into a notice"), data=press(Verb.NOTICE_COPIES, article.number, *known)),
    )


def no_copies(words: Words, article: Article, copies: Copies, savers: int, keep: timedelta | None) -> Message:
    """Return the answer to taking copies back where none can be changed."""
    text = words.text(
        "{article} is in no list any more, and nothing more of it leaves. No copy of it can be changed.",
        article=called(article),
    )
    said = join([text, beyond(words, copies, keep), savers_told(words, savers)], " ")
    return Message(said, keyboard=((open_button(words, article.number),),))


def also_told(words: Words, article: Article, savers: int) -> Message:
    """Return who is told that an article was taken back, while its copies are changed."""
    return Message(join([called(article) + ":", savers_told(words, savers)], " "))


def going(words: Words, article: Article, campaign: int, standing: Standing) -> Message:
    """Return how a change of copies stands, with what can be done about it."""
    if article.state is ArticleState.TAKEN_DOWN:
        return takedown.going(words, article, campaign, standing)
    match standing.phase:
        case Phase.DONE:
            return Message(_finished(words, article, standing), keyboard=_done_keyboard(words, article, standing))
        case Phase.STOPPED | Phase.UNREACHED | Phase.RESTORED | Phase.REFUSED:
            text = words.text(
                "{article}: stopped. {done} of {audience} copies are changed, {others} stay as they are.",
                article=called(article),
                done=words.number(standing.sent),
                audience=words.number(standing.audience),
                others=words.number(standing.waiting),
            )
            return Message(text, keyboard=((Button(words("Go on"), data=press(Verb.REST, campaign)),),))
    shown = _under_way(words, article, standing)
    if unchanged := _unchanged(words, standing):
        shown = shown + f" {unchanged}."
    if standing.is_paused:
        shown = join([shown, paused(words)], " ")
    return Message(shown, keyboard=((Button(words("Stop"), data=press(Verb.STOP, campaign)),),))


def _under_way(words: Words, article: Article, standing: Standing) -> Text:
    """Return how many copies are changed by now."""
    counts: dict[str, Text | str | int] = {
        "article": called(article),
        "done": words.number(standing.sent),
        "audience": words.number(standing.audience),
        "percent": words.percent(standing.percent / 100),
    }
    match standing.kind:
        case "correction":
            return words.text("{article}: {done} of {audience} copies corrected ({percent}).", **counts)
        case "withdrawal":
            return words.text("{article}: {done} of {audience} copies deleted ({percent}).", **counts)
    return words.text("{article}: {done} of {audience} copies turned into a notice ({percent}).", **counts)


def _finished(words: Words, article: Article, standing: Standing) -> Text:
    """Return what became of all copies: how many were changed, how many could not be, and what is out of reach."""
    done, audience = words.number(standing.sent), words.number(standing.audience)
    match standing.kind:
        case "correction":
            text = words("Corrected on {done} of {audience} phones", done=done, audience=audience)
        case "withdrawal":
            text = words("Deleted on {done} of {audience} phones", done=done, audience=audience)
        case _:
            text = words("Turned into a notice on {done} of {audience} phones", done=done, audience=audience)
    unchanged = _unchanged(words, standing)
    account = f"{text}; {unchanged}." if unchanged else f"{text}."
    stay = words("Forwarded copies stay as they were.")
    return join([called(article) + ":", account, _noticed(words, standing), stay], " ")


def _noticed(words: Words, standing: Standing) -> str:
    """Return how many copies become notices where the others were deleted, if any do."""
    if not standing.noticed:
        return ""
    return words.count(
        "{n} copy becomes a notice, because Telegram does not let it be deleted.",
        "{n} copies become notices, because Telegram does not let them be deleted.",
        standing.noticed,
    )


def _unchanged(words: Words, standing: Standing) -> str:
    """Return how many copies could not be changed, and why; empty when all could."""
    refused = standing.failed - standing.gone
    lost = []
    if standing.gone:
        lost.append(words.count("{n} deleted it", "{n} deleted it", standing.gone))
    if refused:
        lost.append(words.count("{n} was refused", "{n} were refused", refused))
    if standing.unreachable:
        lost.append(words.count("{n} left", "{n} left", standing.unreachable))
    if not lost:
        return ""
    many = standing.failed + standing.unreachable
    return words.count(
        "{n} could not be changed ({why})", "{n} could not be changed ({why})", many, why=", ".join(lost)
    )


def _done_keyboard(words: Words, article: Article, standing: Standing) -> Keyboard:
    row = [Button(words("Delivery"), data=press(Verb.DELIVERY, article.number))]
    if standing.kind == CORRECTION:
        row.append(Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number)))
        return (tuple(row), (_tell_button(words, article),))
    return (tuple(row),)


def _tell_button(words: Words, article: Article) -> Button:
    return Button(words("Tell readers"), data=press(Verb.TELL, article.number))


def before_it_starts(words: Words, article: Article, copies: Copies, keep: timedelta | None) -> Message:
    """Return how many copies can be changed, and how many cannot and why: said before any of them is."""
    can = words.count("{n} copy can be changed.", "{n} copies can be changed.", copies.changeable)
    return Message(join([called(article) + ":", can, beyond(words, copies, keep)], " "))


def beyond(words: Words, copies: Copies, keep: timedelta | None) -> str:
    """Return how many copies cannot be changed any more, and why; empty when all can.

    `keep` is how long it is known which messages they are.
    """
    lost = []
    if copies.forgotten:
        age = words.span(keep) if keep is not None else ""
        many = copies.forgotten
        lost.append(
            words.count(
                "{n} copy is older than {age} (NEWSBOT_KEEP), so it is not known any more which message it is.",
                "{n} copies are older than {age} (NEWSBOT_KEEP), so it is not known any more which messages they are.",
                many,
                age=age,
            )
            if age
            else words.count(
                "{n} copy is so old that it is not known any more which message it is.",
                "{n} copies are so old that it is not known any more which messages they are.",
                many,
            )
        )
    if copies.deleted:
        lost.append(words.count("{n} copy was deleted.", "{n} copies were deleted.", copies.deleted))
    return " ".join(lost)


def _field(words: Words, field: Field) -> str:
    return {
        Field.TITLE: words("title"),
        Field.EXCERPT: words("text"),
        Field.LINK: words("link"),
        Field.PICTURE: words("picture"),
    }[field]
