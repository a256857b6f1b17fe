"""Campaigns under way: small pieces, in turn, stopped at once, and nobody is always last."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path

import pytest
from import_desk import EDITOR, READERS, Desk, open_desk, story

from bot import background
from bot.services.delivery.fanout import fan_out_next, next_start
from bot.services.newsroom import campaign_control, newsroom
from bot.store.content import articles, topics
from bot.store.delivery import campaign_changes, campaigns, fanout, outbox
from bot.store.delivery.campaigns import CampaignState
from bot.store.engine.disk_reserve import Reserve


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def _publish(desk: Desk, slug: str, undo: timedelta = timedelta(0)) -> int:
    await desk.take({f"{slug}.md": story(slug, published=False)})
    number = (await desk.article(slug)).number
    return (await newsroom.publish(desk.db, number, by=EDITOR, now=desk.now, undo=undo)).campaign


async def _order(desk: Desk, campaign: int) -> list[int]:
    return [row[0] for row in await desk.rows("SELECT chat FROM deliveries WHERE campaign = ? ORDER BY id", campaign)]


async def test_nothing_promised_is_nothing_to_do(desk: Desk) -> None:
    assert await fan_out_next(desk.db, now=desk.now, draw=0.5) is False
    assert await next_start(desk.db, desk.now) is None


async def test_an_article_that_nobody_follows_is_done_at_once(desk: Desk) -> None:
    campaign = await _publish(desk, "grid")
    await desk.spread()
    async with desk.db.reading() as conn:
        found = await campaigns.campaign(conn, campaign)
    assert found is not None and (found.state, found.total) == (CampaignState.DONE, 0)


@pytest.mark.parametrize("draw", [0.0, 0.3, 0.999])
async def test_the_circle_starts_where_it_is_drawn_and_ends_with_everybody(desk: Desk, draw: float) -> None:
    await desk.follow(range(100, 110))
    campaign = await _publish(desk, "grid")
    while await fan_out_next(desk.db, now=desk.now, draw=draw):
        pass
    order = await _order(desk, campaign)
    assert sorted(order) == list(range(100, 110))
    turn = order.index(100)
    assert order == [*range(110 - turn, 110), *range(100, 110 - turn)]


async def test_articles_on_their_way_together_go_round_the_same_way(desk: Desk) -> None:
    await desk.follow(range(100, 110))
    first = await _publish(desk, "grid")
    await fan_out_next(desk.db, now=desk.now, draw=0.7)
    second = await _publish(desk, "wind")
    while await fan_out_next(desk.db, now=desk.now, draw=0.1):
        pass
    assert await _order(desk, first) == await _order(desk, second)


async def test_a_new_busy_period_draws_anew(desk: Desk) -> None:
    await desk.follow(range(100, 110))
    orders = []
    for slug, draw in (("grid", 0.2), ("wind", 0.8)):
        campaign = await _publish(desk, slug)
        while await fan_out_next(desk.db, now=desk.now, draw=draw):
            pass
        orders.append(await _order(desk, campaign))
        async with desk.db.transaction() as conn:  # all sent
            await conn.execute("DELETE FROM deliveries")
            await campaign_changes.close_finished(conn, desk.now)
    assert orders[0] != orders[1]


async def test_a_publish_that_waits_for_its_undo_time_is_not_spread_before(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    campaign = await _publish(desk, "grid", timedelta(seconds=10))
    await desk.spread()
    assert await _order(desk, campaign) == []
    assert await next_start(desk.db, desk.now) == desk.now + timedelta(seconds=10)
    desk.now += timedelta(seconds=10)
    await desk.spread()
    assert len(await _order(desk, campaign)) == 119
    assert await next_start(desk.db, desk.now) is None


async def test_what_is_promised_after_the_clock_was_put_right_keeps_its_undo_time(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    desk.now += timedelta(days=3)
    await _publish(desk, "by-the-wrong-clock", timedelta(seconds=10))
    desk.now -= timedelta(days=2)
    await _publish(desk, "by-the-right-one", timedelta(seconds=10))
    async with desk.db.transaction() as conn:  # as at every start until the first is done
        await outbox.set_back(conn, desk.now, timedelta(days=2))
        starts = [one.start_at for one in await campaigns.running(conn)]
    assert starts == [desk.now + timedelta(seconds=10)] * 2


async def test_a_stopped_fan_out_gets_no_more_rows_and_goes_on_where_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "ROWS_PER_PIECE", 4)
    await desk.follow(range(100, 120))
    campaign = await _publish(desk, "grid")
    assert await fan_out_next(desk.db, now=desk.now, draw=0.0)
    before = await _order(desk, campaign)
    assert len(before) == 4
    await campaign_control.stop(desk.db, campaign, by=EDITOR, now=desk.now)
    await desk.spread()
    assert await _order(desk, campaign) == before
    await campaign_control.resume(desk.db, campaign, by=EDITOR, now=desk.now)
    await desk.reopen()
    await desk.spread()
    assert sorted(await _order(desk, campaign)) == list(range(100, 120))


async def test_who_comes_after_the_publish_is_not_its_audience(desk: Desk) -> None:
    await desk.follow(READERS)
    campaign = await _publish(desk, "grid")
    await desk.follow(range(901, 902))
    async with desk.db.transaction() as conn:
        later = int(desk.now.timestamp()) + 1
        await conn.execute("UPDATE subscriptions SET since = ? WHERE chat = 901", (later,))
    await desk.spread()
    assert sorted(await _order(desk, campaign)) == list(READERS)


async def test_a_publish_whose_time_comes_between_two_looks_is_not_overslept(desk: Desk, tmp_path: Path) -> None:
    await desk.follow(range(100, 250))
    campaign = await _publish(desk, "grid", undo=timedelta(seconds=10))
    times = chain([desk.now + timedelta(seconds=9.999)], repeat(desk.now + timedelta(seconds=10.001)))
    reserve = Reserve(tmp_path / "reserve.db")
    assert reserve.take()
    round_ = background.fan_out(
        desk.db, reserve, clock=lambda: next(times), changed=asyncio.Event(), ready=lambda: None
    )
    task = asyncio.create_task(round_)
    try:
        async with asyncio.timeout(30):
            while len(await _order(desk, campaign)) < 150:
                pass
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_a_topic_added_after_everybody_had_a_row_gives_rows_to_those_who_follow_it_and_no_second_ones(
    desk: Desk,
) -> None:
    await desk.follow()
    await desk.follow(range(502, 506), "Mines")
    await desk.take({"grid.md": story(topics=("Energy",))})
    assert await desk.promised("grid") == list(READERS)
    await desk.take({"grid.md": story(topics=("Energy", "Mines"))})
    assert await desk.promised("grid") == [501, 502, 503, 504, 505]
    [campaign] = await desk.pushes("grid")
    assert campaign.total == 5
    assert await desk.rows("SELECT count(*) FROM deliveries") == [(5,)]


@pytest.mark.parametrize("gone", ["owner", "unsure"])
async def test_a_topic_added_while_a_message_may_have_arrived_changes_lists_only(desk: Desk, gone: str) -> None:
    await desk.follow()
    await desk.follow(range(601, 603), "Mines")
    await desk.take({"grid.md": story(topics=("Energy",))})
    await desk.spread()
    async with desk.db.transaction() as conn:
        await conn.execute(f"UPDATE deliveries SET {gone} = 1 WHERE chat = 501")
    await desk.take({"grid.md": story(topics=("Energy", "Mines"))})
    assert await desk.promised("grid") == list(READERS)


async def test_a_stopped_fan_out_that_nobody_got_stays_stopped_and_has_both_audiences_when_it_goes_on(
    desk: Desk,
) -> None:
    await desk.follow()
    await desk.follow(range(601, 603), "Mines")
    await desk.take({"grid.md": story(topics=("Energy",))})
    await desk.spread()
    [campaign] = await desk.pushes("grid")
    await campaign_control.stop(desk.db, campaign.id, by=EDITOR, now=desk.now)
    await desk.take({"grid.md": story(topics=("Energy", "Mines"))})
    await desk.spread()
    [stopped] = await desk.pushes("grid")
    assert stopped.state is CampaignState.STOPPED
    await campaign_control.resume(desk.db, campaign.id, by=EDITOR, now=desk.now)
    assert await desk.promised("grid") == [*READERS, 601, 602]


async def test_a_piece_is_not_spread_with_topics_that_have_changed_since_it_was_looked_at(desk: Desk) -> None:
    await desk.follow()
    await desk.follow(range(601, 603), "Mines")
    await desk.take({"grid.md": story(topics=("Energy",))})
    number = (await desk.article("grid")).number
    async with desk.db.transaction() as conn:
        # It looks while the article is still about Energy, and waits for the writer.
        spreading = asyncio.create_task(fan_out_next(desk.db, now=desk.now, draw=0.5))
        for _ in range(50):
            await conn.execute_fetchall("SELECT 1")
        mines = (await topics.resolve(conn, ["Mines"]))["Mines"]
        await articles.add_topic(conn, number, mines)
    assert await spreading is True
    assert await desk.promised("grid") == [*READERS, 601, 602]
