"""Announcements, as editors write, send and follow them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.announcement import MOST_A_DAY, Announcement, AnnouncementState, Fault, longest
from bot.domain.limits import ENTITIES
from bot.domain.message import Button, Keyboard, Message
from bot.domain.press import press
from bot.domain.progress import Phase, Standing
from bot.domain.text import Text
from bot.domain.topic import Topic
from bot.render.editor.article_note import paused
from bot.render.editor.desk import asked_while_away
from bot.render.editor.publishing import later as at_their_times
from bot.render.editor.publishing import question, refused, sending, stopped, undo_keyboard, with_pause
from bot.render.editor.verbs import Verb
from bot.render.labels import IN_A_TOAST, topic_label
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_REASON = 160  # UTF-16 code units
_ALL = 0


class AnnounceVerb(StrEnum):
    """What the buttons of an announcement do. The first number is its own."""

    SEND = "announce"  # a topic, 0 for everybody
    TOPICS = "announce_topics"  # a page
    TO = "announce_to"  # a topic
    LEAVE = "announce_not"


def called(words: Words, announcement: Announcement) -> Text:
    """Return what an announcement is called: by its first words."""
    if not announcement.name:
        return Text(words("The announcement"))
    return words.text("The announcement “{words}”", words=foreign(announcement.name))


def cannot(words: Words, fault: Fault, *, has_photo: bool, length: int, spans: int) -> Message:
    """Return why something cannot be announced, and what can be done."""
    match fault:
        case Fault.EMPTY:
            said = words(
                "Write what everybody is to read behind the command: /announce We move on Friday. Formatting stays, "
                "and a picture goes with /announce in its caption. You see it first; nothing leaves before you say so."
            )
        case Fault.TOO_LONG:
            most = words.number(longest(has_photo=has_photo))
            if has_photo:
                said = words(
                    "The text under a picture may have {most} characters; this has {n}. Nothing was sent.",
                    most=most,
                    n=words.number(length),
                )
            else:
                said = words(
                    "An announcement may have {most} characters; this has {n}. Nothing was sent.",
                    most=most,
                    n=words.number(length),
                )
        case Fault.TOO_MUCH_FORMATTING:
            said = words(
                "Telegram keeps {most} pieces of formatting in a message; this has {n}. Nothing was sent.",
                most=words.number(ENTITIES),
                n=words.number(spans),
            )
        case Fault.ALBUM:
            said = words("An announcement has one picture, and this is an album. Nothing was sent; send one picture.")
    return Message(Text(said))


def not_shown(words: Words, reason: str) -> Message:
    """Return what stands where Telegram refuses an announcement; `reason` is Telegram's."""
    return Message(
        words.text(
            "Telegram does not take it as it is, so nothing was sent. It says: “{reason}”.",
            reason=tame(clip(reason, _REASON)),
        )
    )


def ask(
    words: Words,
    announcement: Announcement,
    topic: Topic | None,
    reach: int,
    *,
    free_at: datetime | None,
    is_busy: bool,
    is_paused: bool,
    zone: ZoneInfo,
    is_late: bool = False,
) -> Message:
    """Return the question whether what was just shown is to be sent, or why it cannot be now."""
    lines: list[Text | str] = [asked_while_away(words, None)] if is_late else []
    if topic is None:
        lines.append(
            words.count(
                "It goes to {n} chat that takes announcements.", "It goes to {n} chats that take announcements.", reach
            )
        )
    else:
        lines.append(
            words.count_text(
                "It goes to {n} chat that follows {topic} and takes announcements.",
                "It goes to {n} chats that follow {topic} and take announcements.",
                reach,
                topic=foreign(topic_label(topic, words, IN_A_TOAST)),
            )
        )
    if is_busy:
        lines.append(words("Another announcement is on its way: only one goes out at a time."))
    elif free_at is not None:
        lines.append(
            words(
                "{n} were sent within a day, and readers should not get more. The next can go on {date} at {time}.",
                n=words.number(MOST_A_DAY),
                time=words.time(free_at, zone),
                date=words.date(free_at, zone),
            )
        )
    elif is_paused:
        lines.append(paused(words))
    number, topic_number = announcement.number, _ALL if topic is None else topic.number
    choose = Button(words("To a topic’s readers"), data=press(AnnounceVerb.TOPICS, number, 0))
    leave = Button(words("Leave it"), data=press(AnnounceVerb.LEAVE, number))
    # `Send` stands in the second row: what takes this message's place has `Stop` in the first.
    last: Button | None = None
    if is_busy or free_at is not None:
        last = Button(words("Look again"), data=press(AnnounceVerb.TO, number, topic_number))
    elif reach:
        data = press(AnnounceVerb.SEND, number, topic_number)
        last = Button(words("Send to {n}", n=words.number(reach)), data=data)
    return Message(join(lines, " "), keyboard=((choose, leave), *(((last,),) if last is not None else ())))


