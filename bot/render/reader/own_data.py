"""Answers about what is stored of a chat: what that is, all of it as a file, a file put back, and all of it deleted."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.chat import ChatKind
from bot.domain.exported import Exported
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.render.locale import Words
from bot.render.reader.delivery_times import both
from bot.render.reader.topic_times import SUBSCRIPTIONS
from bot.render.text import clip, foreign, join

FORGET = "forget"
KEEP = "forget_not"
RESTORE = "restore"
LEAVE = "restore_not"

_NAMED = 12  # names in a line; of more, the rest is counted
_NAME = 60  # UTF-16 code units


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


def exported(words: Words, kind: ChatKind) -> Message:
    """Return what stands under the file of `/export`, and how it is put back."""
    how = {
        ChatKind.PRIVATE: words("Send the file back to restore what is set in it."),
        ChatKind.GROUP: words("Send the file back as an answer to this message to restore what is set in it."),
    }
    return Message(join([words("All that is stored about this chat."), how.get(kind, "")], " "))


def restore_question(words: Words, number: int, exported: Exported, zone: ZoneInfo) -> Message:
    """Return what an export holds that can be put back, and ask whether to. `zone` is that of its times."""
    made = words.date(exported.made_at, zone) if exported.made_at is not None else None
    first = (
        words("This is what was set in this chat on {date}:", date=made)
        if made is not None
        else words("This is what was set in this chat:")
    )
    lines = [first, *_holdings(words, exported), both(words, exported.settings.timing, zone)]
    if exported.settings.is_paused:
        lines.append(words("paused"))
    paragraphs = [
        "\n".join(lines),
        words("What is followed now stays, settings become those of the file. Nothing older comes by itself."),
    ]
    if exported.unread:
        left_out = _named(words, exported.unread)
        paragraphs.append(words("Not understood in the file, and left out: {places}.", places=left_out))
    return Message(
        join(paragraphs, "\n\n"),
        keyboard=(
            (
                Button(words("Restore"), data=press(RESTORE, number)),
                Button(words("Leave it"), data=press(LEAVE, number)),
            ),
        ),
    )


def restored(
    words: Words,
    *,
    topics: int,
    phrases: int,
    sources: int,
    stories: int,
    saved: int,
    not_saved: int,
    unknown: Sequence[str],
    no_phrases: Sequence[str],
    surplus: int,
    is_paused: bool,
) -> Message:
    """Return what was put back and what was not, by the counts of `services.readers.exports.Restored`."""
    done = [
        *_counted(words, topics=topics, phrases=phrases, sources=sources, stories=stories, saved=saved),
        words("the settings"),
    ]
    lines = [words("Restored: {things}.", things=words.list(done))]
    if unknown:
        lines.append(words("Topics that are not here now: {names}.", names=_named(words, unknown)))
    if no_phrases:
        lines.append(words("No phrases that can be followed: {names}.", names=_named(words, no_phrases)))
    if not_saved:
        lines.append(
            words.count("{n} saved article is not here now.", "{n} saved articles are not here now.", not_saved)
        )
    if surplus:
        lines.append(
            words.count(
                "{n} phrase or source is more than a chat may have.",
                "{n} phrases or sources are more than a chat may have.",
                surplus,
            )
        )
    if is_paused:
        lines.append(words("The chat is paused, as it was. /start lets news come again."))
    return Message(Text("\n".join(lines)), keyboard=((Button(words("What is followed"), data=press(SUBSCRIPTIONS)),),))


def not_restored(words: Words) -> Message:
    """Return the answer to `Leave it`."""
    return Message(Text(words("Nothing was changed.")))


def restored_already(words: Words) -> str:
    """Return the toast of a button whose file waits no longer."""
    return words("That was restored already, or the file came too long ago. Send the file again.")


def export_of_another(words: Words) -> Message:
    return Message(
        Text(
            words(
                "This is the export of another chat. A chat can restore its own only, so nothing was changed. "
                "/export sends this chat's."
            )
        )
    )


def no_export(words: Words) -> Message:
    return Message(Text(words("This file is no export of this bot, so nothing was changed. /export sends one.")))


def damaged_export(words: Words) -> Message:
    return Message(Text(words("This export is damaged, so nothing was changed. /export sends a new one.")))


def too_large(words: Words) -> Message:
    """Return the answer to a file of more than `DOWNLOAD_BYTES`."""
    return Message(Text(words("Telegram lets bots fetch files up to 20 MB. This one is larger; nothing was changed.")))


def not_fetched(words: Words) -> Message:
    return Message(Text(words("Telegram did not hand this file over; nothing was changed. Send it again in a minute.")))


def _holdings(words: Words, exported: Exported) -> list[str]:
    return _counted(
        words,
        topics=len(exported.follows),
        phrases=len(exported.phrases) + len(exported.unwanted_phrases),
        sources=len(exported.unwanted_sources),
        stories=len(exported.stories),
        saved=len(exported.saved),
    )


def _counted(words: Words, *, topics: int, phrases: int, sources: int, stories: int, saved: int) -> list[str]:
    """Return the counts that are not 0, each in words; topics always."""
    return [
        words.count("{n} topic", "{n} topics", topics),
        *([words.count("{n} phrase", "{n} phrases", phrases)] if phrases else []),
        *([words.count("{n} source never wanted", "{n} sources never wanted", sources)] if sources else []),
        *([words.count("{n} story that is followed", "{n} stories that are followed", stories)] if stories else []),
        *([words.count("{n} saved article", "{n} saved articles", saved)] if saved else []),
    ]


def _named(words: Words, names: Sequence[str]) -> str:
    """Return names from a file, the first few of many."""
    shown = [foreign(clip(name, _NAME)) for name in names[:_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (words.count(" and {n} more", " and {n} more", more) if more else "")


def forget_question(words: Words) -> Message:
    return Message(
        Text(
            words(
                "Delete all that is stored about this chat: what it follows, has saved and searched for, its settings, "
                "and which articles it was sent? Only an /export made before brings back what was set."
            )
        ),
        keyboard=((Button(words("Delete all"), data=press(FORGET)), Button(words("Keep"), data=press(KEEP))),),
    )


def forgotten(words: Words, is_editor: bool) -> Message:
    """Return what is gone and what `/forget` cannot reach."""
    paragraphs = [
        words("All of it is deleted."),
        words(
            "Out of reach: the messages in this chat, which you can delete yourself; what Telegram keeps; and backup "
            "copies of the database until newer ones replace them, of which nothing about this chat is put back. For "
            "that a salted hash of its number is kept."
        ),
    ]
    if is_editor:
        paragraphs.append(words("You keep your role in the newsroom, and the log of what you did there stays."))
    paragraphs.append(words("/start begins anew."))
    return Message(join(paragraphs, "\n\n"))


def kept(words: Words) -> Message:
    return Message(Text(words("Nothing was deleted.")))
