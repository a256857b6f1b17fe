"""
Two processes on one database, time passed in: who has a delivery in hand, who takes it over, and whose word counts.

The table in `bot.store.delivery.settlement` is this file's truth table.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import NOW, put_article, put_chats
from what_became import WHAT_BECAME

from bot.domain.delivery import NEWS, Delivery, Lane, Operation, Status, Subject, SubjectType
from bot.domain.lease import LEASE
from bot.store.delivery import campaigns, leases, outbox, settlement
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.settlement import Settled
from bot.store.engine.database import Connection, Database
from bot.store.engine.migrations import migrate

ARTICLE = Subject(SubjectType.ARTICLE, 1)
LATER = NOW + LEASE + timedelta(seconds=1)


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Database, Database]]:
    """Two processes' views of a database in which an article is promised to the chats 1, 2 and 3."""
    path = tmp_path / "news.db"
    migrate(path, create=True)
    one, other = await Database.open(path, readers=1), await Database.open(path, readers=1)
    async with one.transaction() as conn:
        await put_article(conn, 1)
        await put_chats(conn, [1, 2, 3])
        number = await campaigns.promise(conn, NEWS, ARTICLE, fixed_at=NOW, start_at=NOW, lane=Lane.NEWS, by=None)
        await conn.executemany(
            "INSERT INTO deliveries (campaign, chat, thread, not_before) VALUES (?, ?, 0, 0)",
            [(number, chat) for chat in (1, 2, 3)],
        )
        await conn.execute("UPDATE campaigns SET half = 2, total = 3")
    yield one, other
    await one.close()
    await other.close()


async def _take(db: Database, name: str = "one", at=NOW) -> int:
    async with db.transaction() as conn:
        return await leases.take(conn, name, at)


async def _claim(db: Database, owner: int, many: int = 1, at=NOW) -> list[Delivery]:
    async with db.transaction() as conn:
        return await outbox.claim(conn, at, many, owner=owner)


async def _take_back(db: Database, owner: int, at=LATER) -> int:
    async with db.transaction() as conn:
        return await leases.take_back_expired(conn, owner, at)


async def _settle(db: Database, delivery: Delivery, owner: int, status: Status = Status.SENT, message: int = 5) -> None:
    stands = delivery._replace(
        status=status,
        message_id=message if status is Status.SENT else None,
        reason=None if status is Status.SENT else "no",
    )
    async with db.transaction() as conn:
        await settlement.settle(conn, [Settled(stands, [(ARTICLE, 1)], False)], LATER, owner=owner)


async def _row(db: Database, chat: int) -> tuple[int, int, int] | None:
    async with db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT owner, attempts, unsure FROM deliveries WHERE chat = ?", (chat,))
    return next((tuple(row) for row in rows), None)


async def _became(db: Database) -> list[tuple[int, int, int | None, int | None]]:
    async with db.reading() as conn:
        rows = await conn.execute_fetchall(f"SELECT chat, status, message_id, unsure FROM {WHAT_BECAME} ORDER BY chat")
    return [tuple(row) for row in rows]


async def _campaign(db: Database) -> Campaign:
    async with db.reading() as conn:
        found = await campaigns.campaign(conn, 1)
    assert found is not None
    return found


