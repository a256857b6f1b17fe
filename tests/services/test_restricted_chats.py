"""Chats that forbid writing for a while: they keep their place, cost next to nothing, and miss nothing.

A night mode takes the right to write from all members and gives it back in the morning, and bots are told of neither:
`my_chat_member` comes when the bot's own standing changes, not the group's permissions.
Source: https://core.telegram.org/bots/api#chatpermissions, https://core.telegram.org/bots/api#update
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from press_room import PressRoom, press_room
from story import ANNA, StoryHouse

from bot.domain.chat import ChatKind, ChatState
from bot.domain.delivery import Status
from bot.sandbox.world.faults import CutAfter, Refuse
from bot.services.newsroom import campaign_control, incidents, newsroom
from bot.store.delivery import outbox, receipts
from bot.store.delivery.campaigns import CampaignState
from bot.store.readers import chats, restrictions

CLOSED = Refuse(400, "Bad Request: not enough rights to send text messages to the chat")
WORDS = "not enough rights to send text messages to the chat"
TEXT = {"pictures": ()}


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        yield room


async def _groups(room: PressRoom, many: int = 1) -> list[int]:
    """Let so many supergroups that the bot is in follow Energy."""
    ids = [room.world.add_chat("supergroup", f"Group {n}", bot_status="member").id for n in range(many)]
    async with room.db.transaction() as conn:
        for id in ids:
            await chats.get_or_create(conn, id, ChatKind.GROUP, "en", room.house.clock())
    await room.follow(ids, "Energy")
    return ids


async def _news(room: PressRoom, slug: str) -> int:
    """Publish a story about Energy and send what is due; return its campaign."""
    campaign = await room.publish(await room.draft(slug, "Energy", **TEXT))
    await room.run()
    return campaign


def _calls(room: PressRoom, chat: int) -> int:
    return len(room.world.ledger.calls_to(chat))


async def _passes(room: PressRoom, **by: float) -> None:
    room.house.clock.advance(timedelta(**by))
    await room.run()


@pytest.mark.parametrize(
    "fault",
    [
        CLOSED,
        Refuse(400, "Bad Request: have no rights to send a message"),
        Refuse(403, "Forbidden: have no rights to send a message"),
        Refuse(400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
        Refuse(400, "Bad Request: CHAT_RESTRICTED"),
        Refuse(400, "Bad Request: need administrator rights in the channel chat"),
    ],
)
async def test_a_chat_that_forbids_writing_keeps_its_place_and_the_next_story_is_tried(
    room: PressRoom, fault: Refuse
) -> None:
    [group], [anna] = await _groups(room), await room.people(1)
    await room.follow([anna], "Energy")
    room.world.faults.add(fault, chat=group)
    campaigns = [await _news(room, slug) for slug in ("a-first", "b-second", "c-third", "d-fourth")]
    assert (await room.house.chat(group)).state is ChatState.ACTIVE  # type: ignore[union-attr]
    assert _calls(room, group) == 2  # the first, and the story after it
    for number in campaigns:
        done = await room.campaign(number)
        assert (done.state, done.sent, done.restricted, done.failed) == (CampaignState.DONE, 1, 1, 0)
    async with room.db.reading() as conn:
        for article in range(1, 5):
            [(chat, reason)] = await receipts.failures(conn, article, status=Status.RESTRICTED)
            assert chat == group and fault.description.endswith(reason)
        assert await outbox.waits_since(conn) is None
    room.house.clock.advance(timedelta(minutes=11))
    assert await incidents.stuck_for(room.db, room.house.clock()) is None


async def test_what_it_missed_reaches_it_once_when_a_story_gets_through(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    for slug in ("a-first", "b-second", "c-third"):
        await _news(room, slug)
    await _passes(room, minutes=5)
    assert room.got(group) == []
    room.world.faults.clear()
    room.house.clock.advance(timedelta(hours=1))
    await room.publish(await room.draft("d-fourth", "Energy", **TEXT))
    await room.run()
    await room.run()
    assert sorted(room.got(group)) == ["A first", "B second", "C third", "D fourth"]
    await _passes(room, days=2)
    assert len(room.got(group)) == 4
    assert (await room.house.chat(group)).restriction is None  # type: ignore[union-attr]


async def test_it_is_tried_without_a_new_story_too_and_then_gets_all_in_order(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    campaigns = [await _news(room, slug) for slug in ("a-first", "b-second", "c-third")]
    finished = [(await room.campaign(number)).done_at for number in campaigns]
    room.world.faults.clear()
    await _passes(room, minutes=29)
    assert room.got(group) == []
    await _passes(room, minutes=2)
    assert room.got(group) == ["A first", "B second", "C third"]
    done = [await room.campaign(number) for number in campaigns]
    assert [(one.state, one.sent, one.restricted) for one in done] == [(CampaignState.DONE, 1, 0)] * 3
    assert [one.done_at for one in done] == finished  # for all others it was over long ago


async def test_what_is_no_longer_news_comes_in_one_list(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    for slug in ("a-first", "b-second", "c-third"):
        await _news(room, slug)
        await _passes(room, hours=1)
    await _passes(room, days=3)
    room.world.faults.clear()
    await _news(room, "d-fourth")
    await _passes(room, days=1)
    await _passes(room, minutes=1)
    told = [screen for screen in room.house.screens(group) if "you have not had yet" in screen]
    assert len(told) == 1 and told[0].startswith("3 stories")
    assert len(room.world.ledger.sent_to(group)) == 2


async def test_days_of_silence_cost_a_few_calls(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    for hour in range(72):
        await _news(room, f"story-{hour}")
        await _passes(room, hours=1)
    assert 5 <= _calls(room, group) <= 12
    assert (await room.house.chat(group)).state is ChatState.ACTIVE  # type: ignore[union-attr]


async def test_a_restart_forgets_neither_the_pause_nor_what_was_missed(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        [group] = await _groups(room)
        room.world.faults.add(CLOSED, chat=group)
        await _news(room, "a-first")
        await _news(room, "b-second")
    async with press_room(house, tmp_path) as room:
        await _news(room, "c-third")
        assert _calls(room, group) == 2
        room.world.faults.clear()
        await _passes(room, minutes=31)
        assert room.got(group) == ["A first", "B second", "C third"]


async def test_a_restart_in_the_middle_of_a_try_sends_nothing_twice(house: StoryHouse, tmp_path: Path) -> None:
    async with press_room(house, tmp_path) as room:
        [group] = await _groups(room)
        room.world.faults.add(CLOSED, chat=group)
        await _news(room, "a-first")
        await _news(room, "b-second")
        room.world.faults.clear()
        async with room.db.transaction() as conn:  # a try was due and put into the outbox; then the process died
            await restrictions.mark_due(conn, group)
            await restrictions.put_back(conn, group, [1], house.clock())
            await conn.execute("UPDATE deliveries SET owner = 1, attempts = 1")  # as a claim does
    async with press_room(house, tmp_path) as room:
        await room.run()
        await room.run()
        assert room.got(group) == ["A first", "B second"]


async def test_a_try_that_may_have_arrived_stays_in_doubt_and_the_rest_waits_for_it(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group, times=2)
    await _news(room, "a-first")
    campaign = await _news(room, "b-second")
    room.world.faults.add(CutAfter(), chat=group, times=1)
    await _passes(room, minutes=31)
    await _passes(room, minutes=2)
    assert room.got(group) == ["A first", "A first", "B second"]
    assert (await room.campaign(campaign - 1)).unsure == 1


async def test_a_clock_that_was_a_year_ahead_makes_no_pause_of_a_year(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    room.house.clock.advance(timedelta(days=365))
    for slug in ("a-first", "b-second"):
        await _news(room, slug)
    room.world.faults.clear()
    await _passes(room, days=-365)
    await _passes(room, minutes=1)
    assert sorted(room.got(group)) == ["A first", "B second"]


async def test_being_let_in_again_is_tried_at_once(room: PressRoom) -> None:
    """A channel's administrator takes the right to post and gives it back; the bot hears of its own standing.

    Source: https://core.telegram.org/bots/api#chatmemberadministrator (can_post_messages)
    """
    channel = room.house.channel
    room.world.add_bot(ANNA, channel)
    await room.house.settle()
    await room.follow([channel], "Energy")
    room.world.add_bot(ANNA, channel, "member")  # a member of a channel may not post
    await room.house.settle()
    await _news(room, "a-first")
    await _news(room, "b-second")
    await _news(room, "c-third")
    assert room.got(channel)[1:] == []  # it was greeted
    room.world.add_bot(ANNA, channel)
    await room.house.settle()
    assert room.house.wakes
    await room.run()
    assert room.got(channel)[1:] == ["A first", "B second", "C third"]


async def test_rights_that_flip_every_minute_make_no_storm(room: PressRoom) -> None:
    group = room.world.add_chat("supergroup", "Flipping", bot_status="member", members={ANNA: "creator"}).id
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", room.house.clock())
        await chats.greet_once(conn, group)
    await room.follow([group], "Energy")
    room.world.faults.add(CLOSED, chat=group)
    await _news(room, "a-first")
    for minute in range(30):
        room.world.add_bot(ANNA, group, "administrator" if minute % 2 else "member")
        await room.house.settle()
        await _passes(room, seconds=30)
        await _passes(room, seconds=30)
    tries = [call for call in room.world.ledger.calls_to(group) if call.method != "getChat"]
    assert len(tries) <= 1 + 30
    room.world.faults.clear()
    await _passes(room, days=1)
    assert room.got(group) == ["1 story you have not had yet"]


async def test_a_wave_of_them_is_no_empty_house(room: PressRoom) -> None:
    """In October 2023 Telegram itself refused all groups and channels for hours: python-telegram-bot#3956."""
    groups, people = await _groups(room, 250), await room.people(30)
    await room.follow(people, "Energy")
    for group in groups:
        room.world.faults.add(CLOSED, chat=group, times=1)
    campaign = await _news(room, "a-first")
    done = await room.campaign(campaign)
    assert (done.state, done.sent, done.restricted, done.unreachable) == (CampaignState.DONE, 30, 250, 0)
    assert room.alarms == []
    for _ in range(3):
        await _passes(room, minutes=16)
    assert (await room.campaign(campaign)).sent == 280


