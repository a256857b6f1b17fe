"""Coming, pausing, asking what is stored and leaving, as people do it in chats."""

import json
import logging
import unicodedata
from datetime import timedelta

import pytest
from newsroom_samples import put
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.chat import Chat, ChatState
from bot.domain.role import Role
from bot.domain.topic import TopicFile
from bot.sandbox.world.faults import Refuse
from bot.store.content import topics
from bot.store.desk import editors
from bot.store.readers import chats
from bot.telegram_edge.kit.administrators import Administrators

GREETING = "This is Northgate News. Pick topics; news arrives as it is published."
NOTHING = "There is nothing for that here. /help lists what there is."
USED_UP = "This link was used already, was withdrawn or is older than 15 minutes. Ask for a new one."


async def known(house: StoryHouse, chat: int) -> Chat:
    found = await house.chat(chat)
    assert found is not None
    return found


async def invitation(house: StoryHouse, role: Role) -> str:
    async with house.db.transaction() as conn:
        return await editors.invite(conn, role, house.clock())


# Starting, stopping


async def test_a_reader_who_starts_is_greeted_with_the_picker_in_one_message(house):
    async with house.db.transaction() as conn:
        await topics.define(conn, TopicFile("energy", "Energy"))
    await house.starts(ANNA)
    assert len(house.screens(ANNA)) == 1
    assert house.screen(ANNA).startswith(GREETING)
    assert "Topics" in house.screen(ANNA)
    assert (await known(house, ANNA)).state is ChatState.ACTIVE


