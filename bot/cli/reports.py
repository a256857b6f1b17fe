"""`newsbot delivery` and `log`: delivery reports and the audit log, as text or JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.cli.people import named
from bot.cli.shell import (
    PAUSED,
    columns,
    iso,
    moment,
    now,
    number,
    opened,
    refuse_article,
    say,
    say_json,
)
from bot.domain.audit import Entry
from bot.errors import ReaderError, TakenDown
from bot.services.delivery import delivery_reports
from bot.services.delivery.delivery_reports import MAX_CHATS, DeliveryReport, Failures
from bot.services.delivery.report_json import per_second, report_json
from bot.settings import Settings, read_settings
from bot.store.content import articles
from bot.store.desk import audit_log, editors

MAX_FAILED = 50  # chats named in text; JSON names more
MAX_ENTRIES = 200


def delivery(name: str, *, as_json: bool) -> int:
    """Tell what became of an article; 1 when there is no such article."""
    settings = read_settings()
    try:
        account, failed, kept = asyncio.run(_account(name, settings, MAX_CHATS if as_json else MAX_FAILED))
    except ReaderError as error:
        refuse_article(error)
        return 1
    if as_json:
        say_json(report_json(account, failed, kept))
    else:
        _say_account(account, failed, kept, settings)
    return 0


async def _account(name: str, settings: Settings, most: int) -> tuple[DeliveryReport, Failures, Failures]:
    async with opened(settings) as db:
        async with db.reading() as conn:
            try:
                found = (await articles.find(conn, name)).number
            except TakenDown as error:
                found = error.number
        account = await delivery_reports.report_of(db, found, now(), settings.rate - 1)
        return account, *await delivery_reports.chats_without(db, found, most)


def _say_account(account: DeliveryReport, failed: Failures, kept: Failures, settings: Settings) -> None:
    article, standing = account.article, account.standing
    say(f"#{article.number} {article.story.title or article.state}")
    if standing is None:
        say("It was never sent to anybody.")
        return
    say(
        columns(
            [
                ("reached", number(standing.sent)),
                ("waiting", number(standing.waiting)),
                *([("", f"{number(later)}: for a time of their own")] if (later := standing.for_their_time) else []),
                ("switched off", number(standing.unreachable)),
                ("failed", number(standing.failed)),
                *(("", f"{number(chats)}: {reason or 'no reason given'}") for reason, chats in account.reasons),
                ("restricted", number(standing.restricted)),
                *(("", f"{number(chats)}: {reason}") for reason, chats in account.restricted),
                ("unwanted", number(standing.unwanted)),
                ("perhaps twice", number(standing.unsure)),
                ("state", standing.phase),
                *([] if standing.words is None else [("Telegram says", standing.words)]),
            ]
        )
    )
    if standing.is_paused and standing.waiting:
        say(PAUSED)
    rate = per_second(standing)
    if standing.first_sent_at is not None and standing.last_sent_at is not None and rate is not None:
        first, last = moment(standing.first_sent_at, settings), moment(standing.last_sent_at, settings)
        say(f"First {first}, last {last}: {rate:,.1f} a second.")
    if failed:
        say("Could not be sent to:")
        say(columns([(f"  {chat}", reason or "no reason given") for chat, reason in failed]))
    if standing.failed > len(failed):
        say(f"  and {number(standing.failed - len(failed))} more; --json names them")
    if kept:
        say("Kept for later, because they forbid writing:")
        say(columns([(f"  {chat}", reason) for chat, reason in kept]))
    if standing.restricted > len(kept):
        say(f"  and {number(standing.restricted - len(kept))} more; --json names them")


def log_entries(*, as_json: bool) -> int:
    """Print the last acts, newest first."""
    settings = read_settings()
    entries, names = asyncio.run(_entries(settings))
    if as_json:
        say_json([_entry_as_json(entry, names) for entry in entries])
    elif entries:
        say(columns([_entry(entry, names, settings) for entry in entries]))
    else:
        say("Nothing has been done yet.")
    return 0


async def _entries(settings: Settings) -> tuple[list[Entry], dict[int, str]]:
    async with opened(settings) as db, db.reading() as conn:
        return await audit_log.latest(conn, MAX_ENTRIES), await editors.names(conn)


def _entry(entry: Entry, names: Mapping[int, str], settings: Settings) -> tuple[str, ...]:
    if entry.key is not None:
        who = f"key {entry.key}"
    elif entry.shell is not None:
        who = f"shell ({entry.shell})"
    else:
        who = "newsbot" if entry.person is None else named(entry.person, names)
    about = "" if entry.article is None else f"#{entry.article}"
    return moment(entry.at, settings), who, entry.act, about, f"{_detail(entry, names)}{_changed(entry)}"


def _detail(entry: Entry, names: Mapping[int, str]) -> str:
    """Return more of an act; of one that concerns a person, who that is."""
    if entry.about is None:
        return entry.detail or ""
    return f"{'invited by ' if entry.act.startswith('become') else ''}{named(entry.about, names)}"


def _changed(entry: Entry) -> str:
    """Return what was there before an act and after it, where that was written down."""
    if entry.before is None and entry.after is None:
        return ""
    return f" [{entry.before or ''} -> {entry.after or ''}]"


def _entry_as_json(entry: Entry, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "at": iso(entry.at),
        "person": entry.person,
        "name": names.get(entry.person) if entry.person is not None else None,
        "key": entry.key,
        "shell": entry.shell,
        "act": entry.act,
        "article": entry.article,
        "detail": entry.detail,
        "before": entry.before,
        "after": entry.after,
        "about": None if entry.about is None else {"person": entry.about, "name": names.get(entry.about)},
    }
