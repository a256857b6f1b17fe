"""Whose reactions a bot hears of: https://core.telegram.org/bots/api#update (message_reaction)"""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.world.world import World

EDITH = 7003


def told(world: World) -> list[tuple[list[str], list[str]]]:
    """Return the changes that reached the bot, each as before and after, and forget them."""
    changes = [update["message_reaction"] for update in world.updates.first(100) if "message_reaction" in update]
    world.updates.clear()
    return [([one["emoji"] for one in was], [one["emoji"] for one in now]) for was, now in map(_sides, changes)]


def _sides(change: dict[str, Any]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    return change["old_reaction"], change["new_reaction"]


async def test_only_a_bot_that_asks_for_reactions_hears_of_them(world: World, call: Any, anna: int) -> None:
    sent = (await call("sendMessage", chat_id=anna, text="x"))[1]["result"]["message_id"]
    world.react(anna, anna, sent, "👍")
    assert told(world) == []
    await call("getUpdates", allowed_updates=["message", "message_reaction"])
    world.react(anna, anna, sent, "❤")
    world.react(anna, anna, sent, "❤")  # no change
    world.react(anna, anna, sent)
    assert told(world) == [(["👍"], ["❤"]), (["❤"], [])]
    assert world.people_reactions.of(anna, sent) == {}
    with pytest.raises(KeyError):
        world.react(anna, anna, 404, "👍")


async def test_in_a_group_only_an_administrator_hears_and_in_a_channel_nobody(
    world: World, call: Any, anna: int
) -> None:
    await call("getUpdates", allowed_updates=["message_reaction"])
    group = next(chat.id for chat in world.chats.values() if chat.type == "group")
    channel = next(chat.id for chat in world.chats.values() if chat.type == "channel")
    for chat in (group, channel):
        world.add_bot(EDITH, chat)
    sent = {
        chat: (await call("sendMessage", chat_id=chat, text="x"))[1]["result"]["message_id"]
        for chat in (group, channel)
    }
    for chat in (group, channel):
        world.react(EDITH, chat, sent[chat], "👍")
    assert told(world) == []
    world.make_bot_admin(EDITH, group)
    world.react(EDITH, group, sent[group], "❤", "🔥")
    assert told(world) == [(["👍"], ["❤", "🔥"])]
    assert world.people_reactions.of(group, sent[group]) == {"❤": [EDITH], "🔥": [EDITH]}
    world.block(anna)
    private = world.say(anna, anna, "x")["message_id"]
    world.react(anna, anna, private, "👍")
    assert told(world) == []
