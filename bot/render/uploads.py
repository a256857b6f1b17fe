"""What became of uploaded documents."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.errors import Complaint
from bot.render.desk import Verb
from bot.render.locale import Words
from bot.render.text import clip, join, tame

_NAME = 80  # UTF-16 code units
_REASON = 300
_COMPLAINTS = 12


def report(
    words: Words,
    *,
    files: int,
    drafts: int,
    updated: Sequence[int],
    known: Sequence[int],
    topics: int,
    doubled: Sequence[tuple[str, int]],
    refused: Sequence[Complaint],
    warned: Sequence[Complaint] = (),
) -> Message:
    """Return what became of each file of a document, warnings and refusals last."""
    sentences: list[Text | str] = []
    if drafts:
        sentences.append(
            words.count(
                "{n} of {files} is a draft now.",
                "{n} of {files} are drafts now.",
                drafts,
                files=words.count("{n} file", "{n} files", files),
            )
        )
    elif not (updated or known or topics or doubled):
        sentences.append(words("No drafts came of this."))
    if updated:
        sentences.append(words("Changed: {numbers}.", numbers=_numbers(updated)))
    if known:
        sentences.append(words("Known already, and not changed: {numbers}.", numbers=_numbers(known)))
    if topics:
        sentences.append(words.count("{n} topic is stored.", "{n} topics are stored.", topics))
    sentences.extend(
        words(
            "{name} tells the story of #{number}, which a file of the content folder brought; nothing was changed.",
            name=_name(name),
            number=number,
        )
        for name, number in doubled
    )
    if warned:
        odd = "\n".join(complaint(words, one) for one in warned[:_COMPLAINTS])
        sentences.append(words("Taken with a warning: {reasons}", reasons=odd))
        if len(warned) > _COMPLAINTS:
            sentences.append(words.count("and {n} more.", "and {n} more.", len(warned) - _COMPLAINTS))
    if refused:
        sentences.append(
            words("Not taken: {reasons}", reasons="\n".join(complaint(words, one) for one in refused[:_COMPLAINTS]))
        )
        if len(refused) > _COMPLAINTS:
            sentences.append(words.count("and {n} more.", "and {n} more.", len(refused) - _COMPLAINTS))
        sentences.append(words("Send the file again when fixed."))
    keyboard = ((Button(words("Open drafts"), data=press(Verb.LIST)),),) if drafts or updated else ()
    return Message(clip(join(sentences, " "), TEXT), keyboard=keyboard)


def too_large(words: Words) -> Message:
    """Source: https://core.telegram.org/bots/api#getfile (20 MB)"""
    return Message(Text(words("This document is larger than the 20 MB that Telegram lets bots fetch.")))


def not_fetched(words: Words) -> Message:
    return Message(Text(words("Telegram does not hand this document over. Send it again.")))


def not_readable(words: Words) -> Message:
    """Source: https://core.telegram.org/bots/api#using-a-local-bot-api-server (`--local`: a path in place of a link)"""
    return Message(
        Text(
            words(
                "The Bot API server keeps this document in a folder that I may not read. Whoever runs it opens the "
                "folder to newsbot, or starts the server without --local."
            )
        )
    )


def complaint(words: Words, one: Complaint) -> str:
    """grid-storage.md, line 5, publishedDateTime: …"""
    reason = tame(clip(one.reason, _REASON))
    name = _name(one.path)
    if one.line and one.field == "file":
        return words("{name}, line {line}: {reason}.", name=name, line=one.line, reason=reason)
    if one.line:
        return words(
            "{name}, line {line}, {field}: {reason}.", name=name, line=one.line, field=tame(one.field), reason=reason
        )
    return (
        words("{name} {reason}.", name=name, reason=reason)
        if one.field == "file"
        else words("{name}, {field}: {reason}.", name=name, field=tame(one.field), reason=reason)
    )


def _name(name: str) -> str:
    return tame(clip(" ".join(name.split()), _NAME))


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers[:20]) + (" …" if len(numbers) > 20 else "")
