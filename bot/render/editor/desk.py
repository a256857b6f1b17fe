"""
The desk: messages about single articles for editors, with their buttons; the note under an article's copy; drafts; and
held news.

Editors see an article exactly as readers will; what they can do about it is in a second message under that copy.

A press often replaces the buttons of its own message, so a double tap presses the button that is now in the same place.
Hence: where a button pushes, lists or sends, the next screen has nothing in that row and column that undoes it or
decides about another article, and `Take back` asks first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.article import Article, ArticleState, Manner
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

_NAME = 48  # UTF-16 code units of a title where it only reminds
_ASKED = 100
_REASON = 160


class Verb(StrEnum):
    """What editors' buttons do. Numbers: an article's, except where said."""

    DRAFTS = "drafts"  # the place behind which the page begins: epoch seconds, article; none for the first page
    LIST = "drafts_list"  # the same, in a message of its own
    OPEN = "desk_open"
    MORE = "desk_more"
    BACK = "desk_back"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    TAKE_BACK = "take_back"
    TAKE_BACK_NOW = "take_back_now"
    TAKE_BACK_QUIETLY = "take_back_quiet"  # whoever keeps it is not told
    LEAVE = "take_back_not"
    TAKE_DOWN = "take_down"
    TAKE_DOWN_NOW = "take_down_now"
    TAKEDOWN_REPORT = "take_down_report"
    DELETE_COPIES = "copies_delete"
    NOTICE_COPIES = "copies_notice"
    ASK_CORRECT = "copies_ask"
    CORRECT = "copies_correct"
    LISTS_ONLY = "copies_lists"
    LEAVE_COPIES = "copies_leave"
    SAVERS_NOT = "savers_not"
    TELL = "tell"
    TELL_ALL = "tell_all"
    TELL_SAVERS = "tell_savers"
    TELL_NOBODY = "tell_nobody"
    EDIT = "edit"
    EDIT_FIELD = "edit_field"  # an article, a field's place
    EDIT_ANYWAY = "edit_anyway"
    EDIT_NOT = "edit_not"
    EDIT_NOTHING = "edit_nothing"  # an article, a field's place: it is to hold nothing
    TICKS = "edit_ticks"  # an article, a page, 1 to show all topics again
    TICK = "edit_tick"  # an article, a topic, 1 to tick it, a page
    TICKED = "edit_ticked"
    DROP_RELATED = "edit_related"  # an article, a checksum of the link
    KEEP_EDIT = "edit_keep"  # an article, a field's place, a checksum of what the source says
    TAKE_SOURCE = "edit_take"  # the same
    STOP = "push_stop"  # a campaign
    NOW = "push_now"  # a campaign
    REST = "push_rest"  # a campaign
    PUSH_HELD = "held_push"
    ARCHIVE_HELD = "held_archive"
    CHOOSE = "held_choose"  # the article behind which to go on, none for the first; how the buttons stand
    CHOOSE_PUSH = "held_one_push"  # an article; how the buttons stand
    CHOOSE_ARCHIVE = "held_one_list"  # an article; how the buttons stand
    TOPICS = "desk_topics"  # an article, a page
    ADD_TOPIC = "desk_topic"  # an article, a topic
    STOP_ALL = "held_stop"  # first and last of the campaigns
    REST_ALL = "held_rest"  # first and last of the campaigns
    DELIVERY = "delivery"
    APPROVE = "approve"  # an article, its revision as it was asked about
    DECLINE = "approve_not"
    SCHEDULE = "schedule"
    SCHEDULE_AT = "schedule_at"  # an article, minutes since 1970, 1 to make no sound
    UNSCHEDULE = "schedule_not"
    SILENTLY = "desk_silently"
    BREAKING = "desk_breaking"
    AUDIENCE = "audience"
    AUDIENCE_PAGE = "audience_page"  # an article, a page
    AIM = "audience_topic"  # an article, a topic, 1 to choose it, a page
    AIM_AT_ALL = "audience_all"
    FAILED = "failed_who"
    AGAIN = "failed_again"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands under the copy of an article that waits for another editor."""

    said: str
    button: Button


