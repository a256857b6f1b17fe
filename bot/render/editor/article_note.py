"""
The note under an article's copy: how the article stands, what was checked, whom it would reach, and what can be done.

Editors see an article exactly as readers will; what they can do about it is in this second message under that copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.article import Article, ArticleState, Manner
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.editor.desk import as_drawn, called, edit_button, state
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import join


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands under the copy of an article that waits for another editor."""

    said: str
    button: Button


class PictureCheck(StrEnum):
    """What became of an article's picture when its copy was sent."""

    KNOWN = "known"
    FETCHED = "fetched"
    UPLOADED = "uploaded"
    REFUSED = "refused"
    MISSING = "missing"


def note(
    words: Words,
    article: Article,
    zone: ZoneInfo,
    *,
    reach: int,
    lasts: timedelta,
    link: str | None,
    picture: PictureCheck | None,
    refused: int = 0,
    is_paused: bool = False,
    waiting: Waiting | None = None,
    night: Button | None = None,
    only_to: str = "",
) -> Message:
    """Return what stands under an article's copy. `waiting` is what is asked about it, and the button that says yes.
    `night` is the button that lets it go out in the morning; None by day. `only_to` is a sentence about whom alone it
    goes to, if that was chosen.

    `reach` is how many chats a publish would be for now, `lasts` how long that takes, `link` what is wrong with the
    article's link. Without a `picture` nothing was checked this time.
    """
    lines: list[Text | str] = [
        words.text("{article} ({state})", article=called(article), state=state(words, article, zone))
    ]
    if picture is not None:
        lines.append(_link_line(words, link))
        lines.append(_picture_line(words, picture, refused))
    if may_publish(article):
        was_out = article.state is ArticleState.RETRACTED
        lines.append(_reach_line(words, reach, lasts, is_chosen=bool(only_to) or was_out))
        if only_to:
            lines.append(only_to)
        if is_paused:
            lines.append(paused(words))
    if waiting is not None:
        lines.append(waiting.said)
    return Message(join(lines, "\n"), keyboard=note_keyboard(words, article, reach, waiting, night))


def note_for_contributor(
    words: Words, article: Article, zone: ZoneInfo, link: str | None, picture: PictureCheck, *, may_edit: bool
) -> Message:
    """Return what stands under the copy for somebody who may not publish: what was checked, and who goes on."""
    lines: list[Text | str] = [
        words.text("{article} ({state})", article=called(article), state=state(words, article, zone)),
        _link_line(words, link),
        _picture_line(words, picture, 0),
    ]
    if article.state is ArticleState.DRAFT:
        lines.append(words("An editor publishes it."))
    return Message(join(lines, "\n"), keyboard=((edit_button(words, article.number),),) if may_edit else ())


def paused(words: Words) -> str:
    """Return what is said where something would leave while `newsbot pause` holds all pushes."""
    return words("All pushes are paused from the shell; “newsbot resume” lets them go on.")


def note_keyboard(
    words: Words, article: Article, reach: int, waiting: Waiting | None = None, night: Button | None = None
) -> Keyboard:
    """Return the buttons under the copy; what cannot be undone by a second press stands alone in the last row.

    At night, what wakes nobody comes first.
    """
    number = article.number
    edit, more = edit_button(words, number), Button(words("More"), data=press(Verb.MORE, number))
    if article.is_listed and not may_publish(article):
        return ((edit, more),)
    schedule = () if article.is_listed else (Button(words("Schedule"), data=press(Verb.SCHEDULE, number)),)
    row = (edit, *schedule, more)
    if waiting is not None:
        return (row, (waiting.button,))
    first: Keyboard = ()
    if night is not None and not article.is_listed:
        first = ((night,), (manner_button(words, article, Manner.SILENT),))
    return (*first, row, (publish_button(words, article, reach),))


def more_keyboard(words: Words, article: Article, *, is_night: bool = False) -> Keyboard:
    """Return what else can be done with an article. `Back` stands in the row where `More` was."""
    back = Button(words("Back"), data=press(Verb.BACK, article.number))
    delivery = Button(words("Delivery"), data=press(Verb.DELIVERY, article.number))
    told = (delivery,) if article.pushed_at is not None else ()
    down = (Button(words("Take down"), data=press(Verb.TAKE_DOWN, article.number)),)
    if article.is_listed:
        return ((back, *told, Button(words("Take back"), data=press(Verb.TAKE_BACK, article.number))), down)
    rows: list[tuple[Button, ...]] = [
        (*told, Button(words("List without pushing"), data=press(Verb.ARCHIVE, article.number, *as_drawn(article))))
    ]
    if article.pushed_at is None:
        rows.append((manner_button(words, article, Manner.BREAKING), manner_button(words, article, Manner.SILENT)))
        rows.append((Button(words("Choose who gets it"), data=press(Verb.AUDIENCE, article.number)),))
    if article.state is ArticleState.SCHEDULED:
        rows.append((Button(words("Unschedule"), data=press(Verb.UNSCHEDULE, article.number)),))
    if article.state is ArticleState.RETRACTED:
        rows.append(down)
    rows.insert(2 if is_night else 0, (back,))
    return tuple(rows)


def manner_button(words: Words, article: Article, manner: Manner) -> Button:
    """Return the button that publishes an article in a manner of its own."""
    if manner is Manner.SILENT:
        return Button(words("Silently"), data=press(Verb.SILENTLY, article.number, *as_drawn(article)))
    return Button(words("Breaking"), data=press(Verb.BREAKING, article.number, *as_drawn(article)))


def publish_button(words: Words, article: Article, reach: int) -> Button:
    many = words.number(reach)
    is_early = article.state is ArticleState.SCHEDULED
    label = words("Publish now to {n}", n=many) if is_early else words("Publish to {n}", n=many)
    return Button(label, data=press(Verb.PUBLISH, article.number, *as_drawn(article)))


def may_publish(article: Article) -> bool:
    return article.state is not ArticleState.PUBLISHED


def _link_line(words: Words, fault: str | None) -> str:
    return (
        words("Link: it can be opened from outside.") if fault is None else words("Link: it is {fault}.", fault=fault)
    )


def _picture_line(words: Words, picture: PictureCheck, refused: int) -> str:
    match picture:
        case PictureCheck.KNOWN:
            line = words("Picture: Telegram has it.")
        case PictureCheck.FETCHED:
            line = words("Picture: Telegram fetched it.")
        case PictureCheck.UPLOADED:
            line = words("Picture: uploaded to Telegram.")
        case PictureCheck.REFUSED:
            line = words("Picture: none could be used, so it goes as text with a link preview.")
        case PictureCheck.MISSING:
            line = words("Picture: none, so it goes as text with a link preview.")
    if refused and picture is not PictureCheck.REFUSED:
        tries = words.count("{n} other try failed.", "{n} other tries failed.", refused)
        return f"{line} {tries}"
    return line


def _reach_line(words: Words, reach: int, lasts: timedelta, *, is_chosen: bool) -> str:
    if not reach:
        return words("It would go to nobody.") if is_chosen else words("Nobody follows its topics yet.")
    return words.count(
        "It would go to {n} chat, taking about {time}.",
        "It would go to {n} chats, taking about {time}.",
        reach,
        time=words.span(lasts),
    )