async def test_photos_and_text_forbidden_is_writing_forbidden(room: PressRoom) -> None:
    """Source: https://core.telegram.org/bots/api#chatpermissions (each kind of message has a right of its own)"""
    [group] = await _groups(room)
    room.world.faults.add(Refuse(400, "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN"), method="sendPhoto", chat=group)
    room.world.faults.add(Refuse(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), method="sendMessage", chat=group)
    article = await room.draft("a-first", "Energy")
    await room.publish(article)
    await room.run()
    assert await room.statuses(article) == {Status.RESTRICTED: 1}


async def test_what_was_retracted_meanwhile_or_no_longer_wanted_does_not_follow(room: PressRoom) -> None:
    first, second = await _groups(room, 2)
    for group in (first, second):
        room.world.faults.add(CLOSED, chat=group)
    await _news(room, "a-first")
    await _news(room, "b-second")
    await newsroom.retract(room.db, 1, by=1, now=room.house.clock())
    async with room.db.transaction() as conn:
        await conn.execute("DELETE FROM subscriptions WHERE chat = ?", (second,))
    room.world.faults.clear()
    await _passes(room, hours=1)
    assert (room.got(first), room.got(second)) == (["B second"], [])


async def test_a_group_that_moves_takes_along_what_it_missed(room: PressRoom) -> None:
    group = room.world.add_chat("group", "Old", members={ANNA: "creator"}, bot_status="member").id
    async with room.db.transaction() as conn:
        await chats.get_or_create(conn, group, ChatKind.GROUP, "en", room.house.clock())
    await room.follow([group], "Energy")
    room.world.faults.add(CLOSED, chat=group)
    await _news(room, "a-first")
    new = room.world.migrate(group)
    room.world.faults.clear()
    await room.house.settle()
    await _passes(room, hours=1)
    assert room.got(new)[1:] == ["A first"]  # it was greeted


