"""The newsroom's verbs: each one promise, and never the same one twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from import_desk import EDITOR, READERS, Desk, open_desk, story

from bot.domain.article import ArticleState
from bot.errors import OutOfTurn, UnknownArticle
from bot.services.newsroom import campaign_control, held_news, newsroom
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import audit_log

NO_TIME = timedelta(0)
UNDO = timedelta(seconds=10)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        await desk.follow()
        await desk.take({"grid.md": story(published=False)})
        yield desk


async def _publish(desk: Desk, undo: timedelta = NO_TIME) -> newsroom.Published:
    return await newsroom.publish(desk.db, 1, by=EDITOR, now=desk.now, undo=undo)


async def test_publishing_lists_an_article_and_promises_it_once(desk: Desk) -> None:
    done = await _publish(desk)
    assert (done.article.state, done.article.pushed_at, done.resumed) == (ArticleState.PUBLISHED, desk.now, False)
    with pytest.raises(OutOfTurn, match="out already"):
        await _publish(desk)
    assert len(await desk.pushes("#1")) == 1


async def test_editors_who_publish_at_the_same_moment_promise_once(desk: Desk) -> None:
    results = await asyncio.gather(*(_publish(desk) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, OutOfTurn) for result in results) == 4
    assert await desk.promised("#1") == list(READERS)


async def test_an_unknown_article_cannot_be_published(desk: Desk) -> None:
    with pytest.raises(UnknownArticle):
        await newsroom.publish(desk.db, 99, by=EDITOR, now=desk.now, undo=NO_TIME)


async def test_a_publish_that_reaches_a_hundred_chats_waits_for_second_thoughts(desk: Desk) -> None:
    assert (await _publish(desk, UNDO)).start_at == desk.now
    await desk.follow(range(1001, 1098))  # with the three: one hundred
    await desk.take({"wind.md": story("wind", published=False)})
    done = await newsroom.publish(desk.db, 2, by=EDITOR, now=desk.now, undo=UNDO)
    assert done.start_at == desk.now + UNDO
    assert await desk.promised("#2") == []
    desk.now += UNDO
    assert len(await desk.promised("#2")) == 100


async def test_the_time_to_think_again_is_not_cut_short_by_a_fraction_of_a_second(desk: Desk) -> None:
    await desk.follow(range(1000, 1150))
    desk.now += timedelta(seconds=0.9)
    await _publish(desk, UNDO)
    [promised] = await desk.pushes("#1")
    assert promised.start_at >= desk.now + UNDO


async def test_send_now_skips_the_rest_of_the_undo_time(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    done = await _publish(desk, UNDO)
    sent = await campaign_control.send_now(desk.db, done.campaign, by=EDITOR, now=desk.now)
    assert sent.start_at == desk.now
    assert len(await desk.promised("#1")) == 122
    with pytest.raises(OutOfTurn):
        await campaign_control.send_now(desk.db, 99, by=EDITOR, now=desk.now)


async def test_stopped_within_its_undo_time_nothing_leaves_until_the_rest_is_sent(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    done = await _publish(desk, UNDO)
    await campaign_control.stop(desk.db, done.campaign, by=EDITOR, now=desk.now)
    desk.now += UNDO
    assert await desk.promised("#1") == []
    await campaign_control.resume(desk.db, done.campaign, by=EDITOR, now=desk.now)
    assert len(await desk.promised("#1")) == 122


async def test_retracting_stops_and_publishing_again_resumes_with_the_same_audience(desk: Desk) -> None:
    done = await _publish(desk)
    await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    with pytest.raises(OutOfTurn, match="not published"):
        await campaign_control.resume(desk.db, done.campaign, by=EDITOR, now=desk.now)
    assert await desk.promised("#1") == []
    again = await _publish(desk)
    assert (again.resumed, again.campaign) == (True, done.campaign)
    assert await desk.promised("#1") == list(READERS)


async def test_a_publish_taken_up_within_its_undo_time_says_when_it_starts(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    done = await _publish(desk, UNDO)
    await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    assert (await _publish(desk, UNDO)).start_at == done.start_at


async def test_only_what_is_listed_can_be_retracted_and_only_what_is_not_archived(desk: Desk) -> None:
    with pytest.raises(OutOfTurn, match="in no list"):
        await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    await newsroom.archive(desk.db, 1, by=EDITOR, now=desk.now)
    with pytest.raises(OutOfTurn, match="listed already"):
        await newsroom.archive(desk.db, 1, by=EDITOR, now=desk.now)
    assert await desk.pushes("#1") == []
    await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    assert await desk.state("#1") is ArticleState.RETRACTED


async def test_what_is_done_can_be_neither_stopped_nor_resumed(desk: Desk) -> None:
    done = await _publish(desk)
    async with desk.db.transaction() as conn:
        await conn.execute("UPDATE campaigns SET state = 'done'")
    for act in (campaign_control.stop, campaign_control.resume):
        with pytest.raises(OutOfTurn):
            await act(desk.db, done.campaign, by=EDITOR, now=desk.now)
    await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    assert (await _publish(desk)).resumed
    [campaign] = await desk.pushes("#1")
    assert campaign.state is CampaignState.DONE  # who has it keeps it; nobody gets it again


async def test_after_a_restore_all_that_was_on_its_way_is_held_until_an_editor_decides(desk: Desk) -> None:
    await _publish(desk)
    assert await campaign_control.hold_everything(desk.db, now=desk.now) == 1
    assert await desk.promised("#1") == []
    await desk.reopen()
    assert await held_news.push_held(desk.db, by=EDITOR, now=desk.now, undo=NO_TIME) == [1]
    assert await desk.promised("#1") == list(READERS)


async def test_what_was_held_on_its_way_can_be_left_at_that(desk: Desk) -> None:
    await _publish(desk)
    await campaign_control.hold_everything(desk.db, now=desk.now)
    await held_news.archive_held(desk.db, by=EDITOR, now=desk.now)
    [campaign] = await desk.pushes("#1")
    assert (campaign.state, campaign.why) == (CampaignState.STOPPED, "archived")
    assert await desk.promised("#1") == []


async def test_every_act_is_written_down_with_who_did_it(desk: Desk) -> None:
    done = await _publish(desk)
    await campaign_control.stop(desk.db, done.campaign, by=EDITOR, now=desk.now)
    await campaign_control.resume(desk.db, done.campaign, by=EDITOR, now=desk.now)
    async with desk.db.transaction() as conn:
        await campaign_control.break_off(conn, done.campaign, CampaignState.HELD, "unreachable", now=desk.now)
    await newsroom.retract(desk.db, 1, by=None, now=desk.now)
    async with desk.db.reading() as conn:
        acts = [(entry.act, entry.person, entry.article) for entry in await audit_log.latest(conn)]
    assert acts == [
        ("retract", None, 1),
        ("hold", None, 1),
        ("resume", EDITOR, 1),
        ("stop", EDITOR, 1),
        ("publish", EDITOR, 1),
    ]


async def _acts(desk: Desk) -> list[str]:
    async with desk.db.reading() as conn:
        return [entry.act for entry in await audit_log.latest(conn)]


@pytest.mark.parametrize("first", ["stop", "hold", "retract", "begin", "finish"])
async def test_send_now_changes_nothing_when_nothing_waits_for_it_any_more(desk: Desk, first: str) -> None:
    await desk.follow(range(1001, 1120))
    done = await _publish(desk, UNDO)
    match first:
        case "stop":
            await campaign_control.stop(desk.db, done.campaign, by=READERS[0], now=desk.now)
        case "hold":
            await campaign_control.hold_everything(desk.db, now=desk.now)
        case "retract":
            await newsroom.retract(desk.db, 1, by=READERS[0], now=desk.now)
        case "begin":
            desk.now += UNDO
        case "finish":
            async with desk.db.transaction() as conn:
                await conn.execute("UPDATE campaigns SET state = 'done'")
    [before], acts = await desk.pushes("#1"), await _acts(desk)
    with pytest.raises(OutOfTurn):
        await campaign_control.send_now(desk.db, done.campaign, by=EDITOR, now=desk.now)
    assert (await desk.pushes("#1"), await _acts(desk)) == ([before], acts)


async def test_a_stop_wins_over_a_send_now_of_the_same_moment_in_any_order(desk: Desk) -> None:
    await desk.follow(range(1001, 1120))
    done = await _publish(desk, UNDO)
    acts = (campaign_control.send_now, campaign_control.stop, campaign_control.send_now)
    await asyncio.gather(
        *(act(desk.db, done.campaign, by=EDITOR, now=desk.now) for act in acts), return_exceptions=True
    )
    [campaign] = await desk.pushes("#1")
    assert campaign.state is CampaignState.STOPPED
    assert await desk.promised("#1") == []


async def test_the_rest_is_sent_once_by_whoever_asks_first_and_a_stop_is_one(desk: Desk) -> None:
    done = await _publish(desk)
    with pytest.raises(OutOfTurn, match="on its way already"):
        await campaign_control.resume(desk.db, done.campaign, by=EDITOR, now=desk.now)
    for act, wanted in (
        (campaign_control.stop, CampaignState.STOPPED),
        (campaign_control.resume, CampaignState.RUNNING),
    ):
        results = await asyncio.gather(
            *(act(desk.db, done.campaign, by=by, now=desk.now) for by in (1, 2, 3)), return_exceptions=True
        )
        assert sum(isinstance(result, OutOfTurn) for result in results) == 2
        [campaign] = await desk.pushes("#1")
        assert campaign.state is wanted
    assert await _acts(desk) == ["resume", "stop", "publish"]
    assert await desk.promised("#1") == list(READERS)


async def test_stopping_what_was_taken_back_does_not_hide_that_it_was(desk: Desk) -> None:
    done = await _publish(desk)
    await newsroom.retract(desk.db, 1, by=EDITOR, now=desk.now)
    with pytest.raises(OutOfTurn, match="stopped already"):
        await campaign_control.stop(desk.db, done.campaign, by=EDITOR, now=desk.now)
    [campaign] = await desk.pushes("#1")
    assert (campaign.state, campaign.why) == (CampaignState.STOPPED, "retracted")
