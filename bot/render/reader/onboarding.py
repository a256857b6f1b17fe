"""Answers to `/start`, `/stop`, `/help`, `/privacy`, `/forget` and invitation links."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.text import bold, join, tame

RESUME = "resume"
FORGET = "forget"
KEEP = "forget_not"


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
        "This is {name}. News is posted here once the channel follows something. Its administrators pick that, and "
        "when it comes, in their own chat with the bot: /channel.",
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
        entries = [Text(f"{usage}: {summary}") for usage, summary in lines]
        blocks.append(join([bold(heading) if heading else Text(), *entries], "\n"))
    return Message(join(blocks, "\n\n"))


def privacy(
    words: Words, *, chat: int, person: int | None, contact: str | None, is_editor: bool, manages_channels: bool = False
) -> Message:
    """Return what is stored and by whom. `person` is None when nobody in particular asks."""
    kept_by = (
        words("It is kept by {contact}.", contact=contact)
        if contact
        else words("It is kept by whoever runs this bot, who has left no address.")
    )
    paragraphs = [
        words(
            "Stored about this chat: its number, what it follows, mutes and saves, the last words it searched for, its "
            "settings, and which articles it was sent. Not stored: names, and what else you write once it is answered."
        ),
        kept_by,
    ]
    if is_editor:
        paragraphs.insert(
            1,
            words(
                "Because you are an editor: your name, as Telegram shows it, and the log of what you do as one. Owners "
                "see your name in /editors, editors in /log."
            ),
        )
    if manages_channels:
        paragraphs.insert(1, words("Because you manage channels from here: which they are, and what they are called."))
    if person == chat:
        paragraphs.append(words("Your Telegram user id, and this chat's number: {person}", person=person))
    else:
        paragraphs.append(words("This chat's number: {chat}", chat=chat))
        if person is not None:
            paragraphs.append(words("Your Telegram user id: {person}", person=person))
    paragraphs.append(words("/export sends you all of it, /forget deletes it."))
    return Message(join(paragraphs, "\n\n"))


def exported(words: Words) -> Message:
    return Message(Text(words("All that is stored about this chat.")))


def forget_question(words: Words) -> Message:
    return Message(
        Text(
            words(
                "Delete all that is stored about this chat: what it follows, has saved and searched for, its settings, "
                "and which articles it was sent? It cannot be brought back."
            )
        ),
        keyboard=((Button(words("Delete all"), data=press(FORGET)), Button(words("Keep"), data=press(KEEP))),),
    )


def forgotten(words: Words, is_editor: bool) -> Message:
    """Return what is gone and what `/forget` cannot reach."""
    paragraphs = [
        words("All of it is deleted."),
        words(
            "Out of reach: the messages in this chat, which you can delete yourself; what Telegram keeps; and "
            "backup copies of the database, until newer ones replace them."
        ),
    ]
    if is_editor:
        paragraphs.append(words("You stay an editor, and the log of what you did as one stays."))
    paragraphs.append(words("/start begins anew."))
    return Message(join(paragraphs, "\n\n"))


def kept(words: Words) -> Message:
    return Message(Text(words("Nothing was deleted.")))


def made_owner(words: Words, name: str) -> Message:
    return Message(words.text("You are an owner of {name} now. /help also lists what editors can do.", name=tame(name)))


def made_editor(words: Words, name: str) -> Message:
    return Message(
        words.text("You are an editor of {name} now. /help also lists what editors can do.", name=tame(name))
    )


def invitation_used_up(words: Words) -> Message:
    """Return the answer to a link that gives nothing: used, withdrawn, too old or never made."""
    return Message(
        Text(words("This link was used already, was withdrawn or is older than 15 minutes. Ask for a new one."))
    )


def invitation_not_needed(words: Words) -> Message:
    return Message(Text(words("You are that already, so the link was not used. It is still good for somebody else.")))
