"""
A second tap never undoes the first, or decides about something else.

Telegram shows an edited message in the place of the old one while the finger may still be there, and a press of the
button that is there by then is a press like any other: it bears the new button's data and nothing of when it was drawn.
Source: https://core.telegram.org/bots/api#callbackquery
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_stories import Desk, desk_of, plain
from press_room import POLICY
from story import ANNA, BEN, EDITH

from bot.domain.article import ArticleState, Provider, Story
from bot.domain.press import read_press
from bot.domain.role import Role
from bot.store.content import articles
from bot.store.desk import editors

TAKES_AWAY = {
    "take_back_now", "push_stop", "held_stop", "held_push", "held_archive", "held_one_push", "held_one_list", "archive",
    "editor_let_go", "editor_withdraw",
}  # fmt: skip
"""What buttons do that undo, or decide once and for all, without another question."""

PATHS = [
    ("/preview draft", "Publish to 3"),
    ("/preview draft", "More", "List without pushing", "Take back", "Leave it", "Take back", "Take back"),
    ("/preview draft", "Publish to 3", "Take back", "Leave it"),
    ("/preview draft", "Publish to 3", "Take back", "Take back", "Publish again"),
    ("/preview crowded", "Publish to 120", "Send now"),
    ("/preview crowded", "Publish to 120", "Stop", "Take back", "Take back", "Publish again"),
    ("/preview crowded", "Publish to 120", "Stop", "Take back", "Leave it", "Send the rest"),
    ("/drafts", "Push all", "Stop all", "Send the rest"),
    ("/drafts", "Archive"),
    ("/drafts", "Choose", "Next", "Push #", "Archive #", "Push #"),
    ("/drafts", "Choose", "Archive #", "Archive #", "Next", "Push #"),
    ("/editors", "Let Ben Okafor go"),
    ("/editors", "Invite an editor", "Withdraw link 1"),
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path, burst="3") as desk:
        house = desk.house
        await desk.room.follow(await desk.room.people(3), "Energy")
        await desk.room.follow(await desk.room.people(120, first=30_000), "Cities")
        await desk.room.draft("draft", "Energy")
        await desk.room.draft("crowded", "Cities")
        await desk.room.take(
            {
                f"story-{place}.md": Story(
                    title=f"Story {place}",
                    link=f"https://news.example/story-{place}",
                    published_at=house.clock() - timedelta(hours=20 - place),
                    provider=Provider("Northgate News", "news.example"),
                    topics=("Cities",),
                    published=True,
                )
                for place in range(12)
            },
            POLICY,
        )
        async with house.db.transaction() as conn:
            for person, name in ((BEN, "Ben Okafor"), (ANNA, "Anna Berg")):
                await editors.add(conn, person, Role.EDITOR, EDITH, house.clock())
                await editors.set_name(conn, person, name)
        await desk.turn()
        yield desk


def button(desk: Desk, label: str) -> tuple[int, int, int, str]:
    """Return the newest button that is called so, with any number after `#`: its message, row, column and data."""
    for message in reversed(desk.house.messages(EDITH)):
        for row, buttons in enumerate(_keyboard(message)):
            for column, one in enumerate(buttons):
                if plain(one["text"]) == label or (label.endswith("#") and one["text"].startswith(label)):
                    return message["message_id"], row, column, one["callback_data"]
    raise AssertionError(f"no button {label!r} under {desk.screens[-3:]}; the last are {desk.buttons}")


def there(desk: Desk, message_id: int, row: int, column: int) -> str | None:
    """Return the data of the button that stands in a place of a message now."""
    [message] = [one for one in desk.house.messages(EDITH) if one["message_id"] == message_id]
    rows = _keyboard(message)
    return rows[row][column]["callback_data"] if row < len(rows) and column < len(rows[row]) else None


def _keyboard(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return message.get("reply_markup", {}).get("inline_keyboard", [])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ", ".join(path))
async def test_where_a_button_was_pressed_nothing_stands_that_undoes_or_decides(
    desk: Desk, path: tuple[str, ...]
) -> None:
    command, *labels = path
    await desk.says(command)
    for label in labels:
        if label == "Withdraw link 1":
            await desk.says("/editors")
        if label == "Take back":
            await desk.run()
        message_id, row, column, data = button(desk, label)
        await desk.house.presses_data(EDITH, data, message_id)
        for _ in range(3):  # as it is answered, and as it is drawn anew a little later
            before, after = read_press(data), read_press(there(desk, message_id, row, column) or "")
            # Stopping and going on are each other's opposite, and neither is lost by being pressed.
            is_going_on = before is not None and before.verb == "push_rest"
            if after is not None and data != there(desk, message_id, row, column) and not is_going_on:
                assert after.verb not in TAKES_AWAY, f"{label!r} became {after.verb}"
            await desk.passes(2.5)


async def test_a_double_tap_on_publish_retracts_nothing(desk: Desk) -> None:
    await desk.says("/preview draft")
    message_id, *_, data = button(desk, "Publish to 3")
    await desk.house.presses_data(EDITH, data, message_id)
    await desk.run()
    for _ in range(2):  # wherever the finger comes down: on the first or the last row
        keys = _keyboard(next(one for one in desk.house.messages(EDITH) if one["message_id"] == message_id))
        for place in (keys[0], keys[-1]):
            await desk.house.presses_data(EDITH, place[-1]["callback_data"], message_id)
            await desk.turn()
    async with desk.house.db.reading() as conn:
        assert (await articles.find(conn, "draft")).state is ArticleState.PUBLISHED


async def test_take_back_asks_and_then_takes_back(desk: Desk) -> None:
    await desk.says("/publish draft")
    await desk.run()
    await desk.presses("Take back")
    assert desk.screen.startswith("Take #1 Draft back? It leaves every list")
    assert desk.buttons == [["Leave it"], ["Take back"], ["Open #1"]]
    await desk.presses("Leave it")
    assert desk.screen.startswith("#1 is out. 3 sent")
    await desk.presses("Take back")
    await desk.presses("Take back")
    assert desk.screen.startswith("#1 Draft is in no list any more")
    async with desk.house.db.reading() as conn:
        assert (await articles.find(conn, "draft")).state is ArticleState.RETRACTED


async def test_what_is_typed_is_done_without_a_question(desk: Desk) -> None:
    await desk.says("/publish draft")
    await desk.run()
    await desk.says("/retract draft")
    assert desk.screen.startswith("#1 Draft is in no list any more")


async def test_a_double_tap_lets_one_editor_go_and_the_next_is_one_press_further(desk: Desk) -> None:
    await desk.says("/editors")
    message_id, row, column, data = button(desk, "Let Anna Berg go")
    await desk.house.presses_data(EDITH, data, message_id)
    await desk.house.presses_data(EDITH, there(desk, message_id, row, column) or data, message_id)
    async with desk.house.db.reading() as conn:
        left = await editors.editors(conn, frozenset({EDITH}))
    assert left == {EDITH: Role.OWNER, BEN: Role.EDITOR}
    assert [plain(row[0]) for row in desk.buttons] == ["Let Ben Okafor go", "Invite an editor"]


async def test_pushing_one_of_what_is_held_shows_its_progress_and_the_next_below(desk: Desk) -> None:
    await desk.says("/drafts")
    await desk.presses("Choose")
    before = len(desk.screens)
    message_id, *_, data = button(desk, "Push #3")
    await desk.house.presses_data(EDITH, data, message_id)
    await desk.turn()
    assert len(desk.screens) == before + 1
    assert desk.screens[-2].startswith("#3 goes to 120 chats in ")
    assert desk.screen.startswith("11 articles are held. The next one:\n#4 Story 1")


async def test_a_late_push_of_one_is_asked_again_and_goes_on_to_the_next(desk: Desk) -> None:
    await desk.says("/drafts")
    await desk.presses("Choose")
    desk.house.update_queue.backlog_until = 10**9
    await desk.presses("Push #3")
    assert desk.screen.endswith("Publish #3 now?")
    desk.house.update_queue.backlog_until = 0
    await desk.presses("Push #3")
    assert desk.screen.startswith("11 articles are held. The next one:\n#4 Story 1")
