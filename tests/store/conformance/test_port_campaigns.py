"""Campaigns on any engine: promised once, fanned out a piece at a time to each of their chats, stopped and resumed."""

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    GROUP,
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
    put_article,
    put_chats,
    put_topics,
    queue,
    send_to,
    stop,
    the_campaign,
)
from what_became import waiting

from bot.domain.chat import ChatState
from bot.domain.delivery import Lane, Operation, Status, Subject
from bot.domain.rejections import Form
from bot.domain.topic import TopicFile
from bot.store.content import articles, topics
from bot.store.delivery import campaign_changes, campaigns, fanout, joining, leases, outbox, turns
from bot.store.delivery.audiences import Audience, EveryChat, Holders, Listed, reach
from bot.store.delivery.campaigns import REFUSED, UNREACHED, CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.desk import progress_messages
from bot.store.engine import metadata
from bot.store.engine.connection import Connection
from bot.store.readers import chats, subscriptions

CIRCLE = (-FURTHEST, GROUP, -1, 1, ANNA, BEN, FURTHEST)


async def _followed(conn: Connection, *ids: int, article: int = 1) -> dict[str, int]:
    """Store an article whose topic these chats follow."""
    found = await put_topics(conn, "AI")
    await put_article(conn, article, topics_of=found, source="Daily")
    await put_chats(conn, *ids)
    for chat in ids:
        await subscriptions.follow(conn, chat, found["AI"], 0, NOW - HOUR)
    return found


async def _rows(conn: Connection, number: int) -> list[int]:
    """Return the chats of a campaign in the order in which they are claimed, and hand them back."""
    owner = await leases.take(conn, "a process", NOW)
    claimed = await outbox.claim(conn, NOW + DAY, 100, among=[number], owner=owner)
    await outbox.release(conn, claimed, owner=owner)
    await leases.end(conn, owner)
    return [one.chat for one in claimed]


