"""Announcements on any engine, and who gets one."""

from datetime import timedelta

from port_samples import (
    ANNA,
    BEN,
    DAY,
    GROUP,
    HIGHEST,
    HOUR,
    LOWEST,
    NOW,
    SECOND,
    Engine,
    put_chats,
    put_topics,
    the_campaign,
)

from bot.domain.announcement import AnnouncementState
from bot.domain.chat import ChatState
from bot.domain.delivery import ANNOUNCEMENT, Lane, Subject, SubjectType
from bot.domain.role import Role
from bot.domain.text import Entity, Text
from bot.domain.topic import TopicFile
from bot.store.content import topics
from bot.store.delivery import announced, campaign_changes, campaigns, fanout, outbox
from bot.store.delivery.announced import audience_of
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import editors
from bot.store.engine.connection import Connection
from bot.store.readers import chat_settings, chats, subscriptions

WORDS = Text("𝐖e move", (Entity("bold", 0, 3), Entity("text_link", 4, 4, url="https://x.example"), Entity("pre", 0, 2)))


async def test_one_is_kept_as_it_was_written_and_decided_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first = await announced.add(conn, ANNA, NOW, WORDS, "file id")
        second = await announced.add(conn, BEN, NOW + SECOND, Text(), None)
        assert (first.text, first.photo, first.by, first.at) == (WORDS, "file id", ANNA, NOW)
        assert (second.text, second.photo, second.topic, second.owners) == (Text(), None, None, ())
        assert await announced.announcement(conn, first.number) == first
        assert [await announced.leave(conn, second.number) for _ in range(2)] == [True, False]
        assert not await announced.choose(conn, second.number, None, [], NOW)
        assert [await announced.choose(conn, first.number, 3, [9, 8], NOW) for _ in range(2)] == [True, False]
        assert not await announced.leave(conn, first.number)
        await announced.promised(conn, first.number, 5)
        found = await announced.announcement(conn, first.number)
        assert found is not None
        assert (found.state, found.topic, found.owners, found.campaign) == (AnnouncementState.SENT, 3, (8, 9), 5)
        for nobody in (0, 404, HIGHEST, LOWEST):
            assert await announced.announcement(conn, nobody) is None
            assert not await announced.leave(conn, nobody) and not await announced.choose(conn, nobody, None, [], NOW)


async def test_one_that_waits_for_another_editor_is_sent_or_left_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        first, second = [await announced.add(conn, ANNA, NOW, WORDS, None) for _ in range(2)]
        assert [await announced.wait(conn, first.number, 3) for _ in range(2)] == [True, False]
        found = await announced.announcement(conn, first.number)
        assert found is not None and (found.state, found.topic) == (AnnouncementState.WAITING, 3)
        assert await announced.sent_since(conn, NOW - DAY) == []
        assert await announced.waiting(conn) == [found]
        assert await announced.wait(conn, second.number, None)
        assert [one.number for one in await announced.waiting(conn)] == [first.number, second.number]
        assert await announced.choose(conn, first.number, 3, [], NOW)
        assert not await announced.wait(conn, first.number, None)
        assert [one.number for one in await announced.waiting(conn)] == [second.number]
        assert [await announced.leave(conn, second.number) for _ in range(2)] == [True, False]
        assert await announced.waiting(conn) == [] and not await announced.wait(conn, 404, None)


async def _send(conn: Connection, ago: timedelta) -> int:
    one = await announced.add(conn, ANNA, NOW, WORDS, None)
    await announced.choose(conn, one.number, None, [], NOW - ago)
    subject = Subject(SubjectType.ANNOUNCEMENT, one.number)
    number = await campaigns.promise(conn, ANNOUNCEMENT, subject, fixed_at=NOW, start_at=NOW, lane=Lane.LATER, by=ANNA)
    await announced.promised(conn, one.number, number)
    return number


