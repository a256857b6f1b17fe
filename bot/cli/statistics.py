"""`newsbot stats`: the bot in numbers, as text or JSON. No reader is named."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.cli.shell import PAUSED, columns, iso, moment, now, number, opened, say, say_json, span
from bot.domain.restriction import Restriction
from bot.domain.source import SourceCounts
from bot.domain.statistics import CAME, MISSED, WENT, Act, ArticleFigures, Fact, Pace, Share, Statistics, latest
from bot.services.delivery.delivery_reports import MAX_CHATS
from bot.services.newsroom import statistics
from bot.services.newsroom.statistics import Totals
from bot.settings import Settings, read_settings

MAX_FAILED = 50  # chats that forbid writing, named in text; JSON names more
MAX_SOURCES = 20
MAX_LISTED = 10
_ACTS = {
    Act.OPENED: "opened",
    Act.SHARED: "shared",
    Act.MUTED: "muted",
    Act.UNFOLLOWED: "unfollowed",
    Act.REFUSED_SOURCE: "source_refused",
}
_FACTS = {
    "delivered": (Fact.SENT,),
    "not_delivered": MISSED,
    "joined": (Fact.JOINED,),
    "back": (Fact.BACK,),
    "left": (Fact.LEFT,),
    "paused": (Fact.PAUSED,),
    "forgotten": (Fact.FORGOTTEN,),
}


def stats(days: int, *, as_json: bool) -> int:
    """Print the bot's numbers of the last so many days."""
    settings = read_settings()
    sums, found, size = asyncio.run(_asked(settings, days, as_json=as_json))
    if as_json:
        say_json(_as_json(sums, found, size))
    else:
        _say(sums, found, size, settings)
    return 0


async def _asked(settings: Settings, days: int, *, as_json: bool) -> tuple[Totals, Statistics, int]:
    async with opened(settings) as db:
        sums = await statistics.totals(db, now(), MAX_CHATS if as_json else MAX_FAILED)
        period = latest(days, now(), settings.timezone)
        found = await statistics.statistics(db, period, statistics.MOST if as_json else MAX_LISTED)
        return sums, found, await db.size()


def _as_json(sums: Totals, found: Statistics, size: int) -> dict[str, object]:
    readers = found.readers
    return {
        "chats": readers.states,
        "articles": sums.articles,
        "sent": {"day": sums.sent_day, "week": sums.sent_week},
        "followed": [{"topic": topic, "chats": chats} for topic, chats in found.followed],
        "restricted": [
            {
                "chat": chat,
                "since": iso(spell.since),
                "reason": spell.reason,
                "tries": spell.tries,
                "next_try_at": iso(spell.next_at),
            }
            for chat, spell in sums.restrictions
        ],
        "sources": [
            {
                "id": one.source.number,
                "name": one.source.name,
                "came": one.counts.came,
                "pushed": one.counts.pushed,
                "held": one.counts.held,
                "doubled": one.counts.doubled,
                "refused": one.counts.refused,
            }
            for one in sums.sources
        ],
        "database_bytes": size,
        "paused": sums.is_paused,
        "readers": {"kinds": readers.kinds, "languages": readers.languages, "follow_nothing": readers.quiet},
        "period": _period_as_json(found),
    }


def _period_as_json(found: Statistics) -> dict[str, object]:
    period = found.period
    return {
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "zone": str(period.zone),
        "articles_out": found.articles_out,
        **{name: found.of(*facts) for name, facts in _FACTS.items()},
        "not_delivered_because": {
            "unreachable": found.of(Fact.UNREACHABLE),
            "failed": found.of(Fact.FAILED),
            "restricted": found.of(Fact.RESTRICTED),
        },
        "copies_changed": found.of(Fact.CHANGED),
        "copies_deleted": found.of(Fact.DELETED),
        "growth": found.growth,
        "mean_seconds": _seconds(found.pace),
        "fastest": None if found.fastest is None else found.fastest.number,
        "slowest": None if found.slowest is None else found.slowest.number,
        "days": [
            {"date": day.first.isoformat(), **{name: day.of(*facts) for name, facts in _FACTS.items()}}
            for day in found.days
        ],
        "articles": [_article_as_json(one) for one in found.articles],
        "topics": [_share_as_json(one) | {"followers": one.followers} for one in found.topics],
        "sources": [_share_as_json(one) for one in found.sources],
    }


def _article_as_json(one: ArticleFigures) -> dict[str, object]:
    last = one.pace.last
    return {
        "number": one.number,
        "title": one.title,
        "delivered": one.sent,
        "not_delivered": one.missed,
        "mean_seconds": _seconds(one.pace),
        "last_seconds": None if last is None else last.total_seconds(),
        "saved": one.saved,
        **{name: one.act(act) for act, name in _ACTS.items()},
    }


def _share_as_json(one: Share) -> dict[str, object]:
    return {"name": one.name, "articles": one.articles, "delivered": one.sent, "not_delivered": one.missed}


