"""Groups, forums and channels: who may change what, and what everybody may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from street import Street, buttons, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Refuse


async def _town(here: Street) -> None:
    here.topic("energy", "Energy")
    here.topic("robotics", "Robotics")
    here.topic("fence", "Fence")
    here.article("old.json", "Old story", publishedDateTime="2026-01-01")
    await here.imported()
    await here.open()


async def test_administrators_choose_for_a_group_and_anybody_may_look(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        anna, ben, edith, group = here.cast.anna, here.cast.ben, here.cast.edith, here.cast.group
        here.world.add_bot(edith, group)
        welcome = await here.sees(group, "This is Northgate News")
        assert "Only administrators" in await here.presses(anna, "Energy", welcome)
        for command in ("/subscribe Energy", "/stop", "/topics", "/settings", "/forget", "/start", "/export"):
            elsewhere = here.world.add_chat("group", "Elsewhere", members={anna: "member"}, bot_status="member").id
            assert "Only administrators" in plain(await here.asks(anna, command, elsewhere)), command
        assert "Following Energy" in await here.presses(edith, "Energy", welcome)
        latest = await here.asks(anna, "/latest", group)
        assert all("url" in button for row in latest["reply_markup"]["inline_keyboard"] for button in row)
        assert "once a minute" in plain(await here.asks(ben, "/latest", group))
        for _ in range(3):
            here.world.say(ben, group, "/latest")
        await here.presses(edith, "Done", welcome)
        assert [plain(one)[:6] for one in here.of_bot(group)] == ["This g", "Latest", "A grou"], (
            "said once, then silent"
        )


async def test_under_a_groups_article_everybody_saves_and_administrators_turn_down(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        anna, ben, edith, group = here.cast.anna, here.cast.ben, here.cast.edith, here.cast.group
        here.world.chats[group].bot_status = "member"
        await here.asks(edith, "/subscribe Energy", group)
        here.article("fresh.json")
        push = await here.sees(group, "Fresh")
        assert buttons(push) == ["Read", "Save", "Share", "More"]
        assert "Saved for you" in await here.presses(anna, "Save", push)
        assert buttons(here.now(push)) == ["Read", "Save", "Share", "More"]
        assert "Fresh" in plain(await here.asks(anna, "/saved"))
        await here.presses(ben, "More", push)
        assert "Only administrators" in await here.presses(anna, "Less of this", push)
        assert "Less of this" in buttons(here.now(push))
        await here.presses(edith, "Less of this", push)
        assert "Mute Energy 24 h" in buttons(here.now(push))


async def test_a_group_hears_one_welcome_and_nothing_meant_for_others(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        anna, edith, group = here.cast.anna, here.cast.edith, here.cast.group
        here.world.bot["can_read_all_group_messages"] = True
        here.world.add_bot(edith, group)
        await here.sees(group, "This is Northgate News")
        here.world.make_bot_admin(edith, group)
        for said in ("/latest@otherbot", "/frobnicate", "Energy", "hello", "/publish 1"):
            here.world.say(anna, group, said)
        await here.asks(edith, "/subscribe Energy", group)
        assert len(here.of_bot(group)) == 2
        here.world.remove_bot(edith, group)
        here.world.add_bot(edith, group)
        assert "This group follows Energy" in plain(await here.asks(edith, "/subscriptions", group))
        assert len(here.screens(group, "This is Northgate News")) == 1


async def test_a_group_that_becomes_a_supergroup_takes_its_topics_along(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        edith, group = here.cast.edith, here.cast.group
        here.world.add_bot(edith, group)
        await here.sees(group, "This is Northgate News")
        await here.asks(edith, "/subscribe Energy", group)
        here.article("before.json")
        await here.sees(group, "Before")
        new = here.world.migrate(group)
        here.article("after.json")
        await here.sees(new, "After")
        assert "This group follows Energy" in plain(await here.asks(edith, "/subscriptions", new))
        assert here.screens(new, "Before") == []


async def test_a_forum_gets_its_news_where_it_asked_for_it(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        edith = here.cast.edith
        forum = here.world.add_chat(
            "supergroup", "Forum", members={edith: "creator"}, is_forum=True, bot_status="member"
        ).id
        thread = here.world.open_thread(forum, "Energy talk")
        answer = await here.asks(edith, "/subscribe Energy", forum, thread=thread)
        assert answer["message_thread_id"] == thread
        here.article("fresh.json")
        push = await here.sees(forum, "Fresh")
        assert push["message_thread_id"] == thread
        here.world.delete_thread(forum, thread)
        here.article("homeless.json")
        push = await here.sees(forum, "Homeless")
        assert "message_thread_id" not in push


async def test_an_administrator_lets_a_channel_follow_by_posting_in_it(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        anna, edith, channel = here.cast.anna, here.cast.edith, here.cast.channel
        here.world.add_bot(edith, channel)
        welcome = await here.sees(channel, "This is Northgate News")
        assert "/subscribe" in plain(welcome) and buttons(welcome) == ["Open in bot"]
        assert "Following Energy now" in plain(await here.asks(edith, "/subscribe Energy", channel))
        other = here.world.add_chat("channel", "Other", members={edith: "creator"}, bot_status="administrator").id
        picker = await here.asks(edith, "/topics", other)
        assert "Only administrators" in await here.presses(anna, "Robotics", picker)
        assert "Following Robotics" in await here.presses(edith, "Robotics", picker)
        await here.presses(edith, "Done", picker)
        assert "This channel follows Robotics" in plain(here.now(picker))
        here.article("fresh.json")
        push = await here.sees(channel, "Fresh")
        assert buttons(push) == ["Read", "Open in bot"]
        assert len(here.screens(channel, "This is Northgate News")) == 1


async def test_nobody_turns_what_others_see_with_buttons_that_are_not_there(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        anna, edith = here.cast.anna, here.cast.edith
        for chat in (here.cast.group, here.cast.channel):
            here.world.add_bot(edith, chat)
            await here.sees(chat, "This is Northgate News")
            await here.asks(edith, "/subscribe Energy", chat)
        here.article("fresh.json")
        for chat in (here.cast.group, here.cast.channel):
            push = await here.sees(chat, "Fresh")
            many = len(here.of_bot(chat))
            for forged in (
                "1:latest",
                "1:latest:0:5",
                "1:top:0:5:0",
                "1:search:1:5",
                "1:card_back:1",
                "1:open:1",
                "1:picked",
            ):
                assert await here.sends(anna, chat, push["message_id"], forged), forged
            assert len(here.of_bot(chat)) == many
            assert here.now(push) == push
        older = await here.asks(edith, "/latest Energy 2", here.cast.group)
        assert "Old story" in plain(older)


async def test_a_story_goes_to_the_thread_of_the_nearest_topic_it_is_followed_for(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        here.topic("ai", "AI")
        here.topic("vision", "Computer Vision", parent="AI")
        await _town(here)
        edith = here.cast.edith
        forum = here.world.add_chat(
            "supergroup", "Forum", members={edith: "creator"}, is_forum=True, bot_status="member"
        ).id
        wide, narrow = (here.world.open_thread(forum, name) for name in ("All of AI", "Seeing"))
        await here.asks(edith, "/subscribe AI", forum, thread=wide)
        await here.asks(edith, "/subscribe Computer Vision", forum, thread=narrow)
        here.article("seen.json", topics=["Computer Vision"])
        assert (await here.sees(forum, "Seen"))["message_thread_id"] == narrow
        here.article("heard.json", topics=["AI"])
        assert (await here.sees(forum, "Heard"))["message_thread_id"] == wide
        moved = await here.asks(edith, "/subscribe AI", forum, thread=narrow)
        assert plain(moved) == "From now on here: AI."
        here.article("felt.json", topics=["AI"])
        assert (await here.sees(forum, "Felt"))["message_thread_id"] == narrow
        assert "Followed already: AI" in plain(await here.asks(edith, "/subscribe AI", forum, thread=narrow))


@pytest.mark.slow
async def test_a_group_in_a_night_mode_misses_nothing_though_the_bot_is_killed_meanwhile(tmp_path: Path) -> None:
    """Nothing tells a bot that a group's members may write again: https://core.telegram.org/bots/api#chatpermissions"""
    words = "not enough rights to send text messages to the chat"
    async with street(tmp_path) as here:
        await _town(here)
        anna, edith, group = here.cast.anna, here.cast.edith, here.cast.group
        here.world.chats[group].bot_status = "member"
        await here.asks(edith, "/subscribe Energy", group)
        await here.starts(anna, "t_energy")
        here.world.faults.add(Refuse(400, f"Bad Request: {words}"), chat=group)
        for name in ("night-one", "night-two", "night-three"):
            here.article(f"{name}.json")
            await here.sees(anna, name.capitalize().replace("-", " "))
        assert len([one for one in here.world.ledger.calls_to(group) if one.status == 400]) == 2
        [spell] = json.loads((await here.shell("stats", "--json")).out)["restricted"]
        assert (spell["chat"], spell["reason"], spell["tries"]) == (group, words, 2)
        told = json.loads((await here.shell("delivery", "night-three", "--json")).out)["delivery"]
        assert (told["state"], told["restricted_chats"]) == ("done", [{"chat": group, "reason": words}])
        await here.kill()
        here.world.faults.clear()
        await here.open()
        await here.asks(anna, "/latest", group)  # whoever gets an answer shows that the night is over
        for name in ("Night one", "Night two", "Night three"):
            await here.sees(group, name)
        await here.until(lambda: len(here.screens(group, "Night one")) == 2, "Night one in the list and by itself")
        assert json.loads((await here.shell("stats", "--json")).out)["restricted"] == []
