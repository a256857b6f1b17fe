"""What a source would give before it is one, and what becomes of an address or a list that an editor sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.feed import Feed, FeedItem, is_far_away
from bot.domain.limits import TEXT
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.source import Source, TakenAs
from bot.domain.text import Text
from bot.render.editor.source_faults import fault_text
from bot.render.editor.sources import Verb
from bot.render.locale import Words
from bot.render.text import bold, clip, foreign, join, tame

_NAME = 48  # UTF-16 code units
_ADDRESS = 200
_FAULT = 200
_SHOWN = 5  # entries of a feed that is tried


def ask_address(words: Words) -> Message:
    """Return what is said before an address is sent."""
    return Message(Text(words("Send the address of a feed, or of a site that has one. I show first what would come.")))


def reading(words: Words, host: str) -> Message:
    return Message(words.text("Reading {host}. What it would give comes here.", host=foreign(clip(host, _NAME))))


def preview(words: Words, url: str, feed: Feed, zone: ZoneInfo, now: datetime) -> Message:
    """Return what a feed would give, what is missing in it first, with the buttons that follow it."""
    heading = join([bold(foreign(clip(feed.title or url, _NAME))), tame(clip(url, _ADDRESS))], "\n")
    parts: list[Text | str] = [heading]
    if missing := _missing(words, feed.items, now):
        parts.append("\n".join(f"{one}." for one in missing))
    if not feed.items:
        parts.append(words("It lists nothing at the moment. What comes later is new."))
    else:
        parts.append(
            words.count(
                "It lists {n} story. That is listed in /latest and pushed to nobody; what comes later is new.",
                "It lists {n} stories. These are listed in /latest and pushed to nobody; what comes later is new.",
                len(feed.items),
            )
        )
    entries: list[Text | str] = [_entry(words, item, zone) for item in feed.items[:_SHOWN]]
    if (more := len(feed.items) - _SHOWN) > 0:
        entries.append(words.count("and {n} more", "and {n} more", more))
    if entries:
        parts.append(join(entries, "\n"))
    return Message(clip(join(parts, "\n\n"), TEXT), keyboard=_follow_rows(words))


def ask_follow(words: Words, name: str) -> Message:
    """Return the question whether a feed is still to be followed, in place of what it would give."""
    return Message(words.text("Follow {name}?", name=foreign(clip(name, _NAME))), keyboard=_follow_rows(words))


def _follow_rows(words: Words) -> tuple[tuple[Button, ...], ...]:
    news = Button(words("Follow"), data=press(Verb.FOLLOW, 0))
    drafts = Button(words("Follow, as drafts"), data=press(Verb.FOLLOW, 1))
    return (news, drafts), (Button(words("Leave it"), data=press(Verb.LEAVE)),)


def _missing(words: Words, items: Sequence[FeedItem], now: datetime) -> list[str]:
    said = []
    if count := sum(1 for one in items if one.link is None):
        said.append(
            words.count(
                "{n} has no link; a new one like it becomes a draft",
                "{n} have no link; a new one like these becomes a draft",
                count,
            )
        )
    if count := sum(1 for one in items if one.published_at is None):
        said.append(
            words.count(
                "{n} has no date; a new one like it is dated when it is first seen",
                "{n} have no date; a new one like these is dated when it is first seen",
                count,
            )
        )
    if count := sum(1 for one in items if is_far_away(one, now)):
        said.append(
            words.count(
                "{n} is dated more than a year ahead; it would come out only then",
                "{n} are dated more than a year ahead; they would come out only then",
                count,
            )
        )
    if count := sum(1 for one in items if any("no title" in text for text in one.warnings)):
        said.append(
            words.count(
                "{n} has no title; the first words of its text stand for one",
                "{n} have no title; the first words of their texts stand for one",
                count,
            )
        )
    if items and not any(one.pictures for one in items):
        said.append(words("None has a picture"))
    return said


def _entry(words: Words, item: FeedItem, zone: ZoneInfo) -> Text:
    title = foreign(clip(item.title, 100))
    if item.published_at is None:
        return words.text("– {title}", title=title)
    return words.text("– {title} ({when})", title=title, when=words.date(item.published_at, zone))


def no_feed(words: Words, host: str, fault: str) -> Message:
    """Return why an address gives no feed. `fault` is the clause of a `SourceFault`."""
    return Message(
        words.text(
            "{host} gives no feed: {fault}. Send another address, or this one again later.",
            host=foreign(clip(host, _NAME)),
            fault=tame(clip(fault_text(words, fault), _FAULT)),
        )
    )


def failed(words: Words, host: str) -> Message:
    return Message(
        words.text(
            "Something went wrong here while {host} was read. Send the address again.", host=foreign(clip(host, _NAME))
        )
    )


def known(words: Words, one: Source) -> Message:
    return Message(
        words.text("{name} is a source already.", name=foreign(clip(one.name, _NAME))),
        keyboard=((Button(words("Open"), data=press(Verb.OPEN, one.number)),),),
    )


def followed(words: Words, one: Source) -> Message:
    """Return what a preview becomes when its feed is a source."""
    if one.choices.taken_as is TakenAs.DRAFTS:
        text = words.text("{name} is followed now. What comes next is a draft.", name=foreign(clip(one.name, _NAME)))
    else:
        text = words.text(
            "{name} is followed now. What it lists today is in /latest; what comes next is news.",
            name=foreign(clip(one.name, _NAME)),
        )
    return Message(
        text,
        keyboard=(
            (
                Button(words("Topics"), data=press(Verb.TOPICS, one.number)),
                Button(words("Open"), data=press(Verb.OPEN, one.number)),
            ),
        ),
    )


def left(words: Words) -> Message:
    return Message(Text(words("Left. No source was added.")))


def busy(words: Words) -> Message:
    return Message(Text(words("Too much is being read at the moment. Send it again in a minute.")))


# OPML


def opml_report(words: Words, *, added: int, known: int, refused: Sequence[tuple[int, str]]) -> Message:
    """Return what became of a list of feeds."""
    lines = [
        words.count("{n} source added.", "{n} sources added.", added)
        + " "
        + words.count("{n} was here already.", "{n} were here already.", known)
    ]
    if added:
        lines.append(words("They are read within some minutes; what they list then is pushed to nobody."))
    lines += [
        words("Line {line}: {fault}.", line=line, fault=tame(clip(fault, _FAULT))) for line, fault in refused[:10]
    ]
    if (more := len(refused) - 10) > 0:
        lines.append(words.count("and {n} more", "and {n} more", more))
    return Message(
        clip(Text("\n".join(lines)), TEXT), keyboard=((Button(words("All sources"), data=press(Verb.LIST)),),)
    )


def no_opml(words: Words, line: int, fault: str) -> Message:
    if line:
        return Message(
            Text(words("This list cannot be read: line {line}, {fault}.", line=line, fault=tame(clip(fault, _FAULT))))
        )
    return Message(Text(words("This list cannot be read: it {fault}.", fault=tame(clip(fault, _FAULT)))))