def _seconds(pace: Pace) -> float | None:
    return None if pace.mean is None else round(pace.mean.total_seconds(), 1)


def _say(sums: Totals, found: Statistics, size: int, settings: Settings) -> None:
    readers = found.readers
    rows = [
        ("chats", _counted(readers.states)),
        ("articles", _counted(sums.articles)),
        ("sent", f"{number(sums.sent_day)} in 24 hours, {number(sums.sent_week)} in 7 days"),
        ("database", f"{number(size)} bytes"),
        ("languages", _counted(readers.languages)),
        ("kinds", _counted(readers.kinds)),
        ("follow nothing", number(readers.quiet)),
        *(("followed", f"{number(chats)} {topic}") for topic, chats in found.followed),
    ]
    rows.extend(("source", f"{one.source.name}: {_of_source(one.counts)}") for one in sums.sources[:MAX_SOURCES])
    say(columns(rows))
    if len(sums.sources) > MAX_SOURCES:
        say(f"  and {number(len(sums.sources) - MAX_SOURCES)} more sources; --json names them")
    _say_period(found)
    if sums.is_paused:
        say(PAUSED)
    if sums.restrictions:
        say(f"{number(sums.restricted)} {'chat forbids' if sums.restricted == 1 else 'chats forbid'} writing for now:")
        say(columns([(f"  {chat}", _restricted(spell, settings)) for chat, spell in sums.restrictions]))
    if sums.restricted > len(sums.restrictions):
        say(f"  and {number(sums.restricted - len(sums.restrictions))} more; --json names them")


def _say_period(found: Statistics) -> None:
    period = found.period
    say(f"From {period.first} to {period.last} ({period.zone}):")
    came = sum(found.of(fact) for fact in CAME)
    went = sum(found.of(fact) for fact in WENT)
    rows = [
        ("  went out", f"{number(found.articles_out)} {'article' if found.articles_out == 1 else 'articles'}"),
        ("  delivered", number(found.of(Fact.SENT))),
        (
            "  not delivered",
            f"{number(found.of(Fact.UNREACHABLE))} unreachable, {number(found.of(Fact.RESTRICTED))} restricted, "
            f"{number(found.of(Fact.FAILED))} failed",
        ),
        (
            "  came",
            f"{number(came)}: {number(found.of(Fact.JOINED))} new, {number(found.of(Fact.BACK))} back",
        ),
        (
            "  went",
            f"{number(went)}: {number(found.of(Fact.LEFT))} left, {number(found.of(Fact.PAUSED))} paused, "
            f"{number(found.of(Fact.FORGOTTEN))} forgotten",
        ),
    ]
    if (mean := found.pace.mean) is not None:
        rows.append(("  on average", f"{span(mean)} a message"))
    for name, one in (("  fastest", found.fastest), ("  slowest", found.slowest)):
        if one is not None and one.pace.mean is not None:
            rows.append((name, f"#{one.number} {one.title}: {span(one.pace.mean)}"))
    rows.extend(("  article", f"#{one.number} {one.title}: {_of_article(one)}") for one in found.articles)
    rows.extend(
        ("  topic", f"{one.name}: {_of_share(one)}, followed by {number(one.followers)}") for one in found.topics
    )
    rows.extend(("  provider", f"{one.name}: {_of_share(one)}") for one in found.sources)
    say(columns(rows))


def _of_article(one: ArticleFigures) -> str:
    parts = [f"{number(one.sent)} delivered"]
    if one.missed:
        parts.append(f"{number(one.missed)} not")
    if one.saved:
        parts.append(f"{number(one.saved)} saved")
    parts.extend(f"{number(one.act(act))} {name.replace('_', ' ')}" for act, name in _ACTS.items() if one.act(act))
    if one.pace.mean is not None:
        last = "" if one.pace.last is None else f", the last after {span(one.pace.last)}"
        parts.append(f"{span(one.pace.mean)} on average{last}")
    return ", ".join(parts)


def _of_share(one: Share) -> str:
    missed = f", {number(one.missed)} not" if one.missed else ""
    return (
        f"{number(one.articles)} {'article' if one.articles == 1 else 'articles'}, {number(one.sent)} delivered{missed}"
    )


def _of_source(counts: SourceCounts) -> str:
    parts = [
        f"{number(counts.came)} came",
        f"{number(counts.pushed)} pushed",
        f"{number(counts.held)} held",
        f"{number(counts.doubled)} doubled",
        f"{number(counts.refused)} refused",
    ]
    return ", ".join(parts)


def _restricted(spell: Restriction, settings: Settings) -> str:
    when = "with the next story" if spell.may_try(now()) or spell.next_at is None else moment(spell.next_at, settings)
    return f"since {moment(spell.since, settings)}: {spell.reason}; tried again {when}"


def _counted(many: Mapping[Any, int]) -> str:
    return ", ".join(f"{number(one)} {what}" for what, one in many.items()) or "none"
