"""Error messages in chat: what cannot be done, then what can."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.message import Button, Message
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import clip, tame

MAX_LENGTH = 500


def not_understood(words: Words) -> Message:
    """Return the answer to what newsbot has nothing for, an editor's command from somebody else included."""
    return Message(Text(words("There is nothing for that here. /help lists what there is.")))


def refused(reason: str) -> Message:
    """Return a reason that may quote what a person wrote."""
    return Message(Text(clip(tame(reason), MAX_LENGTH)))


def administrators_only(words: Words) -> str:
    return words("Only administrators of this chat can change this.")


def not_verified(words: Words) -> str:
    """Return what is said when Telegram does not tell who administers the chat."""
    return words(
        "Telegram does not say at the moment who administers this chat, so nothing was changed. Try again in a minute."
    )


def private_only(words: Words, bot_username: str) -> Message:
    return Message(
        Text(words("This works in your own chat with the bot.")),
        keyboard=((Button(words("Open bot"), url=f"https://t.me/{bot_username}"),),),
    )


def button_too_old(words: Words) -> str:
    return words("This button is too old to use. Send /topics for a new list.")


def too_much(words: Words) -> str:
    return words("That was too much in one minute. Wait a minute, then press again.")


def list_out_of_date(words: Words) -> str:
    return words("That list was out of date. Here is the current one.")


def must_wait(words: Words, wait: timedelta) -> str:
    """Return what one who pressed is told while Telegram lets nothing in their chat be said or changed."""
    return words(
        "Telegram asks for a pause in this chat. Nothing new can be shown here for {time}.", time=words.span(wait)
    )


def fault(words: Words) -> str:
    """Return what is said when newsbot itself failed."""
    return words("That did not work. The fault is on this side and has been noted.")