async def test_an_older_copy_of_the_database_sends_nothing_by_itself(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    campaign = await _news(room, "a-first")
    room.world.faults.clear()
    await campaign_control.hold_everything(room.db, now=room.house.clock())
    await _passes(room, days=1)
    await _news(room, "b-second")
    assert room.got(group) == ["B second"]
    done = await room.campaign(campaign)
    assert (done.failed, done.restricted) == (1, 0)  # an editor may try it again


async def test_a_reply_that_is_refused_for_want_of_rights_switches_nothing_off(room: PressRoom) -> None:
    [group] = await _groups(room)
    await _news(room, "a-first")
    for fault in (CLOSED, Refuse(403, "Forbidden: have no rights to send a message")):
        room.world.faults.add(fault, chat=group, times=1)
        room.house.clock.advance(timedelta(minutes=2))
        await room.house.says(ANNA, "/latest", group)
    chat = await room.house.chat(group)
    assert chat is not None and (chat.state, chat.restriction) == (ChatState.ACTIVE, None)


async def test_a_reply_that_gets_through_shows_that_it_is_over(room: PressRoom) -> None:
    [group] = await _groups(room)
    room.world.faults.add(CLOSED, chat=group)
    await _news(room, "a-first")
    await _news(room, "b-second")
    room.world.faults.clear()
    await room.house.says(ANNA, "/latest", group)
    assert (await room.house.chat(group)).restriction is None  # type: ignore[union-attr]
    await room.run()
    assert room.got(group)[1:] == ["A first", "B second"]
