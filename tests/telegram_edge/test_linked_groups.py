"""
Groups that discuss a channel: nothing twice without their administrators' choice, and who speaks for whom there.

Telegram forwards each post of a channel into the group that discusses it; the copy bears `is_automatic_forward`, and
`linked_chat_id` in `getChat` says which chat is linked. Nothing tells a bot when that changes.
Source: https://core.telegram.org/bots/api#message, https://core.telegram.org/bots/api#chatfullinfo
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom_samples import ENERGY, ROBOTICS, define, plain
from press_room import PressRoom, press_room
from story import ANNA, EDITH, START, StoryHouse

from bot.domain.chat import Chat, ChatKind, ChatState
from bot.domain.delivery import Status
from bot.domain.linked_groups import CHANNEL_PAUSE, ask_again, left_to
from bot.sandbox.world.faults import Refuse
from bot.services.readers import linked_groups
from bot.store.delivery import receipts


class Town:
    """A channel and the supergroup that discusses it; the bot is in both."""

    def __init__(self, house: StoryHouse, room: PressRoom) -> None:
        self.house, self.room = house, room
        world = house.world
        self.channel = house.channel
        members = {EDITH: "creator", ANNA: "member"}
        self.group = world.add_chat("supergroup", "Wire talk", members=members).id
        self.other = world.add_chat("supergroup", "Elsewhere", members=members).id

    async def opens(self, *, linked_first: bool = True) -> None:
        """Let the bot be added everywhere, and both follow Energy; the group also Robotics."""
        if linked_first:
            self.house.world.link(self.channel, self.group)
        for chat in (self.channel, self.group, self.other):
            self.house.world.add_bot(EDITH, chat)
        await self.house.settle()
        await self.house.says(EDITH, "/channel @northgate_wire subscribe Energy")
        await self.house.says(EDITH, "/subscribe Energy, Robotics", self.group)
        await self.house.says(EDITH, "/subscribe Energy", self.other)

    async def publishes(self, slug: str, topic: str = "Energy") -> None:
        await self.room.publish(await self.room.draft(slug, topic, pictures=()))
        for _ in range(3):
            await self.room.run()
            self.house.clock.advance(CHANNEL_PAUSE)
        await self.room.run()
        await self.house.settle()

    def shown(self, chat: int, title: str) -> list[bool]:
        """Return for each message in a chat with that title whether Telegram brought it there."""
        texts = [(plain(one.get("text", "")), one) for one in self.house.world.messages(chat)]
        return [bool(one.get("is_automatic_forward")) for text, one in texts if text.startswith(title)]


@pytest.fixture
async def town(house: StoryHouse, tmp_path: Path) -> AsyncIterator[Town]:
    await define(house, ENERGY, ROBOTICS)
    async with press_room(house, tmp_path) as room:
        yield Town(house, room)


async def test_what_both_follow_comes_to_the_group_by_the_channels_post_and_once(town: Town) -> None:
    await town.opens()
    await town.publishes("one")
    assert town.shown(town.channel, "One") == [False]
    assert town.shown(town.group, "One") == [True]
    assert town.shown(town.other, "One") == [False]
    await town.publishes("two", "Robotics")  # the channel does not follow it
    assert town.shown(town.group, "Two") == [False]
    assert town.shown(town.channel, "Two") == []


async def test_a_report_says_why_the_group_got_no_message_of_its_own(town: Town) -> None:
    await town.opens()
    article = await town.room.draft("one", "Energy", pictures=())
    await town.room.publish(article)
    for _ in range(3):
        await town.room.run()
        town.house.clock.advance(CHANNEL_PAUSE)
    await town.room.run()
    assert await town.room.statuses(article) == {Status.SENT: 2, Status.UNWANTED: 1}
    async with town.house.db.reading() as conn:
        why = await receipts.failures(conn, article.number, status=Status.UNWANTED)
    assert why == [(town.group, "the post of the linked channel came by itself")]


async def test_administrators_may_have_both_and_only_they_choose(town: Town) -> None:
    await town.opens()
    house = town.house
    await house.says(ANNA, "/settings channel on", town.group)
    assert house.screen(town.group) == "Only administrators of this chat can change this."
    await house.says(EDITH, "/settings", town.group)
    assert "What the linked channel posts comes here by its post, and is not sent again." in house.screen(town.group)
    assert await house.presses(ANNA, "Send it here too", town.group) == (
        "Only administrators of this chat can change this."
    )
    assert await house.presses(EDITH, "Send it here too", town.group) == "Also sent here by itself"
    await town.publishes("one")
    assert sorted(town.shown(town.group, "One")) == [False, True]
    await house.says(EDITH, "/settings channel off", town.group)
    await town.publishes("two")
    assert town.shown(town.group, "Two") == [True]
    await house.says(EDITH, "/settings channel on", town.other)
    assert house.screen(town.other).startswith("Telegram names no channel that this group discusses")
    for chat in (EDITH, town.channel):  # neither is a group
        await house.says(EDITH, "/settings channel on", chat)
        assert house.screen(chat) == "This is for groups that discuss a channel. Send it in the group."


async def test_a_link_made_later_is_learnt_from_the_first_forward_or_the_next_decision(town: Town) -> None:
    await town.opens(linked_first=False)
    house = town.house
    house.world.make_bot_admin(EDITH, town.group)  # only then, or without privacy mode, does it see forwards
    await house.settle()
    house.clock.advance(timedelta(minutes=5))
    house.world.link(town.channel, town.group)
    house.world.say(EDITH, town.channel, "Good morning")
    await house.settle()
    await town.publishes("one")
    assert town.shown(town.group, "One") == [True]
    house.world.chats[town.group].linked_to = house.world.chats[town.channel].linked_to = None
    house.clock.advance(timedelta(minutes=5))
    await house.says(EDITH, "/settings", town.group)  # the opposite: it is asked
    assert "linked channel" not in house.screen(town.group)
    await town.publishes("two")
    assert town.shown(town.group, "Two") == [False]


async def test_a_channel_that_does_not_get_it_leaves_it_to_the_group(town: Town) -> None:
    await town.opens()
    house = town.house
    await house.says(EDITH, "/channel @northgate_wire stop")
    await town.publishes("one")
    assert town.shown(town.group, "One") == [False]
    await house.says(EDITH, "/channel @northgate_wire start")
    house.world.faults.add(Refuse(403, "Forbidden: bot was kicked from the channel chat"), chat=town.channel)
    await town.publishes("two")
    assert town.shown(town.group, "Two") == [False]
    known = await house.chat(town.channel)
    assert known is not None and known.state is ChatState.UNREACHABLE


async def test_a_group_waits_for_the_digest_of_its_channel(town: Town) -> None:
    await town.opens()
    house = town.house
    await house.says(EDITH, "/channel @northgate_wire settings daily 20:00")
    await town.publishes("one")
    assert town.shown(town.group, "One") == [] and town.shown(town.other, "One") == [False]
    house.clock.now = START.replace(hour=20, minute=0, second=1)
    await town.room.run()
    house.clock.advance(timedelta(seconds=5))
    await town.room.run()
    copies = [one for one in house.world.messages(town.group) if "One" in plain(one.get("text", ""))]
    assert [one.get("is_automatic_forward") for one in copies] == [True]


async def test_the_channel_itself_may_speak_for_the_group_and_a_strangers_channel_may_not(town: Town) -> None:
    await town.opens()
    house = town.house
    stranger = house.world.add_chat("channel", "Stranger", members={ANNA: "creator"}).id
    await house.says(ANNA, "/stop", town.group, as_chat=stranger)
    assert house.screen(town.group) == "Only administrators of this chat can change this."
    assert (await of(house, town.group)).state is ChatState.ACTIVE
    await house.says(EDITH, "/stop", town.group, as_chat=town.channel)
    assert (await of(house, town.group)).state is ChatState.PAUSED
    await house.says(EDITH, "/start", town.group, anonymous=True)
    assert (await of(house, town.group)).state is ChatState.ACTIVE
    await house.says(EDITH, "/stop", town.other, as_chat=town.channel)  # it is not linked to that one
    assert (await of(house, town.other)).state is ChatState.ACTIVE


async def test_a_command_that_a_channel_posts_is_not_heard_again_in_the_group_that_discusses_it(town: Town) -> None:
    await town.opens()
    town.house.world.make_bot_admin(EDITH, town.group)
    await town.house.says(EDITH, "/stop", town.channel)
    assert (await of(town.house, town.channel)).state is ChatState.PAUSED
    assert (await of(town.house, town.group)).state is ChatState.ACTIVE


async def test_an_administrator_who_is_demoted_between_card_and_press_changes_nothing(town: Town) -> None:
    await town.opens()
    house = town.house
    await town.publishes("two", "Robotics")
    await house.presses(EDITH, "More", town.group)
    await house.presses(EDITH, "Less of this", town.group)
    house.world.chats[town.group].members[EDITH] = "member"
    house.clock.advance(timedelta(seconds=61))  # who administers a group is asked at most once a minute
    toast = await house.presses(EDITH, "Unfollow Robotics", town.group)
    assert toast == "Only administrators of this chat can change this."
    await house.says(ANNA, "/subscriptions", town.group)
    assert "Robotics" in house.screen(town.group)


async def of(house: StoryHouse, chat: int) -> Chat:
    found = await house.chat(chat)
    assert found is not None
    return found


async def test_only_a_group_that_is_known_is_linked(town: Town) -> None:
    db = town.house.db
    assert await linked_groups.link(db, -1_000_000_000_404, town.channel) is None
    await town.opens(linked_first=False)
    assert await linked_groups.link(db, town.channel, town.group) is None
    linked = await linked_groups.link(db, town.group, town.channel)
    assert linked is not None and linked.linked_channel == town.channel
    assert await linked_groups.link(db, town.group, town.channel) == linked


def test_what_is_on_its_way_is_waited_for_and_what_will_not_come_is_not() -> None:
    assert ask_again(None, may_come=False, now=START) is None
    assert ask_again(None, may_come=True, now=START) == START + CHANNEL_PAUSE
    later = START + timedelta(hours=8)
    assert ask_again(later, may_come=False, now=START) == later + CHANNEL_PAUSE
    assert ask_again(START - timedelta(hours=1), may_come=False, now=START) == START + CHANNEL_PAUSE
    group = Chat(-1, ChatKind.GROUP, linked_channel=-2)
    assert left_to(group) == -2 and left_to(Chat(-1, ChatKind.GROUP)) is None
    assert left_to(Chat(-1, ChatKind.GROUP, linked_channel=-2, repeats_channel=True)) is None
