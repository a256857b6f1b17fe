"""Inline mode as Telegram plays it: whose answer is given again, and what stands in the chat that was chosen."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_clock import Clock

from bot.sandbox.world.world import World

BEN = 7002


def article(id: str = "1", text: str = "x", **fields: Any) -> dict[str, Any]:
    return {"type": "article", "id": id, "title": "t", "input_message_content": {"message_text": text}, **fields}


def asked(world: World) -> list[str]:
    """Return the questions that reached the bot, and forget them."""
    questions = [update["inline_query"]["query"] for update in world.updates.first(100) if "inline_query" in update]
    world.updates.clear()
    return questions


async def test_an_answer_is_given_again_for_as_long_as_the_bot_allows(
    world: World, call: Any, clock: Clock, anna: int
) -> None:
    """`cache_time` is 300 s unless the bot says otherwise: https://core.telegram.org/bots/api#answerinlinequery"""
    query = world.ask_inline(anna, "robots")
    await call("answerInlineQuery", inline_query_id=query, results=[article()], cache_time=10)
    assert asked(world) == ["robots"]
    clock.now += 9
    again = world.ask_inline(BEN, "robots")
    assert world.inline.answered(again) is not None and asked(world) == []
    assert world.ask_inline(anna, "robots", "next") and asked(world) == ["robots"]  # another page is another question
    clock.now += 2
    assert world.inline.answered(world.ask_inline(anna, "robots")) is None and asked(world) == ["robots"]


async def test_a_personal_answer_is_given_again_to_the_same_person_only(world: World, call: Any, anna: int) -> None:
    query = world.ask_inline(anna, "robots")
    await call("answerInlineQuery", inline_query_id=query, results=[article()], is_personal=True)
    asked(world)
    world.ask_inline(BEN, "robots")
    assert asked(world) == ["robots"]
    world.ask_inline(anna, "robots")
    assert asked(world) == []


@pytest.mark.parametrize(
    ("wrong", "description"),
    [
        ({"results": [article(title=" ")]}, "ARTICLE_TITLE_EMPTY"),
        ({"results": [article(str(number)) for number in range(51)]}, "RESULTS_TOO_MUCH"),
        ({"results": [article("x" * 65)]}, "RESULT_ID_INVALID"),
        ({"results": [article()], "next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": [], "button": {"text": "Open", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
        ({"results": [], "button": {"text": "x" * 65, "start_parameter": "a"}}, "SWITCH_PM_TEXT_INVALID"),
        (
            {"results": [article(reply_markup={"inline_keyboard": [[{"text": "Go", "url": "nowhere at all"}]]})]},
            "BUTTON_URL_INVALID",
        ),
        ({"results": [article(text=" ")]}, "text must be non-empty"),
    ],
)
async def test_what_telegram_would_not_show_is_refused_and_may_be_answered_anew(
    world: World, call: Any, anna: int, wrong: dict[str, Any], description: str
) -> None:
    query = world.ask_inline(anna, "robots")
    refused = await call("answerInlineQuery", inline_query_id=query, **wrong)
    assert refused[0] == 400 and description in refused[1]["description"]
    assert (await call("answerInlineQuery", inline_query_id=query, results=[article()]))[0] == 200


async def test_what_is_chosen_stands_in_the_chat_in_the_name_of_who_asked(world: World, call: Any, anna: int) -> None:
    group = next(chat.id for chat in world.chats.values() if chat.type == "group")
    query = world.ask_inline(anna, "robots", chat_id=group)
    assert world.updates.first(1)[0]["inline_query"]["chat_type"] == "group"
    markup = {"inline_keyboard": [[{"text": "Read", "url": "https://example.org/a"}]]}
    text = {"message_text": "Hi", "entities": [{"type": "bold", "offset": 0, "length": 2}]}
    await call(
        "answerInlineQuery",
        inline_query_id=query,
        results=[article(reply_markup=markup) | {"input_message_content": text}],
    )
    asked(world)
    message = world.choose_inline(anna, group, query, "1")
    assert world.messages(group)[-1] is message
    assert (message["from"]["id"], message["via_bot"]["id"], message["text"]) == (anna, world.bot["id"], "Hi")
    assert message["reply_markup"] == markup and message["entities"][0]["type"] == "bold"
    assert len(world.updates) == 0  # the bot is not in the group
    with pytest.raises(KeyError):
        world.choose_inline(anna, group, query, "2")
    with pytest.raises(KeyError):
        world.choose_inline(anna, group, "0", "1")
