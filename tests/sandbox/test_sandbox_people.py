"""What people do, what of it the bot hears, and what those who watch see."""

import asyncio
from typing import Any

from sandbox_clock import Clock

from bot.sandbox.world.world import World


def heard(world: World) -> list[str]:
    """Return the kinds of the updates that wait for the bot, and forget them."""
    kinds = [next(kind for kind in update if kind != "update_id") for update in world.updates.first(100)]
    world.updates.clear()
    return kinds


def test_starting_blocking_and_coming_back(world: World) -> None:
    started = world.start(7001, "a_412")
    assert started["text"] == "/start a_412"
    assert started["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    world.block(7001)
    world.block(7001)
    world.start(7001)
    assert heard(world) == ["message", "my_chat_member", "my_chat_member", "message"]
    assert world.people[7001].has_started and not world.people[7001].has_blocked


def test_writing_to_the_bot_in_private_starts_it(world: World) -> None:
    world.say(7002, 7002, "computer vision")
    assert world.people[7002].has_started


def test_in_groups_the_bot_hears_commands_and_replies_to_it(world: World) -> None:
    world.say(7001, -5001, "/latest")
    assert heard(world) == []
    world.add_bot(7003, -5001)
    assert heard(world) == ["my_chat_member", "message"]
    for text in ("just talking", "/latest@another_bot", "hello @newsbot_sandbox_bot"):
        world.say(7001, -5001, text)
    assert heard(world) == []
    world.say(7001, -5001, "/latest@newsbot_sandbox_bot robotics")
    world.say(7003, -5001, "/topics", anonymous=True)
    assert [update["message"]["from"]["id"] for update in world.updates.first(9)] == [7001, 1087968824]
    world.updates.clear()
    world.make_bot_admin(7003, -5001)
    world.say(7001, -5001, "just talking")
    assert heard(world) == ["my_chat_member", "message"]


async def test_a_reply_to_the_bot_is_heard(world: World, call: Any) -> None:
    world.add_bot(7003, -5001)
    asked = (await call("sendMessage", chat_id=-5001, text="Which topic?"))[1]["result"]["message_id"]
    world.updates.clear()
    replied = world.say(7001, -5001, "robotics", reply_to=asked)
    assert replied["reply_to_message"]["text"] == "Which topic?"
    assert heard(world) == ["message"]


def test_channel_posts_come_from_the_channel(world: World) -> None:
    world.add_bot(7003, -1000000005002)
    world.say(7003, -1000000005002, "good evening")
    assert heard(world) == ["my_chat_member", "channel_post"]
    assert "from" not in world.messages(-1000000005002)[-1]


def test_migration_is_told_on_both_sides(world: World) -> None:
    world.add_bot(7003, -5001)
    world.updates.clear()
    new = world.migrate(-5001)
    joined, *told = [update.get("my_chat_member") or update["message"] for update in world.updates.first(9)]
    assert (joined["chat"]["id"], joined["old_chat_member"]["status"]) == (new, "left")
    assert told[0]["migrate_to_chat_id"] == new and told[1]["migrate_from_chat_id"] == -5001
    assert told[1]["chat"]["type"] == "supergroup"


def test_a_language_travels_with_the_next_message(world: World) -> None:
    world.start(7001)
    world.set_language(7001, "pt-BR")
    world.say(7001, 7001, "olá")
    languages = [update["message"]["from"]["language_code"] for update in world.updates.first(9)]
    assert languages == ["en", "pt-BR"]


async def test_a_press_is_answered_once_and_in_time(world: World, call: Any, clock: Clock, anna: int) -> None:
    shown = (await call("sendMessage", chat_id=anna, text="x"))[1]["result"]["message_id"]
    query = world.press(anna, anna, shown, "1:follow:5")
    assert world.updates.first(1)[0]["callback_query"]["data"] == "1:follow:5"
    async with world.subscribe() as events:
        assert (await call("answerCallbackQuery", callback_query_id=query, text="Following Robotics"))[0] == 200
        toast = await asyncio.wait_for(anext(events), 30)
    assert (toast.kind, toast.chat_id, toast.payload["text"]) == ("toast", anna, "Following Robotics")
    assert (world.answer_to(query) or {})["text"] == "Following Robotics"
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert (await call("answerCallbackQuery", callback_query_id=query))[1]["description"] == too_old
    late = world.press(anna, anna, shown, "1:follow:5")
    clock.pass_seconds(3600)
    assert (await call("answerCallbackQuery", callback_query_id=late))[1]["description"] == too_old
    long = world.press(anna, anna, shown, "1")
    refused = await call("answerCallbackQuery", callback_query_id=long, text="x" * 201)
    assert refused[1]["description"] == "Bad Request: MESSAGE_TOO_LONG"


def test_a_press_under_a_deleted_message_still_reaches_the_bot(world: World, anna: int) -> None:
    world.press(anna, anna, 999, "1:open:3")
    message = world.updates.first(1)[0]["callback_query"]["message"]
    assert message["date"] == 0 and message["message_id"] == 999


async def test_inline_queries_are_answered_within_limits(world: World, call: Any, anna: int) -> None:
    article = {"type": "article", "id": "1", "title": "t", "input_message_content": {"message_text": "x"}}
    query = world.ask_inline(anna, "robots")
    assert (await call("answerInlineQuery", inline_query_id=query, results=[article]))[0] == 200
    again = world.ask_inline(anna, "robots")
    doubled = await call("answerInlineQuery", inline_query_id=again, results=[article, article])
    assert doubled[1]["description"] == "Bad Request: RESULT_ID_DUPLICATE"


async def test_an_upload_can_be_fetched_by_the_bot(world: World, call: Any, anna: int) -> None:
    sent = world.upload(anna, anna, "grid.md", b"---\n", "text/markdown", "two drafts")
    assert sent["document"]["file_name"] == "grid.md" and sent["caption"] == "two drafts"
    file = (await call("getFile", file_id=sent["document"]["file_id"]))[1]["result"]
    stored = world.files.at(file["file_path"])
    assert stored is not None and stored.data == b"---\n"


async def test_those_who_watch_see_messages_edits_and_deletions(world: World, call: Any, anna: int) -> None:
    async with world.subscribe() as events:
        ask = {"chat_id": anna}
        ask["message_id"] = (await call("sendMessage", **ask, text="a"))[1]["result"]["message_id"]
        await call("editMessageText", **ask, text="b")
        await call("deleteMessage", **ask)
        world.set_language(anna, "de")
        kinds = [(await asyncio.wait_for(anext(events), 30)).kind for _ in range(4)]
    assert kinds == ["message", "edited", "deleted", "people"]


async def test_commands_are_shown_by_scope_and_language(world: World, call: Any, anna: int) -> None:
    def menu(name: str) -> list[dict[str, str]]:
        return [{"command": name, "description": name}]

    def shown(person: int, chat: int) -> str:
        return str(world.commands_for(world.people[person], world.chats[chat])[0]["command"])

    await call("setMyCommands", commands=menu("all"))
    await call("setMyCommands", commands=menu("alle"), language_code="de")
    await call("setMyCommands", commands=menu("group"), scope={"type": "all_group_chats"})
    await call("setMyCommands", commands=menu("admin"), scope={"type": "all_chat_administrators"})
    await call("setMyCommands", commands=menu("mine"), scope={"type": "chat", "chat_id": anna})
    assert (shown(7002, 7002), shown(7001, -5001), shown(7003, -5001), shown(anna, anna)) == (
        "all",
        "group",
        "admin",
        "mine",
    )
    world.set_language(7002, "de-AT")
    assert shown(7002, 7002) == "alle"
    await call("deleteMyCommands", scope={"type": "chat", "chat_id": anna})
    assert shown(anna, anna) == "all"
    bad = await call("setMyCommands", commands=menu("not-a-command"))
    assert bad[1]["description"] == "Bad Request: BOT_COMMAND_INVALID"


async def test_names_descriptions_and_menu_buttons_are_kept_by_language(world: World, call: Any, anna: int) -> None:
    await call("setMyDescription", description="News", language_code="")
    await call("setMyDescription", description="Nachrichten", language_code="de")
    assert (await call("getMyDescription", language_code="de"))[1]["result"] == {"description": "Nachrichten"}
    assert (await call("getMyDescription", language_code="fr"))[1]["result"] == {"description": "News"}
    assert "too long" in (await call("setMyShortDescription", short_description="x" * 121))[1]["description"]
    assert (await call("getMyName"))[1]["result"] == {"name": "Northgate News"}
    button = {"type": "web_app", "text": "Desk", "web_app": {"url": "https://x.org/"}}
    assert (await call("setChatMenuButton", chat_id=anna, menu_button=button))[0] == 200
    assert (await call("getChatMenuButton", chat_id=anna))[1]["result"] == button
    assert (await call("getChatMenuButton"))[1]["result"] == {"type": "commands"}


async def test_who_is_in_a_chat_and_who_runs_it(world: World, call: Any) -> None:
    world.add_bot(7003, -5001)
    admins = (await call("getChatAdministrators", chat_id=-5001))[1]["result"]
    assert [admin["user"]["id"] for admin in admins] == [7003]
    status = {
        user: (await call("getChatMember", chat_id=-5001, user_id=user))[1]["result"]["status"]
        for user in (7001, 7002, 7003, world.bot["id"])
    }
    assert list(status.values()) == ["member", "left", "administrator", "member"]
    assert (await call("getChatMemberCount", chat_id=-5001))[1]["result"] == 3
    assert (await call("leaveChat", chat_id=-5001))[1]["result"] is True
    assert (await call("getChat", chat_id=-5001))[0] == 403
