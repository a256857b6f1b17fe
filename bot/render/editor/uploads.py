"""Answers to uploaded documents: drafts, warnings, refusals."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.domain.uploaded import Uploaded
from bot.errors import Complaint
from bot.render.editor.desk import called, open_button
from bot.render.editor.verbs import Verb
from bot.render.locale import Words
from bot.render.text import clip, foreign, join, tame

_NAME = 80  # UTF-16 code units
_REASON = 300
_COMPLAINTS = 12
_DRAFTS = 6  # named, each with its button


def report(words: Words, done: Uploaded) -> Message:
    """Return what became of each file of a document, with a button for each draft; warnings and refusals last.

    While some files are refused, what is to be mended comes first: the drafts are one press away.
    """
    sentences: list[Text | str] = []
    if done.files == len(done.drafts) == 1:
        sentences.append(words.text("{article} is a draft.", article=called(done.drafts[0])))
    elif done.drafts:
        sentences.append(
            words.count(
                "{n} of {files} is a draft now.",
                "{n} of {files} are drafts now.",
                len(done.drafts),
                files=words.count("{n} file", "{n} files", done.files),
            )
        )
    elif not (done.updated or done.known or done.topics or done.doubled):
        sentences.append(words("No drafts came of this."))
    if done.new_topics and not done.refused:
        named = ", ".join(foreign(clip(name, _NAME)) for name in done.new_topics[:_DRAFTS])
        more = " …" if len(done.new_topics) > _DRAFTS else ""
        sentences.append(words("New topics: {topics}.", topics=f"{named}{more}"))
    if done.unfollowed and not done.refused and len(done.drafts) == 1:
        has_topics = bool(done.drafts[0].topics)
        sentences.append(words("Nobody follows these topics.") if has_topics else words("It has no topics."))
    elif done.unfollowed and not done.refused:
        sentences.append(words("Nobody follows the topics of {numbers}.", numbers=_numbers(done.unfollowed)))
    if done.updated:
        sentences.append(words("Changed: {numbers}.", numbers=_numbers(done.updated)))
    if done.known:
        sentences.append(words("Known already, and not changed: {numbers}.", numbers=_numbers(done.known)))
    if done.topics:
        sentences.append(words.count("{n} topic is stored.", "{n} topics are stored.", done.topics))
    sentences.extend(
        words(
            "{name} tells the story of #{number}, which a file of the content folder brought; nothing was changed.",
            name=_name(name),
            number=number,
        )
        for name, number in done.doubled
    )
    if done.warned:
        odd = "\n".join(complaint(words, one) for one in done.warned[:_COMPLAINTS])
        sentences.append(words("Taken with a warning: {reasons}", reasons=odd))
        if len(done.warned) > _COMPLAINTS:
            sentences.append(words.count("and {n} more.", "and {n} more.", len(done.warned) - _COMPLAINTS))
    if done.refused:
        sentences.append(
            words(
                "Not taken: {reasons}", reasons="\n".join(complaint(words, one) for one in done.refused[:_COMPLAINTS])
            )
        )
        if len(done.refused) > _COMPLAINTS:
            sentences.append(words.count("and {n} more.", "and {n} more.", len(done.refused) - _COMPLAINTS))
        sentences.append(words("Send the file again when fixed."))
    text = join(sentences, " ")
    if done.drafts and not done.refused and not done.files == len(done.drafts) == 1:
        text = join([text, *(called(article) for article in done.drafts[:_DRAFTS])], "\n")
    opens = [] if done.refused else [open_button(words, article.number) for article in done.drafts[:_DRAFTS]]
    rows = [tuple(opens[start : start + 3]) for start in range(0, len(opens), 3)]
    if len(done.drafts) > 1 or done.updated or (done.drafts and done.refused):
        rows.append((Button(words("Open drafts"), data=press(Verb.LIST)),))
    return Message(clip(text, TEXT), keyboard=tuple(rows))


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