async def test_those_of_a_day_are_counted_but_not_one_that_was_stopped_before_it_left(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await announced.under_way(conn) is None and await announced.sent_since(conn, NOW - DAY) == []
        await announced.add(conn, ANNA, NOW, WORDS, None)
        first, second = await _send(conn, HOUR), await _send(conn, DAY + HOUR)
        assert await announced.sent_since(conn, NOW - DAY) == [NOW - HOUR]
        assert await announced.under_way(conn) == first
        await campaign_changes.halt(conn, first, CampaignState.STOPPED, "stopped")
        assert await announced.sent_since(conn, NOW - DAY) == []
        await campaign_changes.halt(conn, second, CampaignState.HELD, "unreachable")
        assert await announced.under_way(conn) == second
        await campaign_changes.halt(conn, second, CampaignState.STOPPED, "stopped")
        assert await announced.under_way(conn) is None


async def test_it_is_for_active_chats_that_take_announcements_and_for_nobody_with_a_role(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN, GROUP, 21, 22, 23, 24)
        await chats.set_state(conn, 21, ChatState.PAUSED, NOW)
        await chats.switch_off(conn, 22, NOW)
        await chat_settings.set_announcements(conn, 23, False)
        await editors.add(conn, 24, Role.CONTRIBUTOR, None, NOW)
        audience = await audience_of(conn, 1, None, [BEN], NOW)
        assert await reach(conn, audience, NOW) == 2
        assert await audience.wanting(conn, [GROUP, ANNA, BEN, 21, 23, 24, 404], NOW) == {GROUP: 0, ANNA: 0, 21: 0}
        assert await audience.end_of_piece(conn, LOWEST, HIGHEST, 2) == ANNA
        assert await audience.end_of_piece(conn, LOWEST, HIGHEST, 99) is None
        assert await reach(conn, await audience_of(conn, 1, None, [], NOW), NOW) == 3


async def test_a_topics_readers_are_those_who_would_get_an_article_about_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA, BEN, 21, 22, 23)
        known = await put_topics(conn, "AI", "Energy")
        for chat in (ANNA, BEN, 21, 22):
            await subscriptions.follow(conn, chat, known["AI"], 0, NOW - HOUR)
        await subscriptions.follow(conn, 23, known["Energy"], 0, NOW - HOUR)
        await subscriptions.mute(conn, BEN, known["AI"], None, NOW)
        await chat_settings.set_announcements(conn, 21, False)
        await editors.add(conn, 22, Role.EDITOR, None, NOW)
        audience = await audience_of(conn, 1, known["AI"], [], NOW)
        assert await reach(conn, audience, NOW) == 1
        assert await audience.wanting(conn, [ANNA, BEN, 21, 22, 23], NOW) == {ANNA: known["AI"]}
        assert await audience.end_of_piece(conn, LOWEST, HIGHEST, 99) is None
        assert await reach(conn, await audience_of(conn, 1, 404, [], NOW), NOW) == 0
        number = await campaigns.promise(
            conn,
            ANNOUNCEMENT,
            Subject(SubjectType.ANNOUNCEMENT, 1),
            fixed_at=NOW,
            start_at=NOW,
            lane=Lane.LATER,
            by=None,
        )
        await fanout.begin(conn, number, 0)
        while await fanout.fan_out(conn, await the_campaign(conn, number), audience, NOW):
            pass
        assert [row.chat for row in await outbox.of_chats(conn, [ANNA, BEN, 21, 22, 23], [number])] == [ANNA]


async def test_one_for_a_topics_readers_follows_the_topic_into_the_one_that_it_becomes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_chats(conn, ANNA)
        number = await topics.define(conn, TopicFile("ai", "AI"))
        learnt = (await topics.resolve(conn, ["Machine learning"]))["Machine learning"]
        await subscriptions.follow(conn, ANNA, learnt, 0, NOW - HOUR)
        one = await announced.add(conn, BEN, NOW, WORDS, None)
        await announced.choose(conn, one.number, learnt, [], NOW)
        assert await topics.define(conn, TopicFile("ai", "Machine learning")) == number != learnt
        found = await announced.announcement(conn, one.number)
        assert found is not None and found.topic == number
        assert await reach(conn, await audience_of(conn, one.number, found.topic, [], NOW), NOW) == 1