OF_AN_ARTICLE = frozenset(
    {
        Verb.OPEN, Verb.MORE, Verb.BACK, Verb.PUBLISH, Verb.ARCHIVE, Verb.TAKE_BACK, Verb.TAKE_BACK_NOW, Verb.LEAVE,
        Verb.TAKE_BACK_QUIETLY, Verb.SAVERS_NOT, Verb.TELL, Verb.TELL_ALL, Verb.TELL_SAVERS, Verb.TELL_NOBODY,
        Verb.DELETE_COPIES, Verb.NOTICE_COPIES, Verb.ASK_CORRECT, Verb.CORRECT,
        Verb.LISTS_ONLY, Verb.LEAVE_COPIES,
        Verb.CHOOSE_PUSH, Verb.CHOOSE_ARCHIVE, Verb.TOPICS, Verb.ADD_TOPIC, Verb.DELIVERY, Verb.FAILED, Verb.AGAIN,
        Verb.APPROVE, Verb.DECLINE, Verb.UNSCHEDULE, Verb.SCHEDULE, Verb.SCHEDULE_AT, Verb.SILENTLY, Verb.BREAKING,
        Verb.TAKE_DOWN, Verb.TAKE_DOWN_NOW, Verb.TAKEDOWN_REPORT,
        Verb.KEEP_EDIT, Verb.TAKE_SOURCE, Verb.EDIT, Verb.EDIT_FIELD, Verb.EDIT_ANYWAY, Verb.EDIT_NOT,
        Verb.EDIT_NOTHING, Verb.TICKS, Verb.TICK, Verb.TICKED,
        Verb.DROP_RELATED, Verb.AUDIENCE, Verb.AUDIENCE_PAGE, Verb.AIM, Verb.AIM_AT_ALL,
    }
)  # fmt: skip
"""What is done to one article: the first number of the button is its number."""


class PictureCheck(StrEnum):
    """What became of an article's picture when its copy was sent."""

    KNOWN = "known"
    FETCHED = "fetched"
    UPLOADED = "uploaded"
    REFUSED = "refused"
    MISSING = "missing"


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
        (*told, Button(words("List without pushing"), data=press(Verb.ARCHIVE, article.number)))
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
        return Button(words("Silently"), data=press(Verb.SILENTLY, article.number))
    return Button(words("Breaking"), data=press(Verb.BREAKING, article.number))


def publish_button(words: Words, article: Article, reach: int) -> Button:
    many = words.number(reach)
    is_early = article.state is ArticleState.SCHEDULED
    label = words("Publish now to {n}", n=many) if is_early else words("Publish to {n}", n=many)
    return Button(label, data=press(Verb.PUBLISH, article.number))


def may_publish(article: Article) -> bool:
    return article.state is not ArticleState.PUBLISHED


def not_shown(words: Words, article: Article, reason: str) -> Message:
    """Return what stands where a copy could not be sent; `reason` is Telegram's."""
    return Message(
        words.text(
            "{article} could not be shown. Telegram says: {reason}",
            article=called(article),
            reason=tame(clip(reason, _REASON)),
        )
    )


def drafts(
    words: Words,
    articles: Sequence[Article],
    zone: ZoneInfo,
    *,
    held: int,
    older: tuple[int, int] | None,
    is_first: bool,
) -> Message:
    """Return one page of what is not out yet. `older` is where the next page begins; None at the end."""
    if not articles and is_first:
        return Message(
            Text(words("No drafts. Send a document, or put a file into the content folder, and it is listed here."))
        )
    lines: list[Text | str] = [bold(words("Drafts"))]
    for article in articles:
        when = words.date(article.story.published_at, zone)
        lines.append(
            words.text(
                "{article} ({state}, {date})", article=called(article), state=state(words, article, zone), date=when
            )
            if article.state is not ArticleState.SCHEDULED
            else words.text("{article} ({state})", article=called(article), state=state(words, article, zone))
        )
    if held:
        lines.append(
            words.count("{n} article is held until you choose.", "{n} articles are held until you choose.", held)
        )
    opens = [open_button(words, article.number) for article in articles]
    turning = []
    if not is_first:
        turning.append(Button(words("Newest"), data=press(Verb.DRAFTS)))
    if older is not None:
        turning.append(Button(words("Older"), data=press(Verb.DRAFTS, *older)))
    rows = [tuple(opens[start : start + 3]) for start in range(0, len(opens), 3)]
    if held:
        rows.insert(0, held_row(words))  # always the same row: `choosing` has nothing but `Next` where `Choose` was
    if turning:
        rows.append(tuple(turning))
    return Message(join(lines, "\n"), keyboard=tuple(rows))


def held_row(words: Words) -> tuple[Button, ...]:
    return (
        Button(words("Push all"), data=press(Verb.PUSH_HELD)),
        Button(words("Choose"), data=press(Verb.CHOOSE)),
        Button(words("Archive"), data=press(Verb.ARCHIVE_HELD)),
    )


def decide_row(words: Words) -> tuple[Button, ...]:
    """Return the buttons that decide about all that is held, where there is nothing to choose from."""
    push, _, archive = held_row(words)
    return push, archive


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
