"""Lines of numbers, as `/stats` and the weekly report say them. None of them names a reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.chat import ChatKind, ChatState
from bot.domain.restriction import Restriction
from bot.domain.statistics import MISSED, Act, ArticleFigures, Fact, Period, Readers, Share, Statistics
from bot.domain.text import Text
from bot.domain.time_zone import is_offset
from bot.render.locale import Words, name_of
from bot.render.text import bold, clip, foreign, tame

_NAME = 60  # UTF-16 code units of a title, a topic, a source
_REASON = 100
_LANGUAGES = 6  # named; who speaks others is counted together

Lines = list[Text | str]


def span_of(words: Words, period: Period, zone: ZoneInfo) -> str:
    """24 Nov 2026 to 30 Nov 2026, Berlin time"""
    first, last = words.date(period.begins, zone), words.date(period.ends - timedelta(seconds=1), zone)
    place = words.place(zone.key)
    if is_offset(zone.key):
        if period.days == 1:
            return words("{date}, {place}", date=first, place=place)
        return words("{first} to {last}, {place}", first=first, last=last, place=place)
    if period.days == 1:
        return words("{date}, {place} time", date=first, place=place)
    return words("{first} to {last}, {place} time", first=first, last=last, place=place)


def readers(words: Words, found: Statistics) -> Lines:
    """Return how many chats there are, and who came and left in the period."""
    n, now = words.number, found.readers
    return [
        words(
            "{active} active, {paused} paused, {gone} switched off",
            active=n(now.active),
            paused=n(now.states.get(ChatState.PAUSED, 0)),
            gone=n(now.states.get(ChatState.UNREACHABLE, 0)),
        ),
        *came_and_went(words, found),
        *_among_them(words, now),
    ]


def came_and_went(words: Words, found: Statistics) -> Lines:
    """Return how many came and left in a period, and why."""
    new, back = found.of(Fact.JOINED), found.of(Fact.BACK)
    left, stopped, forgotten = found.of(Fact.LEFT), found.of(Fact.PAUSED), found.of(Fact.FORGOTTEN)
    if not any((new, back, left, stopped, forgotten)):
        return [words("Nobody came or left in this time.")]
    came = [
        words.count("{n} new", "{n} new", new) if new else "",
        words.count("{n} came back", "{n} came back", back) if back else "",
        words.count("{n} blocked or removed the bot", "{n} blocked or removed the bot", left) if left else "",
        words.count("{n} paused", "{n} paused", stopped) if stopped else "",
        words.count("{n} deleted all its data", "{n} deleted all their data", forgotten) if forgotten else "",
    ]
    change = f"{'+' if found.growth > 0 else ''}{words.number(found.growth)}"
    return [words("In this time: {what} (together {change}).", what=words.list([*filter(None, came)]), change=change)]


def _among_them(words: Words, now: Readers) -> Lines:
    lines: Lines = []
    groups, channels = now.kinds.get(ChatKind.GROUP, 0), now.kinds.get(ChatKind.CHANNEL, 0)
    places = [
        words.count("{n} group", "{n} groups", groups) if groups else "",
        words.count("{n} channel", "{n} channels", channels) if channels else "",
    ]
    if any(places):
        lines.append(words("Among the active: {what}.", what=words.list([*filter(None, places)])))
    if len(now.languages) > 1:
        spoken = [f"{name_of(language)} {words.number(many)}" for language, many in now.languages.items()]
        others = sum([*now.languages.values()][_LANGUAGES:])
        named = spoken[:_LANGUAGES] + ([words("others {n}", n=words.number(others))] if others else [])
        lines.append(words("Languages: {languages}.", languages=", ".join(named)))
    if now.quiet:
        lines.append(words.count("{n} active chat follows nothing.", "{n} active chats follow nothing.", now.quiet))
    return lines


def delivered(words: Words, found: Statistics) -> Lines:
    """Return how many articles went out, what arrived, what did not and why, and how long it took."""
    n = words.number
    sent, missed = found.of(Fact.SENT), found.of(*MISSED)
    lines: Lines = [words.count("{n} article went out.", "{n} articles went out.", found.articles_out)]
    if sent or missed:
        lines.append(
            words(
                "{sent} of {all} messages delivered ({share})",
                sent=n(sent),
                all=n(sent + missed),
                share=words.percent(share_of(sent, missed)),
            )
        )
    if missed:
        lines.append(
            words(
                "Not delivered: {gone} had blocked the bot or were gone, {restricted} forbade writing, {failed} failed",
                gone=n(found.of(Fact.UNREACHABLE)),
                restricted=n(found.of(Fact.RESTRICTED)),
                failed=n(found.of(Fact.FAILED)),
            )
        )
    changed, deleted = found.of(Fact.CHANGED), found.of(Fact.DELETED)
    if changed or deleted:
        lines.append(words("{changed} copies changed, {deleted} deleted", changed=n(changed), deleted=n(deleted)))
    return lines + how_long(words, found)


def how_long(words: Words, found: Statistics) -> Lines:
    """Return how long messages took, and with which articles least and most."""
    lines: Lines = []
    if (mean := found.pace.mean) is not None:
        lines.append(words("A message took {time} on average.", time=words.span(mean)))
    for template, one in (
        (words("Fastest"), found.fastest),
        (words("Slowest"), found.slowest),
    ):
        if one is not None and one.pace.mean is not None:
            lines.append(
                words.text(
                    "{which}: #{number} {title} ({time} on average)",
                    which=template,
                    number=one.number,
                    title=foreign(clip(one.title, _NAME)),
                    time=words.span(one.pace.mean),
                )
            )
    return lines


def in_short(words: Words, found: Statistics) -> Lines:
    """Return a period in two lines: what was delivered, and by how much the active chats grew."""
    n = words.number
    sent, missed = found.of(Fact.SENT), found.of(*MISSED)
    told: Lines = []
    if sent or missed:
        told.append(
            words(
                "{sent} of {all} messages delivered ({share})",
                sent=n(sent),
                all=n(sent + missed),
                share=words.percent(share_of(sent, missed)),
            )
        )
    change = f"{'+' if found.growth > 0 else ''}{n(found.growth)}"
    told.append(words("{active} active chats ({change})", active=n(found.readers.active), change=change))
    return told


def share_of(sent: int, missed: int) -> float:
    """Return the part that was delivered, cut to whole percents: all of it is said of all of it alone."""
    return (sent * 100 // (sent + missed)) / 100 if sent + missed > 0 else 0.0


def articles(words: Words, found: Sequence[ArticleFigures]) -> Lines:
    """Return a line for each article: in how many chats it is, and what readers did with it as far as that is known."""
    if not found:
        return [words("No article went out in this time.")]
    return [_article(words, one) for one in found]


def _article(words: Words, one: ArticleFigures) -> Text:
    n = words.number
    told = [
        words.count("in {n} chat", "in {n} chats", one.sent),
        words("{n} could not be reached", n=n(one.missed)) if one.missed else "",
        words("saved by {n}", n=n(one.saved)) if one.saved else "",
        words("opened in the bot {n} times", n=n(one.act(Act.OPENED))) if one.act(Act.OPENED) else "",
        words("passed on {n} times", n=n(one.act(Act.SHARED))) if one.act(Act.SHARED) else "",
        words("{n} muted its topic", n=n(one.act(Act.MUTED))) if one.act(Act.MUTED) else "",
        words("{n} let its topic go", n=n(one.act(Act.UNFOLLOWED))) if one.act(Act.UNFOLLOWED) else "",
        words("{n} want nothing of its source", n=n(one.act(Act.REFUSED_SOURCE)))
        if one.act(Act.REFUSED_SOURCE)
        else "",
        words("{time} on average", time=words.span(one.pace.mean)) if one.pace.mean is not None else "",
    ]
    return words.text(
        "#{number} {title}: {what}",
        number=one.number,
        title=foreign(clip(one.title, _NAME)),
        what=", ".join(filter(None, told)),
    )


def shares(words: Words, found: Sequence[Share], *, has_followers: bool) -> Lines:
    """Return a line for each topic or source that had articles."""
    if not found:
        return [words("No article went out in this time.")]
    return [_share(words, one, has_followers=has_followers) for one in found]


def _share(words: Words, one: Share, *, has_followers: bool) -> Text:
    told = [
        words.count("{n} article", "{n} articles", one.articles),
        words.count("{n} message", "{n} messages", one.sent),
        words("{n} could not be reached", n=words.number(one.missed)) if one.missed else "",
        words.count("{n} follower", "{n} followers", one.followers) if has_followers else "",
    ]
    return words.text("{name}: {what}", name=foreign(clip(one.name, _NAME)), what=", ".join(filter(None, told)))


def followed(words: Words, most: Sequence[tuple[str, int]]) -> Lines:
    """Return the most followed topics under their heading; nothing when none is followed."""
    if not most:
        return []
    return [
        bold(words("Most followed")),
        *(words.text("{topic}: {n}", topic=foreign(clip(topic, _NAME)), n=words.number(many)) for topic, many in most),
    ]


def restricted(
    words: Words, many: int, spells: Sequence[tuple[int, Restriction]], zone: ZoneInfo, now: datetime
) -> Lines:
    """Return the chats that forbid writing: since when, why, and when they are tried again."""
    if not many:
        return []
    lines: Lines = [words.count("{n} forbids writing for now:", "{n} forbid writing for now:", many)]
    for id, spell in spells:
        chat = str(id) if id < 0 else words("a private chat")  # a person's id is nobody's business here
        since = words("{date}, {time}", date=words.date(spell.since, zone), time=words.time(spell.since, zone))
        reason = tame(clip(spell.reason, _REASON))
        if spell.may_try(now) or spell.next_at is None:
            lines.append(
                words("{chat}, since {since}: {reason}; the next story is tried", chat=chat, since=since, reason=reason)
            )
        else:
            again = words("{date}, {time}", date=words.date(spell.next_at, zone), time=words.time(spell.next_at, zone))
            lines.append(
                words(
                    "{chat}, since {since}: {reason}; tried again {again}",
                    chat=chat,
                    since=since,
                    reason=reason,
                    again=again,
                )
            )
    if many > len(spells):
        lines.append(words.count("and {n} more", "and {n} more", many - len(spells)))
    return lines
