"""Channels that are managed from the private chats of their administrators, by buttons and typed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from newsroom_samples import ENERGY, ROBOTICS, define, plain
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.channel import Channel, named_channel
from bot.domain.chat import Chat, ChatState
from bot.domain.delivery_time import Mode
from bot.domain.press import Press, press, read_press
from bot.sandbox.world.faults import Refuse
from bot.services.readers import channels as service
from bot.services.readers import subscribing

HEADING = "Northgate Wire\n"


@pytest.fixture
async def wire(house: StoryHouse) -> StoryHouse:
    """The bot was made an administrator of the channel by Edith, who owns it."""
    await define(house, ENERGY, ROBOTICS)
    house.world.add_bot(EDITH, house.channel)
    await house.settle()
    return house


@pytest.fixture
async def room(wire: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(wire, tmp_path) as room:
        yield room


def said(house: StoryHouse, person: int = EDITH) -> str:
    return plain(house.screen(person))


async def of_channel(house: StoryHouse) -> Chat:
    found = await house.chat(house.channel)
    assert found is not None
    return found


async def followed(house: StoryHouse, chat: int) -> list[str]:
    follows = await subscribing.follows(house.db, chat, now=house.clock())
    return [topic.name for topic in follows.topics]


async def test_who_made_the_bot_an_administrator_finds_the_channel_and_lets_it_follow_by_buttons(
    wire: StoryHouse,
) -> None:
    await wire.says(EDITH, "/channel")
    assert said(wire) == "The channels you manage from here:"
    assert wire.buttons(EDITH) == [["Northgate Wire"], ["Another channel"]]
    await wire.presses(EDITH, "Northgate Wire")
    assert said(wire) == HEADING + "Nothing is followed here yet."
    assert wire.buttons(EDITH) == [["Change topics", "When and how"], ["All channels"]]
    await wire.presses(EDITH, "Change topics")
    assert said(wire).startswith(HEADING + "Topics (0 followed)")
    assert await wire.presses(EDITH, "Energy") == "Following Energy"
    await wire.presses(EDITH, "Done")
    assert said(wire) == HEADING + "This channel follows Energy. The next story comes by itself."
    assert wire.buttons(EDITH) == [["When and how"], ["All channels"]]  # Latest would list what Edith follows
    assert await followed(wire, wire.channel) == ["Energy"]
    assert await followed(wire, EDITH) == []
    assert len(wire.messages(wire.channel)) == 1  # nothing of it was said in the channel


async def test_when_news_comes_to_a_channel_is_set_from_the_private_chat_and_stays_the_persons_own_apart(
    wire: StoryHouse,
) -> None:
    await wire.says(EDITH, "/channel @northgate_wire settings")
    assert said(wire).startswith(HEADING + "Settings of this chat")
    await wire.presses(EDITH, "Change times")
    await wire.presses(EDITH, "Daily")
    assert await wire.presses(EDITH, "08:00") == "News comes daily at 08:00, UTC"
    await wire.presses(EDITH, "Back")
    await wire.presses(EDITH, "Back")
    await wire.presses(EDITH, "Change language")
    assert "As my phone" not in str(wire.buttons(EDITH))  # a channel has none
    assert await wire.presses(EDITH, "Deutsch") == "Language: Deutsch"
    assert "Language: Deutsch" in said(wire)  # in the words of the one who reads it
    channel, own = await of_channel(wire), await wire.chat(EDITH)
    assert own is not None
    assert (channel.timing.mode, channel.timing.minute, channel.language) == (Mode.DAILY, 480, "de")
    assert (own.timing.mode, own.language) == (Mode.NOW, "en")


@pytest.mark.parametrize(
    "name", ["@northgate_wire", "@NORTHGATE_Wire", "https://t.me/northgate_wire", "northgate wire"]
)
async def test_what_is_typed_behind_a_channels_name_does_what_its_buttons_do(wire: StoryHouse, name: str) -> None:
    await wire.says(EDITH, f'/channel {name} subscribe Energy, "quantum dots"')
    assert said(wire).startswith(HEADING + "Following Energy and “quantum dots” now.")
    await wire.says(EDITH, f"/channel {name} settings daily 08:10 mon-fri")
    await wire.says(EDITH, f"/channel {name} settings parts source date")
    await wire.says(EDITH, f"/channel {name} never gossip")
    await wire.says(EDITH, f"/channel {name} unsubscribe energy")
    assert said(wire) == HEADING + "No longer following Energy."
    await wire.says(EDITH, f"/channel {name}")
    assert "This channel follows “quantum dots”." in said(wire) and "Never wanted: “gossip”." in said(wire)
    assert "daily at 08:10" in said(wire)
    channel = await of_channel(wire)
    assert channel.parts is not None and [str(part) for part in channel.parts] == ["source", "date"]


async def test_a_pause_typed_for_a_channel_holds_its_news_and_says_how_it_ends_there(room: PressRoom) -> None:
    house = room.house
    await house.says(EDITH, "/channel @northgate_wire subscribe Energy")
    await house.says(EDITH, "/channel @northgate_wire stop")
    assert "until you send /channel @northgate_wire start" in said(house)
    await room.publish(await room.draft("one", "Energy", pictures=()))
    await room.run()
    assert len(house.messages(house.channel)) == 1
    await house.says(EDITH, "/channel @northgate_wire start")
    assert "from now on news comes again" in said(house)
    assert (await of_channel(house)).state is ChatState.ACTIVE
    await room.publish(await room.draft("two", "Energy", pictures=()))
    await room.run()
    post = house.messages(house.channel)[-1]
    assert plain(post["text"]).startswith("Two")
    labels = [button["text"] for row in post["reply_markup"]["inline_keyboard"] for button in row]
    assert labels == ["Read", "Open in bot"]


async def test_a_demoted_administrators_old_buttons_change_nothing_and_say_so(wire: StoryHouse) -> None:
    wire.world.chats[wire.channel].members[ANNA] = "administrator"
    await wire.says(ANNA, "/channel @northgate_wire topics")
    message_id, data = wire.button(ANNA, "Energy")
    wire.world.chats[wire.channel].members[ANNA] = "member"
    toast = await wire.presses_data(ANNA, data, message_id)
    assert toast is not None and plain(toast) == "You do not administer Northgate Wire, so nothing was changed."
    await wire.says(ANNA, "/channel @northgate_wire subscribe Energy")
    assert said(wire, ANNA) == "You do not administer Northgate Wire, so nothing was changed."
    assert await followed(wire, wire.channel) == []
    await wire.says(ANNA, "/channel")
    assert said(wire, ANNA).startswith("No channel is managed from here yet.")
    wire.world.chats[wire.channel].members[ANNA] = "administrator"  # the opposite
    assert await wire.presses_data(ANNA, data, message_id) == "Following Energy"


async def test_a_forged_button_of_somebody_elses_channel_or_in_a_group_does_nothing(wire: StoryHouse) -> None:
    await wire.says(BEN, "/start")
    data = str(Press("set_silent", (1,), wire.channel))
    toast = await wire.presses_data(BEN, data, wire.messages(BEN)[-1]["message_id"])
    assert toast is not None and "so nothing was changed" in toast
    for unknown in (str(Press("set_silent", (1,), -5)), str(Press("channel", (-5,))), str(Press("open", (1,), -5))):
        toast = await wire.presses_data(EDITH, unknown, 1)
        assert toast == "This button is too old to use. Send /topics for a new list."
    wire.world.add_bot(EDITH, wire.group)
    await wire.settle()
    toast = await wire.presses_data(EDITH, data, wire.messages(wire.group)[-1]["message_id"], wire.group)
    assert toast == "This button is too old to use. Send /topics for a new list."
    assert not (await of_channel(wire)).silent


async def test_a_channel_where_the_bot_lost_its_place_or_the_right_to_post_is_named(wire: StoryHouse) -> None:
    await wire.says(EDITH, "/channel")
    message_id, data = wire.button(EDITH, "Northgate Wire")
    wire.world.chats[wire.channel].forbids_bot_posts = True
    await wire.says(EDITH, "/channel")
    assert "Northgate Wire: this bot may not post there. Give it the right to post messages." in said(wire)
    assert wire.buttons(EDITH)[0] == ["Northgate Wire"]  # what it follows can still be set
    wire.world.remove_bot(EDITH, wire.channel)
    await wire.settle()
    await wire.says(EDITH, "/channel")
    assert "Northgate Wire: this bot is no administrator there any more, and posts nothing." in said(wire)
    assert wire.buttons(EDITH) == [["Another channel"]]
    toast = await wire.presses_data(EDITH, data, message_id)
    assert toast is not None and "no administrator of Northgate Wire any more" in toast


async def test_while_telegram_does_not_answer_who_administers_a_channel_nothing_is_changed(wire: StoryHouse) -> None:
    wire.world.faults.add(Refuse(500, "Internal Server Error"), method="getChatMember")
    await wire.says(EDITH, "/channel @northgate_wire settings silent on")
    assert said(wire).startswith("Telegram does not say at the moment who administers Northgate Wire")
    assert not (await of_channel(wire)).silent


async def test_a_channel_is_chosen_with_a_key_that_makes_the_bot_an_administrator(wire: StoryHouse) -> None:
    other = wire.world.add_chat("channel", "Anna's Notes", members={ANNA: "creator"}).id
    await wire.says(ANNA, "/channel")
    [[key]] = wire.world.reply_keyboards[ANNA]
    assert key["text"] == "Choose a channel" and key["request_chat"]["bot_administrator_rights"]["can_post_messages"]
    wire.world.choose_chat(ANNA, other)
    await wire.settle()
    assert said(wire, ANNA) == "Anna's Notes\nNothing is followed here yet."
    await wire.says(ANNA, f"/channel {other} subscribe Energy")
    assert await followed(wire, other) == ["Energy"]


async def test_a_forwarded_post_opens_its_channel_for_its_administrators_and_is_text_for_all_others(
    wire: StoryHouse,
) -> None:
    wire.world.chats[wire.channel].members[ANNA] = "administrator"
    post = wire.world.say(EDITH, wire.channel, "Energy")
    for reader in (ANNA, BEN):
        await wire.starts(reader)
    wire.world.forward(ANNA, wire.channel, post["message_id"])
    await wire.settle()
    assert said(wire, ANNA).startswith(HEADING)
    wire.world.forward(BEN, wire.channel, post["message_id"])
    await wire.settle()
    assert "Energy" in said(wire, BEN) and HEADING not in said(wire, BEN)
    assert wire.buttons(BEN) != [["All channels"]]


async def test_the_one_message_in_a_channel_leads_its_administrators_to_their_own_chat(wire: StoryHouse) -> None:
    [greeting] = wire.messages(wire.channel)
    [[button]] = greeting["reply_markup"]["inline_keyboard"]
    assert button["text"] == "Open in bot"
    payload = button["url"].partition("?start=")[2]
    await wire.starts(EDITH, payload)
    assert said(wire).startswith(HEADING)
    await wire.starts(BEN, payload)
    assert HEADING not in said(wire, BEN)


async def test_a_private_channel_is_not_named_to_those_who_do_not_administer_it(wire: StoryHouse) -> None:
    secret = wire.world.add_chat("channel", "Merger plans", members={EDITH: "creator"}).id
    wire.world.add_bot(EDITH, secret)
    await wire.settle()
    for chat in (secret, -1_000_000_000_999):
        await wire.says(BEN, f"/channel {chat} subscribe Energy")
        assert said(wire, BEN).startswith(f"No channel “{chat}” that you and this bot administer.")
    assert "Merger" not in str(wire.screens(BEN))


@pytest.mark.parametrize(
    "typed", ["@nobody_here", "Some Other Title", "@northgate_wire publish one", "@northgate_wire ?"]
)
async def test_what_names_no_channel_or_does_nothing_for_one_gets_one_answer(wire: StoryHouse, typed: str) -> None:
    before = len(wire.messages(EDITH))
    await wire.says(EDITH, f"/channel {typed}")
    assert len(wire.messages(EDITH)) == before + 1
    assert said(wire).startswith("No channel “") or "does nothing for a channel" in said(wire)


async def test_all_that_is_kept_of_a_channel_is_told_and_deleted_from_the_private_chat(wire: StoryHouse) -> None:
    await wire.says(EDITH, "/channel @northgate_wire subscribe Energy")
    await wire.says(EDITH, "/channel @northgate_wire export")
    assert "document" in wire.messages(EDITH)[-1]
    await wire.says(EDITH, "/privacy")
    assert "Because you manage channels from here" in said(wire)
    await wire.says(EDITH, "/channel @northgate_wire forget")
    await wire.presses(EDITH, "Delete all")
    assert await wire.chat(wire.channel) is None
    assert await service.managed_by(wire.db, EDITH) == []
    assert await wire.chat(EDITH) is not None
    await wire.says(EDITH, "/channel @northgate_wire")  # it begins anew by its name
    assert said(wire) == HEADING + "Nothing is followed here yet."


async def test_two_administrators_at_once_both_have_their_way(wire: StoryHouse) -> None:
    wire.world.chats[wire.channel].members[ANNA] = "administrator"
    wire.world.say(ANNA, ANNA, "/channel @northgate_wire subscribe Energy")
    wire.world.say(EDITH, EDITH, "/channel @northgate_wire subscribe Robotics")
    await wire.settle()
    assert await followed(wire, wire.channel) == ["Energy", "Robotics"]


WIRE = Channel(-1001, "Northgate Wire", "northgate_wire")
SHORT = Channel(-1002, "Northgate")


@pytest.mark.parametrize(
    ("written", "id", "rest"),
    [
        ("@northgate_wire", -1001, ""),
        ("t.me/Northgate_Wire  stop", -1001, "stop"),
        ("-1002 settings\ndaily 08:00", -1002, "settings\ndaily 08:00"),
        ("northgate  WIRE stop", -1001, "stop"),
        ("Northgate stop", -1002, "stop"),
    ],
)
def test_a_channel_is_named_by_name_link_number_or_the_longest_title(written: str, id: int, rest: str) -> None:
    named = named_channel(written, (WIRE, SHORT))
    assert named is not None and named.channel is not None
    assert (named.channel.id, named.rest) == (id, rest)


def test_what_names_none_of_them_is_none_or_left_to_telegram() -> None:
    assert named_channel("Southgate stop", (WIRE, SHORT)) is None
    assert named_channel("  ", (WIRE,)) is None
    stranger = named_channel("@south_gate stop", (WIRE,))
    assert stranger is not None and (stranger.username, stranger.channel) == ("south_gate", None)


def test_a_button_about_a_channel_reads_back_as_that() -> None:
    data = str(Press("pick", (3, 1), -1_002_147_483_648))
    assert read_press(data) == Press("pick", (3, 1), -1_002_147_483_648)
    assert read_press(press("pick", 3, 1)) == Press("pick", (3, 1))
    assert read_press("1@:pick:3") is None and read_press("1@zzzzzzzzzzzzz:pick") is None