async def test_a_campaign_is_as_it_was_promised(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await campaigns.campaign(conn, 1) is None and await campaigns.open_ones(conn) == []
        assert await campaigns.last_heard_of(conn) is None
        start = NOW + MINUTE + SECOND / 2
        first = await campaigns.promise(
            conn, "digest", Subject(2**40, HIGHEST), fixed_at=NOW, start_at=start, lane=Lane.DIGEST, by=None, revision=7
        )
        found = await the_campaign(conn, first)
        assert (found.kind, found.subject, found.revision, found.lane) == ("digest", (2**40, HIGHEST), 7, Lane.DIGEST)
        assert (found.fixed_at, found.start_at) == (NOW, NOW + MINUTE + SECOND)  # no undo delay is cut short
        assert (found.asked_by, found.why, found.words, found.ring_start, found.done_at) == (None,) * 5
        assert (found.state, found.article, found.is_complete, found.settled) == (CampaignState.RUNNING, None, False, 0)
        await put_article(conn, 5)
        second = await broadcast(conn, 5, by=ANNA, lane=Lane.URGENT)
        third = await broadcast(conn, 5)
        assert (await the_campaign(conn, second)).article == 5 and (await the_campaign(conn, second)).asked_by == ANNA
        assert [one.id for one in await campaigns.of_article(conn, 5)] == [second, third]
        assert [one.id for one in await campaigns.of_subject(conn, Subject(2**40, HIGHEST), "digest")] == [first]
        assert await campaigns.of_subject(conn, about(5), "digest") == await campaigns.of_article(conn, 404) == []
        assert [one.id for one in await campaigns.open_ones(conn)] == [
            second,
            third,
            first,
        ]  # by lane, then as promised
        await stop(conn, third)
        assert [one.id for one in await campaigns.running(conn)] == [second, first]
        assert [one.id for one in await campaigns.open_ones(conn)] == [second, third, first]
        assert await campaigns.last_heard_of(conn) == NOW


async def test_a_turn_begins_with_what_is_running_whether_all_is_paused_and_whether_a_pause_is_over(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        assert await turns.standing(conn, NOW) == (False, [], False)
        await put_chats(conn, ANNA)
        await chats.set_state(conn, ANNA, ChatState.PAUSED, NOW, until=NOW + HOUR)
        await put_article(conn, 5)
        later = await broadcast(conn, 5)
        first, stopped = await broadcast(conn, 5, lane=Lane.URGENT), await broadcast(conn, 5)
        await stop(conn, stopped)
        assert await turns.standing(conn, NOW) == (False, await campaigns.running(conn), False)
        assert [one.id for one in (await turns.standing(conn, NOW)).running] == [first, later]
        assert (await turns.standing(conn, NOW + HOUR)).are_pauses_over
        await chats.end_pauses(conn, NOW + HOUR)
        await metadata.put(conn, "paused", "")
        assert await turns.standing(conn, NOW + HOUR) == (True, await campaigns.running(conn), False)


@pytest.mark.parametrize("piece", [1, 2, 3, 100])
@pytest.mark.parametrize("start", [-FURTHEST, -2, 0, ANNA, FURTHEST])
async def test_a_fan_out_gives_each_chat_one_row_round_the_circle_in_pieces_of_any_size(
    engine: Engine, start: int, piece: int
) -> None:
    async with engine.transaction() as conn:
        await _followed(conn, *CIRCLE)
        await subscriptions.follow(conn, ANNA, (await put_topics(conn, "Sea"))["Sea"], 0, NOW - HOUR)
        number = await broadcast(conn, 1)
        await fanout.begin(conn, number, start)
        await fanout.begin(conn, number, 5)  # drawn once
    more = True
    while more:
        async with engine.transaction() as conn:
            campaign = await the_campaign(conn, number)
            more = await fanout.fan_out(conn, campaign, await followers_of(conn, 1, NOW), NOW, piece)
    async with engine.transaction() as conn:
        done = await the_campaign(conn, number)
        assert done.is_complete and (done.total, done.ring_start) == (len(CIRCLE), start)
        assert not await fanout.fan_out(conn, done, await followers_of(conn, 1, NOW), NOW)
        expected = [chat for chat in CIRCLE if chat > start] + [chat for chat in CIRCLE if chat <= start]
        assert await _rows(conn, number) == expected
        assert await waiting(conn, number) == len(CIRCLE)


async def test_a_chat_that_follows_in_two_threads_or_is_in_the_outbox_already_gets_no_second_row(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        found = await _followed(conn, GROUP, ANNA, BEN)
        await subscriptions.follow(conn, GROUP, found["AI"], 5, NOW - HOUR)
        number = await broadcast(conn, 1)
        await joining.join(conn, number, Operation.SEND, [ANNA], int(NOW.timestamp()))  # as one that is tried again
        await fanout.begin(conn, number, 0)
        [joined] = await _rows(conn, number)
        more = True
        while more:
            campaign = await the_campaign(conn, number)
            more = await fanout.fan_out(conn, campaign, await followers_of(conn, 1, NOW), NOW)
        assert await _rows(conn, number) == [joined, BEN, GROUP]
        assert (await the_campaign(conn, number)).total == 3


async def test_a_campaign_that_has_not_begun_fans_out_to_nobody(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _followed(conn, ANNA)
        number = await broadcast(conn, 1)
        assert not await fanout.fan_out(conn, await the_campaign(conn, number), await followers_of(conn, 1, NOW), NOW)
        assert await waiting(conn, number) == 0


async def test_followers_are_who_followed_in_time_can_be_reached_and_have_not_silenced_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _followed(conn, *range(1, 9))
        [child] = [await topics.define(conn, TopicFile("vision", "Vision", parent="AI"))]
        await put_article(conn, 2, topics_of={"Vision": child}, source="Daily")
        await subscriptions.mute(conn, 1, found["AI"], None, NOW)
        await subscriptions.mute(conn, 2, child, NOW + SECOND, NOW)
        await subscriptions.mute(conn, 3, child, NOW, NOW - HOUR)  # over
        await subscriptions.leave_out(conn, 4, child)
        await subscriptions.refuse_source(conn, 5, "daily")
        await chats.set_state(conn, 6, ChatState.PAUSED, NOW)
        await subscriptions.unfollow(conn, 7, found["AI"])
        await subscriptions.follow(conn, 7, child, 0, NOW + SECOND)  # too late
        audience = await followers_of(conn, 2, NOW)
        number = await broadcast(conn, 2)
        await queue(conn, number)
        assert await _rows(conn, number) == [3, 8]
        assert (await the_campaign(conn, number)).total == await reach(conn, audience, NOW) == 2
        assert [await reach(conn, audience, NOW, at_most) for at_most in (0, 1, 99)] == [0, 1, 2]
        wanting = await audience.wanting(conn, [1, 2, 3, 4, 5, 7, 8, 404], NOW)
        assert wanting == {3: found["AI"], 8: found["AI"], 7: child}
        assert await audience.wanting(conn, [], NOW) == {}
        nobody = await followers_of(conn, 404, NOW)
        assert (nobody.topics, nobody.sources, await reach(conn, nobody, NOW)) == ((), (), 0)


async def test_an_article_for_chosen_topics_goes_to_their_followers_alone_by_any_name_of_its_own(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        found = await _followed(conn, *range(1, 6))
        sea = (await put_topics(conn, "Sea"))["Sea"]
        for chat in (2, 6, 7):
            await put_chats(conn, chat)
            await subscriptions.follow(conn, chat, sea, 0, NOW - HOUR)
        await subscriptions.mute(conn, 7, found["AI"], None, NOW)
        before = await articles.article(conn, 1)
        await articles.set_only_to(conn, 1, [sea])
        await articles.set_only_to(conn, 404, [sea])
        after = await articles.article(conn, 1)
        assert (before.only_to, after.only_to, after.revision) == ((), (sea,), before.revision + 1)
        audience = await followers_of(conn, 1, NOW)
        number = await broadcast(conn, 1)
        await queue(conn, number)
        assert await _rows(conn, number) == [2, 6]
        assert await reach(conn, audience, NOW) == 2
        assert await audience.wanting(conn, [1, 2, 3, 6, 7], NOW) == {2: sea, 6: sea}
        assert await audience.end_of_piece(conn, 0, 100, 1) == 2
        await articles.set_only_to(conn, 1, [])
        assert (await articles.article(conn, 1)).only_to == ()


async def test_who_has_it_or_ended_otherwise_gets_no_second_row(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED, 9: Status.UNWANTED})
        await put_chats(conn, 10)
        number = await broadcast(conn, 1)
        await queue(conn, number)
        assert await _rows(conn, number) == []
        await close_broadcasts(conn)
        assert (await the_campaign(conn, number)).state is CampaignState.DONE


@pytest.mark.parametrize(
    ("audience", "expected", "wanting"),
    [
        (EveryChat("announcement", about(1)), [9, -3], {ANNA: 0, BEN: 0, 404: 0}),
        (Listed("announcement", about(1), frozenset({ANNA, 9, 404, 11})), [9], {ANNA: 0, 404: 0}),
        (Listed("announcement", about(1), frozenset()), [], {}),
        (Listed("announcement", about(2), frozenset({ANNA, BEN})), [ANNA, BEN], {ANNA: 0, BEN: 0}),
        (Holders(about(1)), [ANNA, BEN], {ANNA: 0, BEN: 0}),
        (Holders(about(1), 2), [ANNA, BEN], {ANNA: 0, BEN: 0}),
        (Holders(about(1), 1), [], {}),  # they show it
        (Holders(about(2)), [], {}),
    ],
)
async def test_an_audience_is_every_chat_a_list_or_who_holds_a_message(
    engine: Engine, audience: Audience, expected: list[int], wanting: dict[int, int]
) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        await put_chats(conn, 9, -3, 11)
        await chats.set_state(conn, 11, ChatState.PAUSED, NOW)
        number = await campaigns.promise(
            conn, "correction", about(1), fixed_at=NOW, start_at=NOW, lane=Lane.LATER, by=None, revision=2
        )
        await fanout.begin(conn, number, 0)
        more = True
        while more:
            one = await the_campaign(conn, number)
            more = await fanout.fan_out(conn, one, audience, NOW, 1, operation=Operation.EDIT)
        owner = await leases.take(conn, "a process", NOW)
        claimed = await outbox.claim(conn, NOW, 9, owner=owner)
        assert [one.chat for one in claimed] == expected
        assert {one.operation for one in claimed} <= {Operation.EDIT}
        assert await reach(conn, audience, NOW) == len(expected)
        assert await audience.wanting(conn, [ANNA, BEN, 404], NOW) == wanting


async def test_a_halted_campaign_keeps_its_rows_and_its_words_until_it_goes_on(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _followed(conn, ANNA)
        number = await broadcast(conn, 1)
        await queue(conn, number)
        await campaign_changes.halt(conn, number, CampaignState.HELD, REFUSED, "Bad Request: ä")
        held = await the_campaign(conn, number)
        assert (held.state, held.why, held.words) == (CampaignState.HELD, REFUSED, "Bad Request: ä")
        assert await _rows(conn, number) == [] and await waiting(conn, number) == 1
        assert await campaign_changes.go_on_in(conn, number, Form.PLAIN, 1)
        assert not await campaign_changes.go_on_in(conn, number, Form.PLAIN, 1)
        assert await campaign_changes.go_on_in(conn, number, Form.PLAIN, 2)
        assert [(await the_campaign(conn, number)).form_of(revision) for revision in (1, 2)] == [Form.FULL, Form.PLAIN]
        for _ in range(2):
            await campaign_changes.resume(conn, number, NOW + HOUR)
        on = await the_campaign(conn, number)
        assert (on.state, on.why, on.words, on.form) == (CampaignState.RUNNING, None, None, Form.FULL)
        assert on.start_at == NOW + HOUR and not on.is_confirmed  # it counts as started now
        await campaign_changes.halt(conn, number, CampaignState.HELD, UNREACHED)
        await stop(conn, number)  # by an editor, who knows by that
        assert (await the_campaign(conn, number)).is_confirmed
        await campaign_changes.resume(conn, number, NOW)
        assert (await the_campaign(conn, number)).is_confirmed
        assert (await the_campaign(conn, number)).start_at == NOW + HOUR  # never earlier
        await deliver(conn, number, {ANNA: Status.SENT}, at=NOW + HOUR)
        await close_broadcasts(conn)
        await stop(conn, number)
        assert (await the_campaign(conn, number)).state is CampaignState.DONE  # nothing halts what is done


async def test_a_start_can_be_brought_forward_and_a_campaign_of_which_nothing_left_widened(engine: Engine) -> None:
    async with engine.transaction() as conn:
        found = await _followed(conn, ANNA)
        number = await broadcast(conn, 1, start_at=NOW + MINUTE)
        await queue(conn, number)
        for now in (NOW + SECOND, NOW + 5 * SECOND):
            await campaign_changes.start_now(conn, number, now)
            assert (await the_campaign(conn, number)).start_at == NOW + SECOND
        await put_chats(conn, BEN)
        await subscriptions.follow(conn, BEN, found["AI"], 0, NOW + HOUR)
        await campaign_changes.widen(conn, number, fixed_at=NOW + HOUR, start_at=NOW + 2 * HOUR)
        wider = await the_campaign(conn, number)
        assert (wider.fixed_at, wider.start_at, wider.is_complete) == (NOW + HOUR, NOW + 2 * HOUR, False)
        await queue(conn, number)
        assert sorted(await _rows(conn, number)) == [ANNA, BEN]
        assert (await the_campaign(conn, number)).total == 2


async def test_files_campaigns_that_have_not_begun_are_taken_back_with_what_follows_them(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await campaign_changes.take_back_unbegun(conn) == []
        for article in (1, 2, 3, 4):
            await put_article(conn, article)
        numbers = {article: await broadcast(conn, article, by_file=article != 3) for article in (4, 1, 2, 3)}
        await progress_messages.follow(conn, numbers[4], ANNA, 5)
        await fanout.begin(conn, numbers[2], 0)
        assert await campaign_changes.take_back_unbegun(conn) == [1, 4]
        assert [one.id for one in await campaigns.open_ones(conn)] == [numbers[2], numbers[3]]
        assert await progress_messages.open_ones(conn) == []
        assert await broadcast(conn, 1) > max(numbers.values())  # no number is used twice


async def test_a_busy_period_shares_where_it_starts_and_an_idle_one_draws_some_chat(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await fanout.ring_of_busy_period(conn) is None
        assert [await fanout.some_chat(conn, share) for share in (0, 0.5, 1)] == [0, 0, 0]
        await _followed(conn, *CIRCLE)
        assert [await fanout.some_chat(conn, share) for share in (0, 1)] == [-FURTHEST, FURTHEST]
        assert {await fanout.some_chat(conn, share / 10) for share in range(11)} <= set(CIRCLE)
        first, second = await broadcast(conn, 1), await broadcast(conn, 1)
        await fanout.begin(conn, first, ANNA)
        assert await fanout.ring_of_busy_period(conn) == ANNA
        await fanout.begin(conn, second, -1)
        assert await fanout.ring_of_busy_period(conn) == -1
        for number in (first, second):
            await stop(conn, number)
        assert await fanout.ring_of_busy_period(conn) is None


async def test_a_campaign_is_done_once_nobody_is_left_and_only_then(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await _followed(conn, ANNA, BEN)
        number = await broadcast(conn, 1)
        assert await campaign_changes.close_finished(conn, NOW) == []  # it has not begun
        await queue(conn, number)
        await deliver(conn, number, {ANNA: Status.SENT})
        assert await campaign_changes.close_finished(conn, NOW) == []
        await deliver(conn, number, {BEN: Status.UNREACHABLE}, at=NOW + MINUTE)
        assert await campaign_changes.close_finished(conn, NOW + HOUR) == [number]
        assert await campaign_changes.close_finished(conn, NOW + DAY) == []
        done = await the_campaign(conn, number)
        assert (done.done_at, done.first_sent_at, done.last_sent_at) == (NOW + HOUR, NOW, NOW)
        assert (done.total, done.sent, done.unreachable, done.settled) == (2, 1, 1, 2)
        assert await campaigns.open_ones(conn) == [] and await campaigns.last_heard_of(conn) is None
