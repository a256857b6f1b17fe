"""What belongs to a story that a chat has arrives as a reply to it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from press_room import PressRoom, press_room
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Article, Related
from bot.domain.delivery import Status
from bot.sandbox.world.faults import Refuse

SPIRE = Related("The spire falls", "http://www.news.example/spire/")  # the same link, written otherwise
ROOF = Related("The roof burns", "https://news.example/roof")


@pytest.fixture
async def room(house: StoryHouse, tmp_path: Path) -> AsyncIterator[PressRoom]:
    async with press_room(house, tmp_path) as room:
        for person in (ANNA, BEN):
            await house.starts(person)
        yield room


async def publishes(room: PressRoom, slug: str, *topics: str, **story: Any) -> Article:
    article = await room.draft(slug, *topics, **story)
    await room.publish(article)
    await room.run()
    return article


def replied(room: PressRoom, chat: int) -> list[int | None]:
    """Return for each of the bot's messages in a chat to which it is a reply."""
    return [one.get("reply_to_message", {}).get("message_id") for one in room.house.messages(chat)]


def ids(room: PressRoom, chat: int) -> list[int]:
    return [one["message_id"] for one in room.house.messages(chat)]


async def test_what_names_a_delivered_story_or_is_named_by_it_is_a_reply_to_it_where_it_was_delivered(
    room: PressRoom,
) -> None:
    await room.follow([ANNA, BEN], "Fire")
    await room.follow([ANNA], "Paris")
    await publishes(room, "spire", "Paris", related=(ROOF,))
    await publishes(room, "roof", "Fire")  # is named
    await publishes(room, "cellar", "Fire", related=(ROOF,))  # names, and the newest counts
    await publishes(room, "weather", "Fire")
    spire, roof, *_ = ids(room, ANNA)[-4:]
    assert replied(room, ANNA)[-4:] == [None, spire, roof, None]
    in_bens = ids(room, BEN)[-3:]
    assert replied(room, BEN)[-3:] == [None, in_bens[0], None]


async def test_the_newest_message_of_the_story_is_replied_to(room: PressRoom) -> None:
    await room.follow([ANNA], "Fire")
    await publishes(room, "spire", "Fire")
    room.house.clock.now = room.house.clock.now.replace(minute=5)
    await publishes(room, "roof", "Fire")
    await publishes(room, "cellar", "Fire", related=(SPIRE, ROOF))
    assert replied(room, ANNA)[-1] == ids(room, ANNA)[-2]


async def test_where_the_message_is_gone_it_comes_without_a_reply(room: PressRoom) -> None:
    """`allow_sending_without_reply`: https://core.telegram.org/bots/api#replyparameters"""
    await room.follow([ANNA, BEN], "Fire")
    await publishes(room, "spire", "Fire")
    room.world.history.remove(ANNA, ids(room, ANNA)[-1])
    article = await publishes(room, "roof", "Fire", related=(SPIRE,))
    assert replied(room, ANNA)[-1] is None and replied(room, BEN)[-1] is not None
    assert await room.statuses(article) == {Status.SENT: 2}


@pytest.mark.parametrize(
    "words",
    [
        "Bad Request: message to be replied not found",
        "Bad Request: reply message not found",
        "Bad Request: REPLY_MESSAGE_ID_INVALID",
    ],
)
async def test_a_server_that_refuses_the_reply_all_the_same_gets_the_message_without_it(
    room: PressRoom, words: str
) -> None:
    """The flag is "always False for replies in another chat or forum topic": the same page."""
    await room.follow([ANNA], "Fire")
    await publishes(room, "spire", "Fire")
    room.world.faults.add(Refuse(400, words), method="sendMessage", times=1)
    article = await publishes(room, "roof", "Fire", related=(SPIRE,), pictures=())
    assert replied(room, ANNA)[-1] is None
    assert await room.statuses(article) == {Status.SENT: 1}


async def test_in_a_forum_only_a_message_of_the_same_thread_is_replied_to(room: PressRoom) -> None:
    world = room.world
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, bot_status="member").id
    first, second = world.open_thread(forum, "Fire", 5), world.open_thread(forum, "Paris", 6)
    await room.house.says(EDITH, "/subscriptions", forum)
    await room.follow([forum], "Fire", first)
    await room.follow([forum], "Paris", second)
    await publishes(room, "spire", "Fire")
    await publishes(room, "roof", "Paris", related=(SPIRE,))
    await publishes(room, "cellar", "Fire", related=(SPIRE,))
    messages = room.house.messages(forum)[-3:]
    assert [one["message_thread_id"] for one in messages] == [first, second, first]
    assert replied(room, forum)[-3:] == [None, None, messages[0]["message_id"]]


async def test_an_article_that_names_itself_or_nothing_known_is_no_reply(room: PressRoom) -> None:
    await room.follow([ANNA], "Fire")
    await publishes(room, "roof", "Fire", related=(ROOF, Related("Elsewhere", "https://else.example/")))
    assert replied(room, ANNA)[-1] is None
