"""Answers to `/start`, `/stop`, `/help` and invitation links."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.role import Role
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, placeholders, tame

RESUME = "resume"
_INVITER = 64  # UTF-16 code units


def greeting(words: Words, name: str) -> Text:
    """Return the greeting of a person. `name` is the bot's."""
    return words.text(
        "This is {name}. Pick topics; news arrives as it is published. Change or stop any time: /settings, /stop.",
        name=tame(name),
    )


def greeting_of_group(words: Words, name: str) -> Text:
    return words.text(
        "This is {name}. Administrators pick the topics; news arrives here as it is published. "
        "Change or stop any time: /settings, /stop.",
        name=tame(name),
    )


def greeting_of_channel(words: Words, name: str) -> Text:
    return words.text(
        "This is {name}. News is posted here once the channel follows something. Its administrators pick that in their "
        "own chat with the bot, by /channel, or post /subscribe and a topic's name here.",
        name=tame(name),
    )


def resumed(words: Words) -> Text:
    return Text(words("This chat was paused; from now on news comes again."))


def above(texts: Sequence[Text], message: Message | None) -> Message:
    """Return one message that says `texts`, each a paragraph, and then `message` with its buttons."""
    paragraphs = join([*texts, message.text if message else Text()], "\n\n")
    return Message(paragraphs, keyboard=message.keyboard if message else ())


def paused(words: Words, was_paused: bool) -> Message:
    """Return the answer to `/stop`."""
    if was_paused:
        text = words("This chat is paused already. /start lets news come again.")
    else:
        text = words(
            "Paused. Nothing comes by itself until you send /start, and nothing is sent later for this time; "
            "/latest has it. What you follow is kept."
        )
    return Message(Text(text), keyboard=((Button(words("Resume"), data=press(RESUME)),),))


def help_text(words: Words, sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> Message:
    """Return all commands as (heading, [(usage, summary)]), already in the reader's language."""
    blocks: list[Text] = []
    for heading, lines in sections:
        entries = [Text(f"{placeholders(usage)}: {summary}") for usage, summary in lines]
        blocks.append(join([bold(heading) if heading else Text(), *entries], "\n"))
    return Message(join(blocks, "\n\n"))


def made(words: Words, role: Role, name: str, invited_by: str | None) -> Message:
    """Return what somebody reads who has opened an invitation: what they are now, and who has made them so."""
    match role:
        case Role.OWNER:
            said = words.text("You are an owner of {name} now. /help also lists what editors can do.", name=tame(name))
        case Role.EDITOR:
            said = words.text("You are an editor of {name} now. /help also lists what editors can do.", name=tame(name))
        case Role.CONTRIBUTOR:
            said = words.text(
                "You are a contributor to {name} now. Send a link or a document, and it becomes a draft; an editor "
                "publishes it. /drafts lists yours.",
                name=tame(name),
            )
    if invited_by is None:
        return Message(said)
    by = words.text("{person} invited you.", person=foreign(clip(" ".join(invited_by.split()), _INVITER)))
    return Message(join([said, by], " "))


def invitation_used_up(words: Words) -> Message:
    """Return the answer to a link that gives nothing: used, withdrawn, too old or never made."""
    return Message(
        Text(words("This link was used already, was withdrawn or is older than 15 minutes. Ask for a new one."))
    )


def invitation_not_needed(words: Words) -> Message:
    return Message(Text(words("You are that already, so the link was not used. It is still good for somebody else.")))