async def test_a_paused_reader_who_starts_again_is_told_that_news_comes_again(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/stop")
    assert house.screen(ANNA).startswith("Paused.")
    assert (await known(house, ANNA)).state is ChatState.PAUSED
    await house.says(ANNA, "/stop")
    assert house.screen(ANNA).startswith("This chat is paused already.")
    await house.starts(ANNA)
    assert house.screen(ANNA).startswith("This chat was paused; from now on news comes again.")
    assert (await known(house, ANNA)).state is ChatState.ACTIVE


async def test_the_button_under_stop_resumes_in_place(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/stop")
    count = len(house.screens(ANNA))
    await house.presses(ANNA, "Resume")
    assert len(house.screens(ANNA)) == count
    assert house.screen(ANNA) == "This chat was paused; from now on news comes again."
    assert (await known(house, ANNA)).state is ChatState.ACTIVE


async def test_an_unknown_deep_link_is_a_bare_start(house):
    await house.starts(ANNA, "zz_nonsense")
    assert house.screen(ANNA).startswith(GREETING)


async def test_a_new_chat_speaks_its_clients_language_else_the_operators(house):
    house.world.set_language(ANNA, "de-AT")
    house.world.set_language(BEN, "tlh")
    await house.starts(ANNA)
    await house.starts(BEN)
    assert (await known(house, ANNA)).language == "de"
    assert (await known(house, BEN)).language == "en"


# What is stored


async def test_privacy_names_the_number_and_who_keeps_it(tmp_path):
    async with story_house(tmp_path, contact="desk@northgate.example") as house:
        await house.says(ANNA, "/privacy")
        assert f"Your Telegram user id, and this chat's number: {ANNA}" in house.screen(ANNA)
        assert house.screen(ANNA).count(str(ANNA)) == 1
        assert "It is kept by desk@northgate.example." in house.screen(ANNA)
        house.world.add_bot(EDITH, house.group)
        await house.says(ANNA, "/privacy", house.group)
        assert f"This chat's number: {house.group}\n\nYour Telegram user id: {ANNA}" in house.screen(house.group)


async def test_words_that_were_searched_for_are_owned_up_to_exported_and_forgotten(house):
    await put(house, *(f"Solar {n}" for n in range(9)))
    await house.says(BEN, "/search solar")
    await house.says(ANNA, "/search solar 1")
    await house.says(ANNA, "/search solar")
    await house.says(ANNA, "/privacy")
    assert "the last words it searched for" in house.screen(ANNA)
    await house.says(ANNA, "/export")
    sent = house.messages(ANNA)[-1]
    file = await (await house.ctx.bot.get_file(sent["document"]["file_id"])).download_as_bytearray()
    assert [search["words"] for search in json.loads(bytes(file))["searches"]] == ["solar"]
    await house.says(ANNA, "/forget")
    assert "has saved and searched for" in house.screen(ANNA)
    await house.presses(ANNA, "Delete all")
    async with house.db.reading() as conn:
        rows = await conn.execute_fetchall("SELECT chat FROM searches")
    assert [row["chat"] for row in rows] == [BEN]


async def test_forgetting_a_group_forgets_when_it_last_asked(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(EDITH, "/latest", house.group)
    await house.says(EDITH, "/forget", house.group)
    await house.presses(EDITH, "Delete all", house.group)
    async with house.db.reading() as conn:
        kept = await conn.execute_fetchall("SELECT key FROM meta WHERE key LIKE :chat", {"chat": f"%{house.group}%"})
    assert list(kept) == []


async def test_an_export_is_a_json_file_with_all_that_is_stored(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/export")
    sent = house.messages(ANNA)[-1]
    assert sent["document"]["file_name"] == f"newsbot-{ANNA}.json"
    file = await (await house.ctx.bot.get_file(sent["document"]["file_id"])).download_as_bytearray()
    assert json.loads(bytes(file))["chat"][0]["id"] == ANNA


async def test_forgetting_asks_first_and_then_leaves_nothing(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/forget")
    assert house.buttons(ANNA) == [["Delete all", "Keep"]]
    await house.presses(ANNA, "Keep")
    assert house.screen(ANNA) == "Nothing was deleted."
    assert await house.chat(ANNA) is not None
    await house.says(ANNA, "/forget")
    await house.presses(ANNA, "Delete all")
    assert house.screen(ANNA).startswith("All of it is deleted.")
    assert "Out of reach" in house.screen(ANNA)
    assert await house.chat(ANNA) is None


# Blocks


async def test_a_block_switches_the_chat_off_and_its_end_on_again(house):
    await house.starts(ANNA)
    house.world.block(ANNA)
    await house.settle()
    assert (await known(house, ANNA)).state is ChatState.UNREACHABLE
    house.world.unblock(ANNA)
    await house.settle()
    assert (await known(house, ANNA)).state is ChatState.ACTIVE


async def test_a_paused_reader_who_blocks_and_comes_back_is_still_paused(house):
    await house.starts(ANNA)
    await house.says(ANNA, "/stop")
    house.world.block(ANNA)
    house.world.unblock(ANNA)
    await house.settle()
    assert (await known(house, ANNA)).state is ChatState.PAUSED


async def test_a_reader_who_blocks_before_the_answer_is_switched_off_without_noise(house, caplog):
    await house.starts(ANNA)
    house.world.say(ANNA, ANNA, "/help")
    house.world.people[ANNA].has_blocked = True
    await house.settle()
    assert (await known(house, ANNA)).state is ChatState.UNREACHABLE
    assert not caplog.records


# Groups and channels


async def test_being_added_to_a_group_is_answered_once(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    house.world.make_bot_admin(EDITH, house.group)
    await house.settle()
    assert len(house.screens(house.group)) == 1
    assert "Administrators pick the topics" in house.screen(house.group)
    house.world.remove_bot(EDITH, house.group)
    await house.settle()
    assert (await known(house, house.group)).state is ChatState.UNREACHABLE
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    assert (await known(house, house.group)).state is ChatState.ACTIVE
    assert len(house.screens(house.group)) == 1


async def test_a_channel_is_greeted_once_with_the_way_to_the_bot_and_obeys_its_posts(house):
    house.world.add_bot(EDITH, house.channel)
    await house.settle()
    assert len(house.messages(house.channel)) == 1
    assert house.buttons(house.channel) == [["Open in bot"]]
    await house.says(EDITH, "/stop", house.channel)
    assert (await known(house, house.channel)).state is ChatState.PAUSED


async def test_a_channels_readers_turn_no_pages_for_all_the_others(house):
    await put(house, *(f"Story {n}" for n in range(9)))
    house.world.add_bot(EDITH, house.channel)
    await house.says(EDITH, "/latest", house.channel)
    before = house.screen(house.channel)
    assert await house.presses(ANNA, "Older", house.channel) == "Only administrators of this chat can change this."
    assert house.screen(house.channel) == before
    await house.presses(EDITH, "Older", house.channel)
    assert house.screen(house.channel) != before


async def test_only_administrators_pause_a_group_and_others_are_told_so(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(ANNA, "/stop", house.group)
    assert house.screen(house.group) == "Only administrators of this chat can change this."
    assert (await known(house, house.group)).state is ChatState.ACTIVE
    await house.says(EDITH, "/stop", house.group)
    assert (await known(house, house.group)).state is ChatState.PAUSED
    assert await house.presses(ANNA, "Resume", house.group) == "Only administrators of this chat can change this."
    assert (await known(house, house.group)).state is ChatState.PAUSED


async def test_an_anonymous_administrator_may_change_the_group(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/stop", house.group, anonymous=True)
    assert (await known(house, house.group)).state is ChatState.PAUSED


async def test_administrators_are_asked_for_once_a_minute(house):
    house.world.add_bot(EDITH, house.group)
    for _ in range(3):
        await house.says(EDITH, "/stop", house.group)
    assert len(house.world.ledger.of("getChatAdministrators")) == 1
    house.clock.advance(timedelta(seconds=61))
    await house.says(EDITH, "/stop", house.group)
    assert len(house.world.ledger.of("getChatAdministrators")) == 2


async def test_the_memory_of_who_administers_what_is_bounded(house):
    administrators, groups = Administrators(house.ctx.bot, chats=2), []
    for name in ("One", "Two", "Three"):
        groups.append(house.world.add_chat("supergroup", name, bot_status="administrator").id)
        assert await administrators.of(groups[-1], house.clock()) is not None
    asked = len(house.world.ledger.of("getChatAdministrators"))
    for group in groups[1:]:
        await administrators.of(group, house.clock())
    assert len(house.world.ledger.of("getChatAdministrators")) == asked
    await administrators.of(groups[0], house.clock())
    assert len(house.world.ledger.of("getChatAdministrators")) == asked + 1


async def test_who_asks_all_the_time_does_not_fill_a_group_and_keeps_no_administrator_from_being_heard(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for _ in range(15):
        await house.says(ANNA, "/help", house.group)
    assert len(house.screens(house.group)) == 1 + 10
    await house.says(EDITH, "/stop", house.group)
    assert house.screen(house.group).startswith("Paused.")
    await house.says(EDITH, "/start", house.group, anonymous=True)
    assert house.screen(house.group).startswith("This chat was paused")
    await house.says(ANNA, "/help")
    assert "/latest" in house.screen(ANNA)
    house.clock.advance(timedelta(minutes=1))
    await house.says(ANNA, "/help", house.group)
    assert "/latest" in house.screen(house.group)


async def test_a_group_that_lets_nobody_write_fills_no_log(house, caplog):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    for description in ("not enough rights to send text messages to the chat", "TOPIC_CLOSED"):
        house.world.faults.add(Refuse(400, f"Bad Request: {description}"), method="sendMessage", times=1)
        await house.says(ANNA, "/help", house.group)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_answers_in_a_group_are_replies(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(ANNA, "/help", house.group)
    assert house.messages(house.group)[-1]["reply_to_message"]["text"] == "/help"


async def test_a_group_that_becomes_a_supergroup_keeps_its_settings(house):
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/stop", house.group)
    supergroup = house.world.migrate(house.group)
    await house.settle()
    assert await house.chat(house.group) is None
    assert (await known(house, supergroup)).state is ChatState.PAUSED
    assert house.screens(supergroup) == [], "it was greeted when it was a group"


async def test_a_supergroup_that_is_no_old_group_is_greeted_too(house):
    new = house.world.add_chat("supergroup", "New", members={EDITH: "creator"}).id
    house.world.add_bot(EDITH, new)
    await house.settle()
    assert ["Administrators pick the topics" in text for text in house.screens(new)] == [True]


async def test_a_group_that_could_not_be_reached_can_be_again_as_a_supergroup(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    async with house.db.transaction() as conn:
        await chats.switch_off(conn, house.group, house.clock())
    supergroup = house.world.migrate(house.group)
    await house.settle()
    assert (await known(house, supergroup)).state is ChatState.ACTIVE


# Help and what is not there


async def test_every_line_of_help_runs_from_right_to_left_in_a_language_that_does(house):
    await house.starts(EDITH)
    await house.says(EDITH, "/settings language ar")
    await house.says(EDITH, "/help")
    lines = [line for line in house.screen(EDITH).splitlines() if line]
    begins = [next(char for char in line if unicodedata.bidirectional(char) in ("L", "R", "AL")) for line in lines]
    assert [line for line, first in zip(lines, begins, strict=True) if unicodedata.bidirectional(first) == "L"] == []


@pytest.mark.parametrize("language", ["en", "de", "ar", "ja"])
async def test_what_stands_for_any_name_leads_nobody_to_who_is_called_so(house, language):
    await house.starts(EDITH)
    await house.says(EDITH, f"/settings language {language}")
    for command in ("/help", "/channel"):
        await house.says(EDITH, command)
        shown = house.messages(EDITH)[-1]
        assert "@" in shown["text"]
        assert {entity["type"] for entity in shown["entities"]} <= {"bold", "bot_command"}, shown["text"]


async def test_help_lists_every_command_readers_have_and_none_of_the_editors(house):
    await house.says(ANNA, "/help")
    for command in house.ctx.commands.of("readers"):
        assert f"/{command.name}" in house.screen(ANNA)
    assert "For editors" not in house.screen(ANNA)


@pytest.mark.parametrize("text", ["/nonsense", "/drafts", "/publish 1"])
async def test_an_editors_command_from_a_reader_is_answered_like_one_that_does_not_exist(house, text):
    await house.says(ANNA, text)
    assert house.screen(ANNA) == NOTHING


async def test_an_unknown_command_in_a_group_is_answered_only_when_it_names_the_bot(house):
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    greeted = len(house.screens(house.group))
    await house.says(ANNA, "/nonsense", house.group)
    await house.says(ANNA, "/help@another_bot", house.group)
    assert len(house.screens(house.group)) == greeted
    await house.says(ANNA, f"/nonsense@{house.ctx.bot_username}", house.group)
    assert house.screen(house.group) == NOTHING


async def test_a_document_from_a_reader_is_not_understood(house):
    await house.starts(ANNA)
    await house.uploads(ANNA, "grid.md", b"---\ntitle: x\n---\n")
    assert house.screen(ANNA) == NOTHING


async def test_buttons_that_nobody_made_say_that_they_are_too_old(house):
    await house.starts(ANNA)
    message_id = house.messages(ANNA)[-1]["message_id"]
    for data in ("", "1:nonsense", "0:follow:1", "x" * 64, "1:resume:" + "z" * 13):
        toast = await house.presses_data(ANNA, data, message_id)
        if "resume" not in data:
            assert toast == "This button is too old to use. Send /topics for a new list."


# Owner links


async def test_an_owner_link_makes_its_first_opener_an_owner_and_gives_the_editors_menu(house):
    code = await invitation(house, Role.OWNER)
    await house.starts(BEN, f"o_{code}")
    assert house.screen(BEN) == "You are an owner of Northgate News now. /help also lists what editors can do."
    async with house.db.reading() as conn:
        assert await editors.role(conn, BEN, frozenset()) is Role.OWNER
    scopes = [call.params["scope"] for call in house.world.ledger.of("setMyCommands")]
    assert {"type": "chat", "chat_id": BEN} in scopes
    await house.starts(ANNA, f"o_{code}")
    assert house.screen(ANNA) == USED_UP
    async with house.db.reading() as conn:
        assert await editors.role(conn, ANNA, frozenset()) is None


async def test_an_owner_link_is_not_taken_in_a_group(house):
    house.world.add_bot(EDITH, house.group)
    code = await invitation(house, Role.OWNER)
    await house.says(EDITH, f"/start o_{code}", house.group)
    async with house.db.reading() as conn:
        assert await editors.editors(conn, frozenset()) == {}
    await house.starts(BEN, f"o_{code}")
    async with house.db.reading() as conn:
        assert await editors.role(conn, BEN, frozenset()) is Role.OWNER