def topics(words: Words, announcement: Announcement, found: tuple[Topic, ...], page: int, *, has_more: bool) -> Message:
    """Return the choice of a topic whose readers get it. A choice is asked about in a message of its own."""
    number = announcement.number
    buttons = [Button(topic_label(one, words), data=press(AnnounceVerb.TO, number, one.number)) for one in found]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    turning = [Button(words("Everybody"), data=press(AnnounceVerb.TO, number, _ALL))]
    if has_more:
        turning.append(Button(words("More topics"), data=press(AnnounceVerb.TOPICS, number, page + 1)))
    said = words("Whose readers are to get it?") if found or page else words("There are no topics yet.")
    return Message(Text(said), keyboard=(*rows, tuple(turning)))


def asked_below(words: Words, announcement: Announcement) -> Message:
    return Message(words.text("{announcement}: see the question below.", announcement=called(words, announcement)))


def decided(words: Words, announcement: Announcement | None) -> Message:
    """Return the answer to a button of one about which nothing is to be decided any more."""
    if announcement is None:
        return Message(Text(words("There is no such announcement any more.")))
    name = called(words, announcement)
    if announcement.state is AnnouncementState.LEFT:
        return Message(words.text("{announcement} was left. Nothing was sent.", announcement=name))
    return Message(words.text("{announcement} has been sent already, once.", announcement=name))


def going(words: Words, name: Text, campaign: int, standing: Standing, now: datetime) -> Message:
    """Return how something stands that is sent in a message of its own, by its name, with what can be done about it."""
    stop = Button(words("Stop"), data=press(Verb.STOP, campaign))
    rest = Button(words("Send the rest"), data=press(Verb.REST, campaign))
    keyboard: Keyboard = ()
    match standing.phase:
        case Phase.UNDO:
            text, keyboard = _goes(words, name, standing, now), undo_keyboard(words, campaign)
        case Phase.SENDING:
            text, keyboard = sending(words, name, standing, now), ((stop,),)
        case Phase.WAITING:
            text, keyboard = _finished(words, name, standing), ((stop,),)
        case Phase.STOPPED | Phase.WITHDRAWN:
            text, keyboard = stopped(words, standing), ((rest,),)
        case Phase.REFUSED:
            text, keyboard = refused(words, name, standing), ((rest, stop),)
        case Phase.UNREACHED | Phase.RESTORED:
            text, keyboard = question(words, name, standing), ((rest, stop),)
        case Phase.DONE:
            text = _finished(words, name, standing)
    return Message(text, keyboard=keyboard)


def _goes(words: Words, name: Text, standing: Standing, now: datetime) -> Text:
    text = words.count_text(
        "{announcement} goes to {n} chat in {wait}, taking about {time}.",
        "{announcement} goes to {n} chats in {wait}, taking about {time}.",
        standing.audience,
        announcement=name,
        wait=words.span(standing.starts_in(now)),
        time=words.span(standing.remaining(now)),
    )
    return with_pause(words, text, standing)


def _finished(words: Words, name: Text, standing: Standing) -> Text:
    text = words.text(
        "{announcement} is out. {sent} sent, {blocked} had blocked the bot, {failed} failed, {twice} perhaps twice.",
        announcement=name,
        sent=words.number(standing.sent),
        blocked=words.number(standing.unreachable),
        failed=words.number(standing.failed),
        twice=words.number(standing.unsure),
    )
    unwanted = ""
    if standing.unwanted:
        unwanted = words.count("{n} no longer wanted it.", "{n} no longer wanted it.", standing.unwanted)
    took = f"{words.span(standing.took)}." if standing.sent else ""
    return join([text, unwanted, took, at_their_times(words, standing)], " ")


def send_now_question(words: Words) -> str:
    return words("Send the announcement now?")


def send_rest_question(words: Words) -> str:
    return words("Send the rest of the announcement now?")
