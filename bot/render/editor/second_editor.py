"""Four eyes for announcements and notes on corrections: what waits, who asks, and what both are told."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.announcement import Announcement
from bot.domain.approval import Sending, Verdict
from bot.domain.change_note import ChangeNote
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render import labels
from bot.render.editor.editors import called as called_person
from bot.render.editor.progress import name_of
from bot.render.locale import Words
from bot.render.text import join

Proposed = Announcement | ChangeNote
_PLACES = tuple(Sending)
_LABEL = 24  # UTF-16 code units of an announcement in a button


class SecondVerb(StrEnum):
    """What the buttons of what takes two do. Numbers: the place of its `Sending`, and its own."""

    APPROVE = "second_yes"
    DECLINE = "second_no"
    LOOK = "second_look"


def waits(words: Words, what: Proposed, others: int | None) -> Message:
    """Return what somebody reads who has asked: it waits for one of so many others; None: for some."""
    told = ""
    if others:
        told = words.count(
            "{n} other editor can approve it, and is told.", "{n} other editors can approve it, and are told.", others
        )
    elif others == 0:
        told = words("Nobody else may approve it yet; an owner invites editors with /editors.")
    text = words.text("{what} waits for another editor.", what=name_of(words, what))
    return Message(join([text, told], " "), keyboard=((_decline(words, what, is_own=True),),))


def asked(words: Words, what: Proposed, reach: int, asked_by: int, names: Mapping[int, str]) -> Message:
    """Return the question to the other editors, with what says yes alone in the last row."""
    text = asked_text(words, what, reach, asked_by, names)
    approve = Button(words("Approve to {n}", n=words.number(reach)), data=_data(SecondVerb.APPROVE, what))
    return Message(text, keyboard=((_decline(words, what),), (approve,)))


def asked_text(words: Words, what: Proposed, reach: int, asked_by: int, names: Mapping[int, str]) -> Text:
    """Return who asks for what, in a sentence."""
    return words.count_text(
        "{what} is to go to {n} chat, asks {who}.",
        "{what} is to go to {n} chats, asks {who}.",
        reach,
        what=name_of(words, what),
        who=called_person(asked_by, names),
    )


def look_button(words: Words, what: Proposed) -> Button:
    """Return the button that shows what is to be sent, and asks about it."""
    if isinstance(what, ChangeNote):
        label = words("Look at the note on #{number}", number=what.article)
    elif what.name:
        label = words("Look at “{words}”", words=labels.label(what.name, words, _LABEL))
    else:
        label = words("Look at the announcement")
    return Button(label, data=_data(SecondVerb.LOOK, what))


def sending_typed(words: Words, typed: str) -> tuple[Sending | None, str]:
    """Return what is named with the first word, in a language or in English, and the words behind it; None: nothing."""
    first, *rest = typed.split(maxsplit=1) or [""]
    names = {
        Sending.ANNOUNCEMENT: ("announcement", words("announcement")),
        Sending.NOTE: ("note", words("note")),
    }
    for sending, either in names.items():
        if first.casefold() in map(str.casefold, either):
            return sending, rest[0] if rest else ""
    return None, typed


def judged(words: Words, verdict: Verdict, what: Proposed | None) -> Message:
    """Return why an approval has sent nothing."""
    if what is None:
        return Message(Text(words("Nothing waits for approval any more.")))
    match verdict:
        case Verdict.OWN:
            said = Text(words("You asked for that yourself; another editor approves it."))
            return Message(said, keyboard=((_decline(words, what, is_own=True),),))
        case Verdict.CHANGED:
            return Message(Text(words("It was corrected again since, so nothing was sent. Ask anew.")))
        case Verdict.NOT_NOW:
            text = words.text(
                "{what} cannot be sent now: another one is on its way, readers had enough within a day, or nobody is "
                "left to get it. Try again later.",
                what=name_of(words, what),
            )
            again = Button(words("Look again"), data=_data(SecondVerb.APPROVE, what))
            return Message(text, keyboard=((_decline(words, what),), (again,)))
    return Message(words.text("{what}: nothing waits for approval any more.", what=name_of(words, what)))


def declined(words: Words, what: Proposed, *, is_own: bool) -> Message:
    """Return what somebody reads who has said no, or has taken their own request back."""
    if is_own:
        return Message(words.text("{what}: you no longer ask for it. Nothing was sent.", what=name_of(words, what)))
    return Message(words.text("Declined. {what} is not sent, and who asked is told.", what=name_of(words, what)))


def told_declined(words: Words, what: Proposed, by: int, names: Mapping[int, str]) -> Message:
    """Return what an editor is told whose request another one has declined."""
    return Message(
        words.text("{who} declined: {what} is not sent.", who=called_person(by, names), what=name_of(words, what))
    )


def sending_of(place: int) -> Sending | None:
    """Return what a button is about; None when its number says nothing."""
    return _PLACES[place] if 0 <= place < len(_PLACES) else None


def _decline(words: Words, what: Proposed, *, is_own: bool = False) -> Button:
    return Button(words("Withdraw") if is_own else words("Decline"), data=_data(SecondVerb.DECLINE, what))


def _data(verb: SecondVerb, what: Proposed) -> str:
    sending = Sending.ANNOUNCEMENT if isinstance(what, Announcement) else Sending.NOTE
    return press(verb, _PLACES.index(sending), what.number)
