"""Deliveries on any engine: claimed in order by one process at a time, settled once, counted, and tried again."""

import asyncio
from datetime import timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    HIGHEST,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Engine,
    about,
    broadcast,
    close_broadcasts,
    deliver,
    ended,
    message_in,
    put_article,
    put_chats,
    put_topics,
    queue,
    send_to,
    stop,
    the_campaign,
)
from what_became import has, statuses, waiting

from bot.domain.delivery import Delivery, Lane, Operation, Status, Subject
from bot.domain.delivery_time import Waits
from bot.domain.lease import LEASE
from bot.store.delivery import delivery_reports, leases, outbox, receipts, settlement
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.receipts import Receipt
from bot.store.delivery.settlement import Settled
from bot.store.engine.connection import Connection
from bot.store.readers import chat_rows, subscriptions

CARA = 9


async def _queued(conn: Connection, *lanes: Lane, ids: tuple[int, ...] = (ANNA, BEN, CARA)) -> list[int]:
    """Give these chats one delivery of each of several campaigns, in these lanes; return the campaigns' numbers."""
    found = await put_topics(conn, "AI")
    await put_chats(conn, *ids)
    for chat in ids:
        await subscriptions.follow(conn, chat, found["AI"], 0, NOW - HOUR)
    numbers = []
    for article, lane in enumerate(lanes, 1):
        await put_article(conn, article, topics_of=found)
        numbers.append(await broadcast(conn, article, lane=lane))
        await queue(conn, numbers[-1])
    return numbers


async def _claim(conn: Connection, owner: int, limit: int = 99, among: list[int] | None = None) -> list[Delivery]:
    return await outbox.claim(conn, NOW, limit, among, owner=owner)


def _ended(one: Delivery, article: int, status: Status = Status.SENT, revision: int | None = 1) -> Settled:
    return ended(one, status)._replace(covers=[(about(article), revision)])


async def test_the_most_urgent_lane_is_claimed_first_then_the_oldest_campaign_each_row_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        later, news, urgent, more = await _queued(conn, Lane.LATER, Lane.NEWS, Lane.URGENT, Lane.NEWS)
        await stop(conn, more)
        owner = await leases.take(conn, "a process", NOW)
        assert await _claim(conn, owner, 0) == await _claim(conn, owner, among=[]) == []
        first = await _claim(conn, owner, 4)
        assert [one.campaign for one in first] == [urgent] * 3 + [news]
        assert [(one.attempts, one.unsure, one.status, one.operation) for one in first] == [
            (1, 0, Status.WAITING, Operation.SEND)
        ] * 4
        assert {one.campaign for one in await _claim(conn, owner, among=[later, 404])} == {later}
        assert [one.campaign for one in await _claim(conn, owner)] == [news] * 2
        assert await _claim(conn, owner) == []
        assert await outbox.waiting_by_lane(conn) == {Lane.URGENT: 3, Lane.NEWS: 6, Lane.LATER: 3}
        assert [await waiting(conn, number) for number in (more, 404)] == [3, 0]


