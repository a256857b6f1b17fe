"""The sandbox's own state on disk: what comes back, and what a crash or a stranger's file cannot spoil."""

from __future__ import annotations

import asyncio
import json
import logging
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sandbox_clock import TOKEN, Clock

from bot.sandbox.world.people import Thread
from bot.sandbox.world.state_file import SKIPPED_NUMBERS, UnreadableState, keeping, recall
from bot.sandbox.world.world import World

ANNA, BEN, EDITH = 7001, 7002, 7003


def another(clock: Clock) -> World:
    """Return the world that the next start of the sandbox begins with."""
    world = World(token=TOKEN, clock=clock)
    world.standard_cast()
    return world


async def kept(world: World, file: Path) -> dict[str, object]:
    """Run the world for no time at all and return what is left of it."""
    async with keeping(world, file):
        pass
    found: dict[str, object] = json.loads(file.read_bytes())
    return found


def group_of(world: World) -> int:
    return next(chat.id for chat in world.chats.values() if chat.type == "group")


async def test_people_and_memberships_come_back_as_they_were(world: World, clock: Clock, tmp_path: Path) -> None:
    group = group_of(world)
    world.start(ANNA)
    world.start(BEN)
    world.block(BEN)
    world.set_language(ANNA, None)
    world.add_bot(ANNA, group)
    world.rename(group, "Readers <of> \N{GRINNING FACE}")
    supergroup = world.migrate(group)
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"}, is_forum=True, threads={5: "Energy"})
    forum.slow_mode, forum.threads[6] = 30, Thread("Space", closed=True)
    world.make_bot_admin(EDITH, forum.id)
    world.add_person("Reader 1").in_crowd = True
    await kept(world, tmp_path / "state.json")

    returned = another(clock)
    assert recall(returned, tmp_path / "state.json")
    assert returned.people == world.people
    for number, chat in world.chats.items():
        assert returned.chats[number] == chat
    assert returned.chats[supergroup].bot_status == "member" and returned.chats[group].migrated_to == supergroup
    ours, theirs = returned.add_chat("group", "New"), returned.add_person()
    assert ours.id not in world.chats and theirs.id not in world.people, "an id is given once"


async def test_a_number_of_a_message_is_not_given_again(world: World, clock: Clock, tmp_path: Path) -> None:
    """The bot keeps which message a delivery became, for corrections; https://core.telegram.org/bots/api#message"""
    forum = world.add_chat("supergroup", "Forum", members={EDITH: "creator"})
    private = [world.say(ANNA, ANNA, "one")["message_id"], world.say(BEN, BEN, "two")["message_id"]]
    shared = world.say(EDITH, forum.id, "three")["message_id"]
    await kept(world, tmp_path / "state.json")
    returned = another(clock)
    recall(returned, tmp_path / "state.json")
    # As many may have been given between the last write and a kill.
    assert returned.say(ANNA, ANNA, "four")["message_id"] == max(private) + SKIPPED_NUMBERS + 1
    assert returned.say(EDITH, forum.id, "five")["message_id"] == shared + SKIPPED_NUMBERS + 1
    assert returned.messages(BEN) == []


async def test_pins_are_not_kept_because_their_messages_are_not(world: World, clock: Clock, tmp_path: Path) -> None:
    world.chats[group_of(world)].pinned.append(world.say(ANNA, group_of(world), "pinned")["message_id"])
    await kept(world, tmp_path / "state.json")
    returned = another(clock)
    recall(returned, tmp_path / "state.json")
    assert returned.chats[group_of(world)].pinned == []


async def test_what_happens_is_on_disk_while_the_sandbox_runs(world: World, clock: Clock, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    async with keeping(world, file):
        world.block(BEN)
        async with asyncio.timeout(10):
            while not (file.exists() and b'"has_blocked":true' in file.read_bytes().replace(b" ", b"")):  # noqa: ASYNC110  written by a thread
                await asyncio.sleep(0.01)
        world.block(ANNA)  # within the same second: the end of the block writes it
    returned = another(clock)
    recall(returned, file)
    assert [returned.people[person].has_blocked for person in (ANNA, BEN, EDITH)] == [True, True, False]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [left.name for left in tmp_path.iterdir()] == ["state.json"]


async def test_a_write_that_was_cut_off_leaves_the_state_before_it(world: World, clock: Clock, tmp_path: Path) -> None:
    world.block(BEN)
    await kept(world, tmp_path / "state.json")
    (tmp_path / "state.json.new").write_bytes((tmp_path / "state.json").read_bytes()[:100])
    returned = another(clock)
    assert recall(returned, tmp_path / "state.json")
    assert returned.people[BEN].has_blocked
    await kept(returned, tmp_path / "state.json")
    assert not (tmp_path / "state.json.new").exists()


async def test_a_disk_that_takes_nothing_is_told_and_holds_nobody(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "away" / "state.json"
    with caplog.at_level(logging.WARNING):
        async with keeping(world, file):
            world.block(BEN)
            async with asyncio.timeout(10):
                while not caplog.records:  # noqa: ASYNC110  written by a thread
                    await asyncio.sleep(0.01)
            file.parent.mkdir()
    assert caplog.messages == [f"{file} cannot be written: No such file or directory"]
    assert b"has_blocked" in file.read_bytes()


async def test_without_a_file_nothing_is_recalled(world: World, tmp_path: Path) -> None:
    before = dict(world.people)
    assert not recall(world, tmp_path / "state.json")
    assert world.people == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda state: state.update(version=2), "version: "),
        (lambda state: state.pop("people"), "people: "),
        (lambda state: state.update(messages=[]), "messages: "),
        (lambda state: state["people"][0].update(id="7001"), "people.0.id: "),
        (lambda state: state["people"][0].update(has_blocked="no"), "people.0.has_blocked: "),
        (lambda state: state["people"][0].pop("first_name"), "people.0.first_name: "),
        (lambda state: state["chats"][0].update(bot_status="king"), "chats.0.bot_status: "),
        (lambda state: state["chats"][0]["members"].update({"Anna": "member"}), "chats.0.members."),
        (lambda state: state.update(last_numbers={"0": None}), "last_numbers.0: "),
    ],
)
async def test_a_file_that_says_something_else_changes_nobody(
    world: World, clock: Clock, tmp_path: Path, change: Callable[[Any], Any], said: str
) -> None:
    world.block(BEN)
    file = tmp_path / "state.json"
    state = await kept(world, file)
    change(state)
    file.write_text(json.dumps(state))
    returned = another(clock)
    with pytest.raises(UnreadableState, match=said) as raised:
        recall(returned, file)
    assert "\n" not in str(raised.value)
    assert not returned.people[BEN].has_blocked


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff\xfe", b"{" * 2000])
async def test_a_file_of_another_kind_is_named_and_not_guessed_at(world: World, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "state.json").write_bytes(data)
    with pytest.raises(UnreadableState, match=r"\A[^\n]+\Z"):
        recall(world, tmp_path / "state.json")
