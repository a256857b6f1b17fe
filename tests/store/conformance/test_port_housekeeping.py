"""Housekeeping on any engine: old facts are reduced in steps, nothing younger is touched; and what was paid for."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    HOUR,
    NOW,
    SECOND,
    Engine,
    broadcast,
    message_in,
    put_article,
    put_chats,
    put_topics,
    queue,
    send_to,
    stop,
)

from bot.domain.delivery import Status
from bot.store.delivery import paid_messages, receipts, retention
from bot.store.desk import audit_log, progress_messages
from bot.store.engine.connection import Connection
from bot.store.readers import export, subscriptions

Step = Callable[[Connection, datetime], Awaitable[bool]]


async def _to_the_end(engine: Engine, step: Step, before: datetime) -> int:
    """Take a step of housekeeping, each in a block of its own, until it says that no more is left; return how many."""
    taken = 1
    while True:
        async with engine.transaction() as conn:
            if not await step(conn, before):
                return taken
        taken += 1
        assert taken < 100


async def test_an_old_delivery_keeps_the_fact_and_loses_its_message(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED}, at=NOW - DAY, reason="blocked")
        await send_to(conn, 2, {ANNA: Status.SENT}, at=NOW)
    await _to_the_end(engine, retention.prune, NOW - DAY - SECOND)
    async with engine.reading() as conn:
        assert not await retention.is_closed(conn, 1)
        assert await progress_messages.article_of(conn, ANNA, message_in(ANNA)) is not None
    await _to_the_end(engine, retention.prune, NOW - DAY)
    async with engine.reading() as conn:
        assert [await retention.is_closed(conn, number) for number in (1, 2, 404)] == [True, False, False]
        assert await receipts.somebody_has(conn, 1)
        received = (await export.export(conn, ANNA))["received"]
        assert [(one["article"], one["message_id"], one["sent_at"]) for one in received] == [  # type: ignore[attr-defined]
            (1, None, None),
            (2, message_in(ANNA), NOW.isoformat()),
        ]
        [failed] = (await export.export(conn, BEN))["received"]  # type: ignore[misc]
        assert failed["reason"] == "blocked"
    assert await _to_the_end(engine, retention.prune, NOW - DAY) == 1


async def test_messages_that_followed_what_is_done_for_long_are_forgotten(engine: Engine) -> None:
    async with engine.transaction() as conn:
        done = await send_to(conn, 1, {ANNA: Status.SENT}, at=NOW - DAY)
        for chat, finished in ((ANNA, True), (BEN, False)):
            await progress_messages.follow(conn, done, chat, 5)
            watch = next(one for one in await progress_messages.open_ones(conn) if one.chat == chat)
            await progress_messages.saw(conn, watch, "done", NOW, finished=finished)
    await _to_the_end(engine, retention.drop_progress, NOW - DAY - SECOND)
    async with engine.reading() as conn:
        assert await progress_messages.article_of(conn, ANNA, 5) == 1
    await _to_the_end(engine, retention.drop_progress, NOW - DAY)
    async with engine.reading() as conn:
        assert await progress_messages.article_of(conn, ANNA, 5) is None
        assert [one.chat for one in await progress_messages.open_ones(conn)] == [BEN]


async def test_the_oldest_acts_go_in_steps_and_those_of_the_time_stay(engine: Engine, monkeypatch) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_STEP", 3)
    async with engine.transaction() as conn:
        for hours in range(10, 0, -1):
            await audit_log.record(conn, f"act {hours}", at=NOW - hours * HOUR)
    assert await _to_the_end(engine, retention.drop_log, NOW - 5 * HOUR) == 3
    async with engine.reading() as conn:
        assert [one.act for one in await audit_log.latest(conn)] == ["act 1", "act 2", "act 3", "act 4"]


async def test_what_was_stopped_long_ago_and_nothing_else_is_given_up(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        found = await put_topics(conn, "AI")
        await subscriptions.follow(conn, ANNA, found["AI"], 0, NOW - 3 * DAY)
        for article, (at, is_stopped) in enumerate(((NOW - 2 * DAY, True), (NOW - 2 * DAY, False), (NOW, True)), 1):
            await put_article(conn, article, topics_of=found)
            number = await broadcast(conn, article, at=at)
            await queue(conn, number, at)
            if is_stopped:
                await stop(conn, number)
    assert await _to_the_end(engine, retention.drop_abandoned, NOW - 2 * DAY - SECOND) == 1
    async with engine.reading() as conn:
        assert await _waiting(conn) == [1, 2, 3]
    await _to_the_end(engine, retention.drop_abandoned, NOW - DAY)
    async with engine.reading() as conn:
        assert await _waiting(conn) == [2, 3]


async def _waiting(conn: Connection) -> list[object]:
    """Return the articles that wait for Anna, as she is told of them."""
    waiting = (await export.export(conn, ANNA))["waiting"]
    return sorted(one["article"] for one in waiting)  # type: ignore[attr-defined]


async def test_giving_room_back_and_looking_at_the_tables_change_nothing_that_is_asked(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in range(300):
            await audit_log.record(conn, "x" * 500, at=NOW - timedelta(seconds=number))
    await _to_the_end(engine, retention.drop_log, NOW - SECOND)
    more = True
    while more:
        async with engine.transaction() as conn:
            more = await conn.give_back()
    async with engine.transaction() as conn:
        for _ in range(2):
            await conn.optimize()
        assert [one.at for one in await audit_log.latest(conn)] == [NOW]


@pytest.mark.parametrize("day", [date(2026, 3, 7), date(1, 1, 1), date(9999, 12, 31)])
async def test_what_is_paid_for_is_counted_by_day_and_given_back_where_not_used(engine: Engine, day: date) -> None:
    async with engine.transaction() as conn:
        assert await paid_messages.reserved(conn, day) == 0
        for many in (100, 50, -30):
            await paid_messages.reserve(conn, day, many)
        assert await paid_messages.reserved(conn, day) == 120
        assert await paid_messages.reserved(conn, date(2026, 3, 8)) == 0
        await paid_messages.reserve(conn, day, paid_messages.ALL)
        assert await paid_messages.reserved(conn, day) == paid_messages.ALL + 120