async def test_of_what_waited_a_minute_comes_before_the_next_whichever_campaign_it_is_of(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first, second = await _queued(conn, Lane.NEWS, Lane.NEWS)
        owner = await leases.take(conn, "a process", NOW)
        # By chat: when its digest is due, in minutes; the earlier campaign has no row for Anna that is still to come.
        due = {ANNA: 0, BEN: 1, CARA: 3}
        claimed = await _claim(conn, owner)
        waiting = [
            one._replace(
                not_before=NOW + due[one.chat] * MINUTE + (30 * SECOND if one.campaign == second else 0 * SECOND),
                waits=Waits.FOR_ITS_TIME,
            )
            for one in claimed
            if (one.campaign, one.chat) != (first, ANNA)
        ]
        await outbox.postpone(conn, waiting, owner=owner)
        at = NOW + HOUR
        taken = [one for _ in range(5) for one in await outbox.claim(conn, at, 1, owner=owner)]
        expected = [(second, ANNA), (first, BEN), (second, BEN), (first, CARA), (second, CARA)]
        assert [(one.campaign, one.chat) for one in taken] == expected
        await outbox.release(conn, taken, owner=owner)
        assert [(one.campaign, one.chat) for one in await outbox.claim(conn, at, 9, owner=owner)] == expected
        await outbox.release(conn, taken, owner=owner)
        on_the_minute = await outbox.claim(conn, NOW + MINUTE, 9, owner=owner)
        assert [(one.campaign, one.chat) for one in on_the_minute] == expected[:2]
        assert await outbox.claim(conn, NOW + MINUTE, 9, owner=owner) == []


async def test_two_processes_that_claim_at_the_same_time_have_nothing_in_common(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _queued(conn, Lane.NEWS, ids=tuple(range(1, 31)))
        owners = [await leases.take(conn, name, NOW) for name in ("one", "two")]

    async def claim(owner: int) -> list[int]:
        async with engine.transaction() as conn:
            return [one.id for one in await _claim(conn, owner, 10)]

    claimed = await asyncio.gather(*(claim(owners[turn % 2]) for turn in range(4)))
    assert sorted(map(len, claimed)) == [0, 10, 10, 10]
    assert len({row for some in claimed for row in some}) == 30


async def test_when_something_is_due_and_since_when_it_waits_is_asked_of_what_runs(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await outbox.next_due(conn) is None and await outbox.waits_since(conn) is None
        assert await outbox.waiting_by_lane(conn) == {}
        first, _ = await _queued(conn, Lane.NEWS, Lane.NEWS)
        owner = await leases.take(conn, "a process", NOW)
        await outbox.release(conn, await _claim(conn, owner, among=[first]), NOW + HOUR, owner=owner)
        assert await outbox.next_due(conn) == await outbox.waits_since(conn) == NOW
        assert await outbox.next_due(conn, [first]) == NOW + HOUR
        assert await outbox.next_due(conn, []) is None
        await _claim(conn, owner)  # what is in hand is not due
        assert await outbox.next_due(conn) == await outbox.waits_since(conn) == NOW + HOUR
        await stop(conn, first)
        assert await outbox.next_due(conn) is None
        third = await broadcast(conn, 1, start_at=NOW - MINUTE)  # nobody has a row of it yet
        assert await outbox.waits_since(conn) == NOW - MINUTE and await outbox.next_due(conn, [third]) is None


async def test_what_was_not_tried_is_handed_back_as_it_was_by_who_has_it_in_hand(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _queued(conn, Lane.NEWS)
        owner, other = [await leases.take(conn, name, NOW) for name in ("one", "two")]
        claimed = await _claim(conn, owner)
        await outbox.release(conn, claimed, owner=other)
        await outbox.postpone(conn, claimed, owner=other)
        assert await _claim(conn, other) == []
        await outbox.release(conn, [], owner=owner)
        await outbox.release(conn, claimed, owner=owner)
        again = await _claim(conn, other)
        assert again == claimed  # costs no attempt
        pause = NOW + timedelta(milliseconds=1)
        kept = again[0]._replace(not_before=pause, attempts=5, unsure=2, thread=7)
        await outbox.postpone(conn, [kept], owner=other)
        assert await outbox.claim(conn, NOW, 9, owner=owner) == []
        [later] = await outbox.claim(conn, NOW + SECOND, 9, owner=owner)  # no pause is cut short
        assert later == kept._replace(not_before=NOW + SECOND, attempts=6)


async def test_a_clock_that_was_set_back_keeps_waiting_as_long_as_before(engine: Engine) -> None:
    async with engine.transaction() as conn:
        [number] = await _queued(conn, Lane.NEWS)
        owner = await leases.take(conn, "a process", NOW)
        await outbox.release(conn, await _claim(conn, owner), NOW + HOUR, owner=owner)
        past = NOW - DAY
        for _ in range(2):
            await outbox.set_back(conn, past, DAY)
        assert await outbox.next_due(conn) == past  # never earlier than now
        assert (await the_campaign(conn, number)).start_at == past


async def test_a_term_lasts_while_it_is_renewed_and_its_number_is_never_used_again(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _queued(conn, Lane.NEWS)
        first, second = await leases.take(conn, "one", NOW), await leases.take(conn, "two ä", NOW)
        assert first < second
        claimed = await _claim(conn, first)
        over = NOW + LEASE + SECOND
        assert await leases.take_back_expired(conn, second, NOW + LEASE) == 0
        assert await leases.renew(conn, first, NOW + SECOND)
        assert await leases.take_back_expired(conn, second, over) == 0
        assert await leases.take_back_expired(conn, second, over + SECOND) == len(claimed)
        assert not await leases.renew(conn, first, over)
        assert await _claim(conn, first) == []  # for a term that is over there are none
        assert await leases.renew(conn, second, over)  # late, but nobody has ended it
        again = await _claim(conn, second)
        assert [(one.id, one.unsure) for one in again] == [(one.id, 1) for one in claimed]  # perhaps sent
        await leases.end(conn, second)
        assert await leases.renew(conn, second, NOW)  # it has something in hand
        assert await leases.take_back(conn, second) == len(again) and await leases.take_back(conn, 404) == 0
        third = await leases.take(conn, "three", NOW)
        await leases.end(conn, third)
        assert not await leases.renew(conn, third, NOW) and third > second
        fourth = await leases.take(conn, "four", NOW)
        assert fourth > third and len(await _claim(conn, fourth)) == len(claimed)
        assert await leases.take_back_all(conn) == len(claimed) and await leases.take_back_all(conn) == 0
        last = await leases.take(conn, "last", NOW + DAY)
        assert await leases.take_back_expired(conn, 404, NOW) == 0  # renewed before the clock was set back
        assert not await leases.renew(conn, last, NOW)


@pytest.mark.parametrize("chat", [1, FURTHEST, -FURTHEST])
async def test_what_was_sent_has_a_receipt_and_everything_else_an_outcome(engine: Engine, chat: int) -> None:
    async with engine.transaction() as conn:
        number = await send_to(conn, 1, {chat: Status.SENT, 5: Status.FAILED, 6: Status.RESTRICTED}, reason="why ä")
        stands = Receipt(chat, message_in(chat), 0, 1, False, NOW, 0)
        assert await receipts.held(conn, about(1), [chat, 5, 404]) == {chat: stands}
        assert await receipts.held(conn, about(1), []) == await receipts.held(conn, Subject(2, 1), [chat]) == {}
        assert [await has(conn, 1, one) for one in (chat, 5, 404)] == [True, False, False]
        assert await statuses(conn, 1) == {Status.SENT: 1, Status.FAILED: 1, Status.RESTRICTED: 1}
        assert await statuses(conn, 404) == {}
        assert await receipts.failures(conn, 1) == [(5, "why ä")]
        assert await receipts.failures(conn, 1, status=Status.RESTRICTED) == [(6, "why ä")]
        assert await receipts.failures(conn, 1, 0) == await receipts.failures(conn, HIGHEST) == []
        done = await the_campaign(conn, number)
        assert (done.sent, done.failed, done.restricted, done.state) == (1, 1, 1, CampaignState.DONE)


async def test_failures_come_by_chat_and_reasons_most_frequent_first_then_by_name(engine: Engine) -> None:
    async with engine.transaction() as conn:
        [number] = await _queued(conn, Lane.NEWS, ids=(1, 2, 3, 4, 5))
        for chat, reason in ((5, "b"), (3, "a"), (1, "c"), (2, "c"), (4, None)):
            await deliver(conn, number, {chat: Status.FAILED}, reason=reason)
        assert await receipts.failures(conn, 1) == [(1, "c"), (2, "c"), (3, "a"), (4, ""), (5, "b")]
        assert await receipts.failures(conn, 1, 2) == [(1, "c"), (2, "c")]
        assert await receipts.reasons(conn, [number, 404]) == [("c", 2), ("", 1), ("a", 1)]
        assert await receipts.reasons(conn, [number], 9) == [("c", 2), ("", 1), ("a", 1), ("b", 1)]
        assert await receipts.reasons(conn, []) == await receipts.reasons(conn, [number], 9, Status.UNWANTED) == []


async def test_settling_what_another_process_has_settled_counts_one_more_and_nothing_else(engine: Engine) -> None:
    async with engine.transaction() as conn:
        [number] = await _queued(conn, Lane.NEWS)
        slow, quick = await leases.take(conn, "slow", NOW), await leases.take(conn, "quick", NOW)
        lost = await _claim(conn, slow)
        await leases.take_back(conn, slow)
        taken = {one.chat: one for one in await _claim(conn, quick)}
        mine = {one.chat: one for one in lost}
        # Still in the other's hands: what was sent counts, what was not is the other's to say.
        await settlement.settle(conn, [_ended(mine[ANNA], 1)], NOW, owner=slow)
        await settlement.settle(conn, [_ended(mine[BEN], 1, Status.FAILED)], NOW, owner=slow)
        assert [await has(conn, 1, chat) for chat in (ANNA, BEN)] == [True, False]
        assert await waiting(conn, number) == 2
        # Settled as failed by the other, and sent after all.
        await settlement.settle(conn, [_ended(taken[BEN], 1, Status.FAILED)], NOW, owner=quick)
        await settlement.settle(conn, [_ended(mine[BEN], 1)], NOW, owner=slow)
        assert await statuses(conn, 1) == {Status.SENT: 2}
        # Sent by both: one receipt, which says so.
        await settlement.settle(conn, [_ended(taken[ANNA], 1)], NOW, owner=quick)
        assert (await receipts.held(conn, about(1), [ANNA]))[ANNA].unsure == 1
        # Forgotten meanwhile.
        await chat_rows.delete(conn, CARA)
        await settlement.settle(conn, [_ended(taken[CARA], 1)], NOW, owner=quick)
        assert not await has(conn, 1, CARA)
        await settlement.settle(conn, [], NOW, owner=quick)
        done = await the_campaign(conn, number)
        assert (done.sent, done.failed, done.unwanted, done.settled) == (2, 0, 1, done.total)


async def test_a_message_that_is_edited_or_deleted_changes_its_receipt(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        await _queued(conn, ids=())
        owner = await leases.take(conn, "a process", NOW)
        found = await put_topics(conn, "AI")
        await put_article(conn, 2, topics_of=found)
        for chat in (ANNA, BEN):
            await subscriptions.follow(conn, chat, found["AI"], 0, NOW - HOUR)
        await queue(conn, await broadcast(conn, 2))
        edit, delete = await _claim(conn, owner)
        await settlement.settle(
            conn,
            [
                (_ended(edit, 1, revision=2))._replace(
                    delivery=ended(edit._replace(operation=Operation.EDIT), Status.SENT).delivery, has_photo=True
                ),
                (_ended(delete, 1))._replace(
                    delivery=ended(delete._replace(operation=Operation.DELETE), Status.SENT).delivery
                ),
            ],
            NOW + HOUR,
            owner=owner,
        )
        held = await receipts.held(conn, about(1), [ANNA, BEN])
        assert held[edit.chat] == Receipt(edit.chat, message_in(edit.chat), 0, 2, True, NOW, 0)
        assert held[delete.chat] == Receipt(delete.chat, None, 0, 1, False, NOW, 0)


async def test_what_goes_in_one_list_with_a_delivery_ends_as_it_does(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first, second, third = await _queued(conn, Lane.NEWS, Lane.NEWS, Lane.NEWS, ids=(ANNA, BEN))
        owner = await leases.take(conn, "a process", NOW)
        carrier = next(one for one in await _claim(conn, owner, among=[first]) if one.chat == ANNA)
        found = await outbox.of_chats(conn, [ANNA], [third, second, first, 404])
        assert [(one.campaign, one.chat, one.thread, one.is_in_hand) for one in found] == [
            (first, ANNA, 0, True),
            (second, ANNA, 0, False),
            (third, ANNA, 0, False),
        ]
        assert found[0].id == carrier.id and found[0].not_before == NOW and found[0].waits is Waits.NOT
        assert [(one.campaign, one.chat) for one in await outbox.of_chats(conn, [BEN, 404, ANNA], [second])] == [
            (second, ANNA),
            (second, BEN),
        ]
        assert await outbox.of_chats(conn, [], [first]) == await outbox.of_chats(conn, [ANNA], []) == []
        await outbox.doubt(conn, carrier, [second, 404])
        stands = carrier._replace(status=Status.SENT, message_id=77)
        covers = {second: [(about(2), 3)]}
        await settlement.take_along(conn, carrier, covers, stands, NOW, owner=owner)
        held = await receipts.held(conn, about(2), [ANNA, BEN])
        assert held == {ANNA: Receipt(ANNA, 77, 0, 3, False, NOW, 1, is_list=True)}
        assert [await waiting(conn, number) for number in (first, second, third)] == [2, 1, 2]
        for _ in range(2):
            await settlement.take_along(conn, carrier, covers, stands, NOW, owner=owner)
        assert (await the_campaign(conn, second)).sent == 1


async def test_what_waits_for_its_chats_own_time_is_counted_and_asked_again_when_that_changes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first, second = await _queued(conn, Lane.NEWS, Lane.NEWS, ids=(ANNA, BEN))
        owner = await leases.take(conn, "a process", NOW)
        later = [
            one._replace(not_before=NOW + DAY, waits=waits)
            for one, waits in zip(await _claim(conn, owner), (Waits.FOR_ITS_TIME, Waits.FOR_THE_HOUR) * 2, strict=True)
        ]
        await outbox.postpone(conn, later, owner=owner)
        assert await outbox.for_their_time(conn, [first, second], NOW) == 4
        assert await outbox.for_their_time(conn, [first, 404], NOW) == 2
        assert await outbox.for_their_time(conn, [], NOW) == await outbox.for_their_time(conn, [first], NOW + DAY) == 0
        assert [one.waits for one in await outbox.of_chats(conn, [ANNA, BEN], [first])] == [
            Waits.FOR_ITS_TIME,
            Waits.FOR_THE_HOUR,
        ]
        assert await outbox.ask_again(conn, 404, NOW) == 0
        assert [await outbox.ask_again(conn, ANNA, NOW + HOUR) for _ in range(2)] == [2, 0]
        assert await outbox.for_their_time(conn, [first, second], NOW) == 4
        assert await outbox.for_their_time(conn, [first, second], NOW + HOUR) == 2
        again = await outbox.claim(conn, NOW + HOUR, 9, owner=owner)
        assert [(one.campaign, one.chat, one.waits) for one in again] == [
            (first, ANNA, Waits.FOR_ITS_TIME),
            (second, ANNA, Waits.FOR_ITS_TIME),
        ]
        await outbox.postpone(conn, [again[0]._replace(waits=Waits.NOT, not_before=NOW + DAY)], owner=owner)
        assert await outbox.ask_again(conn, ANNA, NOW) == 0  # in hand, or waiting for something else
        await stop(conn, first)
        assert await outbox.ask_again(conn, BEN, NOW) == 2  # a stopped one may go on


async def test_somebody_has_an_article_that_is_on_the_wire_or_may_have_arrived(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _queued(conn, Lane.NEWS, ids=(ANNA,))
        assert not await receipts.somebody_has(conn, 1)
        owner = await leases.take(conn, "a process", NOW)
        [one] = await _claim(conn, owner)
        assert await receipts.somebody_has(conn, 1)
        await outbox.release(conn, [one], owner=owner)
        assert not await receipts.somebody_has(conn, 1)
        await _claim(conn, owner)
        await leases.take_back_all(conn)
        assert await receipts.somebody_has(conn, 1)


async def test_what_failed_is_tried_again_once_by_an_editors_word_and_keeps_its_doubts(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED}, at=NOW - DAY, reason="a")
        assert await delivery_reports.put_back_failed(conn, number, ["b"], NOW) == 0
        assert await delivery_reports.put_back_failed(conn, number, [], NOW) == 0
        assert await delivery_reports.try_again(conn, 404, NOW) == 0
        assert [await delivery_reports.try_again(conn, 1, NOW) for _ in range(2)] == [1, 0]
        again = await the_campaign(conn, number)
        assert (again.state, again.failed, again.start_at, again.done_at) == (CampaignState.RUNNING, 0, NOW, None)
        await deliver(conn, number, {BEN: Status.FAILED}, reason="a")
        assert await delivery_reports.put_back_failed(conn, number, ["a", "c"], NOW) == 1
        await deliver(conn, number, {BEN: Status.SENT})
        await close_broadcasts(conn)
        assert (await the_campaign(conn, number)).sent == 2 and await has(conn, 1, BEN)


async def test_the_last_message_of_all_is_known_once_there_is_one(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await delivery_reports.last_sent_at(conn) is None
        for article, age in enumerate((9 * DAY, HOUR), 1):
            await send_to(conn, article, {ANNA: Status.SENT}, at=NOW - age)
        assert await delivery_reports.last_sent_at(conn) == int((NOW - HOUR).timestamp())


async def test_the_newest_message_of_several_articles_is_found_in_the_thread_that_is_asked_for(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT, 9: Status.FAILED})
        await send_to(conn, 2, {ANNA: Status.SENT}, at=NOW + HOUR)
        first, second = [(await receipts.held(conn, about(number), [ANNA]))[ANNA].message_id for number in (1, 2)]
        everywhere = {ANNA: 0, BEN: 0, 9: 0, 404: 0}
        in_bens = (await receipts.held(conn, about(1), [BEN]))[BEN].message_id
        assert await receipts.newest_of(conn, [2, 1, 404], everywhere) == {ANNA: second, BEN: in_bens}
        assert await receipts.newest_of(conn, [1], everywhere) == {ANNA: first, BEN: in_bens}
        assert await receipts.newest_of(conn, [1, 2], {ANNA: 5}) == {}
        assert await receipts.newest_of(conn, [], everywhere) == await receipts.newest_of(conn, [1], {}) == {}