async def test_two_processes_never_have_one_delivery_in_hand(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other")
    claimed = [*await _claim(one, first, 2), *await _claim(other, second, 2)]
    assert sorted(delivery.chat for delivery in claimed) == [1, 2, 3]


async def test_what_a_living_process_has_in_hand_is_not_taken_over(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other")
    await _claim(one, first)
    async with one.transaction() as conn:
        assert await leases.renew(conn, first, NOW + LEASE / 2)
    assert await _take_back(other, second, NOW + LEASE) == 0
    assert await _claim(other, second, 9, NOW + LEASE) != []
    assert await _row(one, 1) == (first, 1, 0)


async def test_what_a_dead_process_had_in_hand_is_taken_over_and_counts_as_perhaps_sent(
    two: tuple[Database, Database],
) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    await _claim(one, first, 2)
    assert await _take_back(other, second) == 2
    taken = await _claim(other, second, 9, LATER)
    assert sorted((delivery.chat, delivery.unsure) for delivery in taken) == [(1, 1), (2, 1), (3, 0)]


async def test_a_term_that_is_over_claims_renews_and_puts_back_nothing(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    [annas] = await _claim(one, first)
    await _take_back(other, second)
    assert await _claim(one, first, 9, LATER) == []
    async with one.transaction() as conn:
        assert not await leases.renew(conn, first, LATER)
        await outbox.postpone(conn, [annas._replace(not_before=LATER + LEASE, attempts=7)], owner=first)
        await outbox.release(conn, [annas], owner=first)
    assert await _row(one, 1) == (0, 1, 1)
    [again] = await _claim(other, second, 1, LATER)
    async with one.transaction() as conn:
        await outbox.postpone(conn, [annas._replace(attempts=7)], owner=first)
        await outbox.release(conn, [annas], owner=first)
    assert again.chat == 1 and await _row(one, 1) == (second, 2, 1)


async def test_a_late_term_that_nobody_has_ended_goes_on(two: tuple[Database, Database]) -> None:
    one, _ = two
    first = await _take(one)
    await _claim(one, first)
    async with one.transaction() as conn:
        assert await leases.renew(conn, first, LATER)
        assert await leases.take_back_expired(conn, first, LATER) == 0
    assert await _row(one, 1) == (first, 1, 0)


async def test_a_lease_from_before_the_clock_was_set_back_does_not_last_until_then(
    two: tuple[Database, Database],
) -> None:
    one, other = two
    first, second = await _take(one, at=NOW + timedelta(days=9)), await _take(other, "other")
    await _claim(one, first)
    assert await _take_back(other, second, NOW) == 1


async def test_numbers_of_terms_are_never_used_twice(two: tuple[Database, Database]) -> None:
    one, other = two
    first = await _take(one)
    async with other.transaction() as conn:
        await leases.take_back_all(conn)
    assert await _take(other) > first


# What counts, by whose the row is when the answer is written. "Ours" is what every other test of settling covers.


async def test_nobody_s_takes_any_end(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    sent, failed = await _claim(one, first, 2)
    await _take_back(other, second)
    await _settle(one, sent, first)
    await _settle(one, failed, first, Status.FAILED)
    assert await _became(one) == [(1, 1, 5, None), (2, 3, None, None)]
    assert [one.chat for one in await _claim(other, second, 9, LATER)] == [3]
    done = await _campaign(one)
    assert (done.sent, done.failed) == (1, 1)


async def test_another_s_is_settled_when_it_was_sent_and_the_second_message_is_counted(
    two: tuple[Database, Database],
) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    [sent] = await _claim(one, first)
    await _take_back(other, second)
    [again] = await _claim(other, second, 1, LATER)
    assert again.id == sent.id
    await _settle(one, sent, first, message=5)
    assert await _became(one) == [(1, 1, 5, None)]
    await _settle(other, again, second, message=6)  # it was on the wire as well
    assert await _became(one) == [(1, 1, 5, 1)]
    done = await _campaign(one)
    assert (done.sent, done.unsure, done.settled) == (1, 1, 1)


async def test_another_s_stays_the_other_s_when_it_was_not_sent(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    [failed] = await _claim(one, first)
    await _take_back(other, second)
    [again] = await _claim(other, second, 1, LATER)
    await _settle(one, failed, first, Status.FAILED)
    assert await _became(one) == [] and await _row(one, 1) == (second, 2, 1)
    await _settle(other, again, second, message=6)
    assert await _became(one) == [(1, 1, 6, 1)]
    assert (await _campaign(one)).failed == 0


async def test_what_arrived_after_all_is_no_failure_any_more(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    [sent] = await _claim(one, first)
    await _take_back(other, second)
    [again] = await _claim(other, second, 1, LATER)
    await _settle(other, again, second, Status.FAILED)
    await _settle(one, sent, first)
    assert await _became(one) == [(1, 1, 5, None)]
    done = await _campaign(one)
    assert (done.sent, done.failed, done.unsure, done.settled) == (1, 0, 0, 1)


async def test_what_arrived_after_all_is_not_tried_again_for_an_editor(two: tuple[Database, Database]) -> None:
    one, other = two
    first, second = await _take(one), await _take(other, "other", LATER)
    [sent] = await _claim(one, first)
    await _take_back(other, second)
    [again] = await _claim(other, second, 1, LATER)
    await _settle(other, again, second, Status.FAILED)
    await _try_again(other)
    await _settle(one, sent, first)
    assert await _became(one) == [(1, 1, 5, None)] and await _row(one, 1) is None
    done = await _campaign(one)
    assert (done.sent, done.failed, done.settled) == (1, 0, 1)


async def test_a_deletion_that_two_processes_made_is_one(two: tuple[Database, Database]) -> None:
    one, other = two
    async with one.transaction() as conn:
        await conn.execute("UPDATE deliveries SET operation = 3")
        await conn.execute("INSERT INTO receipts (subject_type, subject, chat, message_id) VALUES (1, 1, 1, 9)")
    first, second = await _take(one), await _take(other, "other", LATER)
    [gone] = await _claim(one, first)
    assert gone.operation is Operation.DELETE
    await _take_back(other, second)
    [again] = await _claim(other, second, 1, LATER)
    await _settle(one, gone, first)
    await _settle(other, again, second)
    assert await _became(one) == [(1, 1, None, None)]
    done = await _campaign(one)
    assert (done.sent, done.unsure) == (1, 0)


async def test_a_forgotten_chat_leaves_no_trace_whoever_had_it_in_hand(two: tuple[Database, Database]) -> None:
    one, _ = two
    first = await _take(one)
    [sent] = await _claim(one, first)
    async with one.transaction() as conn:
        await conn.execute("DELETE FROM deliveries WHERE chat = 1")
    await _settle(one, sent, first)
    assert await _became(one) == [] and (await _campaign(one)).sent == 0


async def _try_again(db: Database) -> None:
    from bot.store.delivery import delivery_reports

    async with db.transaction() as conn:
        assert await delivery_reports.try_again(conn, 1, LATER) == 1


async def test_a_term_with_nothing_in_hand_ends_at_once_and_one_with_something_by_itself(
    two: tuple[Database, Database],
) -> None:
    one, other = two

    async def terms(conn: Connection) -> list[int]:
        return [row["owner"] for row in await conn.execute_fetchall("SELECT owner FROM leases ORDER BY owner")]

    first, second = await _take(one), await _take(other, "other")
    await _claim(other, second)
    async with one.transaction() as conn:
        await leases.end(conn, first)
        await leases.end(conn, second)
        assert await terms(conn) == [second]
