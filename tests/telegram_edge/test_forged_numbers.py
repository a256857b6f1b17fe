"""
Numbers in buttons, as a client sends them that somebody has changed: nobody sees or changes what is somebody else's.

Telegram passes on whatever data a client names, shown under that message or not; who pressed, and in which chat, is
what can be relied on. Source: https://core.telegram.org/bots/api#callbackquery ("data … Be aware that the message
originated the query can contain no callback buttons with this data")
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from newsroom_samples import SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH, StoryHouse, story_house

from bot.domain.press import press
from bot.domain.role import Role
from bot.services.newsroom import campaign_control, newsroom
from bot.store.content import articles
from bot.store.delivery import campaigns
from bot.store.delivery.campaigns import CampaignState
from bot.store.desk import audit_log, editors
from bot.telegram_edge.conversations.table import REGISTRY

TOO_OLD = "This button is too old to use."
FAULT = "The fault is on this side"
# The last two as people, not as the number that was asked for.
SECRETS = ("Found for", "Secret", str(BEN), str(EDITH))
VERBS = sorted(rule.verb for conversation in REGISTRY.conversations for rule in conversation.presses)
# Searches, campaigns, topics and stories that are out; those that are not (11 to 14); people; and what no row has.
NUMBERS = (1, 2, 3, 10, 11, 12, 13, 14, 0, -1, BEN, EDITH, 2**62, 2**63 - 1, -(2**63))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[StoryHouse]:
    """Ben has one of everything that a chat can have, a group too, and the desk has articles that are not out."""
    async with story_house(tmp_path) as house:
        await define(house, *SECTIONS)
        await put(house, *(f"Story {place} in quiet words" for place in range(9)), worn=["Energy"])
        await put(house, "Ben's favourite", worn=["Robotics"])
        for state in ("draft", "held", "scheduled", "retracted"):
            await put(house, f"Secret {state}", worn=["Energy"], state=state)
        house.world.add_bot(EDITH, house.group)
        await house.settle()
        for person in (ANNA, BEN, EDITH):
            await house.starts(person)
        await house.presses_data(BEN, press("card_save", 10), house.messages(BEN)[-1]["message_id"])
        for chat in (BEN, house.group):
            who = BEN if chat == BEN else EDITH
            for said in (
                '/subscribe Energy, Robotics, "Secret dots"',
                "/never Secret power",
                "/unsubscribe Vision",
                "/settings Berlin",
                "/settings daily 08:00",
                "/search quiet words",
            ):
                await house.says(who, said, chat)
        now = house.clock()
        async with house.db.transaction() as conn:
            await conn.executemany(
                "INSERT INTO exceptions (chat, topic, kind) VALUES (?, 4, 'muted')", [(BEN,), (house.group,)]
            )
            await conn.executemany(
                "INSERT INTO unwanted_sources (chat, source) VALUES (?, 'harbour.example')", [(BEN,), (house.group,)]
            )
            await editors.invite(conn, Role.EDITOR, now)
            await audit_log.record(conn, "publish", at=now, person=EDITH, article=1)
        async with house.db.transaction() as conn:
            await articles.set_state(conn, 1, articles.ArticleState.DRAFT)
        published = await newsroom.publish(house.db, 1, by=EDITH, now=now, undo=timedelta(0))
        async with house.db.transaction() as conn:
            await conn.execute(
                "INSERT INTO progress (campaign, chat, message_id) VALUES (?, ?, 1)", (published.campaign, EDITH)
            )
        yield house


def others(house: StoryHouse, person: int) -> dict[str, list[tuple[object, ...]]]:
    """Return every row that is not the person's, table by table."""
    rows = {}
    with closing(sqlite3.connect(house.db.path)) as conn:
        for (table,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}
            owner = "chat" if "chat" in columns else "id" if table == "chats" else None
            mine = f" WHERE {owner} <> {person}" if owner else ""
            if table == "timings":  # each is of all chats that want the same
                mine = f" WHERE number IN (SELECT timing FROM chats WHERE id <> {person})"
            # Who was forgotten is known by a hash, and what is counted of all names nobody.
            if table not in ("sqlite_sequence", "forgotten", "activity", "article_acts"):
                rows[table] = sorted(conn.execute(f"SELECT * FROM {table}{mine}").fetchall(), key=repr)
    return rows


def forged(verb: str) -> list[str]:
    """Return the verb with each number, alone and as the lists' buttons have it."""
    data = [press(verb)]
    for number in NUMBERS:
        data += [
            press(verb, number),
            press(verb, number, 6, 0, 2**40, 1),
            press(verb, 1, number),
        ]
    return data


async def tried(house: StoryHouse, person: int, verb: str, chat: int) -> list[str]:
    """Press a verb with every number, on the newest message of a chat; return all that is then to be read."""
    before = len(house.screens(chat))
    said = []
    for data in forged(verb):
        if chat == person and not house.messages(chat):  # they have asked to be forgotten
            await house.starts(person)
        message = house.messages(chat)[-1]["message_id"]
        toast = await house.presses_data(person, data, message, chat)
        said += [toast or "", house.screen(chat), *(label for row in house.buttons(chat) for label in row)]
    return [_without_numbers_asked_for(plain(text)) for text in (*said, *house.screens(chat)[before:])]


def _without_numbers_asked_for(text: str) -> str:
    return text.replace(f"#{BEN}", "").replace(f"#{EDITH}", "")


@pytest.mark.parametrize("verb", VERBS)
async def test_a_reader_reaches_nothing_of_anybody_elses(town: StoryHouse, verb: str) -> None:
    before = others(town, ANNA)
    await town.says(ANNA, "/help")
    said = await tried(town, ANNA, verb, ANNA)
    assert not [text for text in said if FAULT in text or any(secret in text for secret in SECRETS)]
    assert others(town, ANNA) == before


@pytest.mark.parametrize("verb", VERBS)
async def test_who_is_no_administrator_reaches_nothing_of_a_groups_or_of_its_people(
    town: StoryHouse, verb: str
) -> None:
    await town.says(ANNA, "/help", town.group)
    before = others(town, ANNA)
    before.pop("meta")  # a group's questions are counted there
    said = await tried(town, ANNA, verb, town.group)
    assert not [text for text in said if FAULT in text or any(secret in text for secret in SECRETS[1:])]
    after = others(town, ANNA)
    after.pop("meta")
    assert after == before


async def test_a_search_is_turned_in_its_own_chat_only(town: StoryHouse) -> None:
    """Ben's is Ben's, a group's the group's; and what Anna looked for in private is not shown to a group."""
    await town.says(ANNA, "/search quiet words")
    places = {}
    for chat in (ANNA, BEN, town.group):
        places[chat] = town.button(chat, "Older")
    for person, chat in ((ANNA, ANNA), (BEN, BEN), (EDITH, town.group)):
        for owner, (_, data) in places.items():
            toast = await town.presses_data(person, data, places[chat][0], chat)
            if owner == chat:
                assert toast is None
                assert plain(next(s for s in reversed(town.screens(chat)) if "Found" in s)).count("quiet words") > 1
            else:
                assert toast == "This button is too old to use. Send /search for a new list."


async def test_a_search_is_too_old_once_its_chat_was_forgotten(town: StoryHouse) -> None:
    message, data = town.button(BEN, "Older")
    await town.says(BEN, "/forget")
    await town.presses(BEN, "Delete all")
    await town.says(BEN, "/search quiet words")
    assert (await town.presses_data(BEN, data, message) or "").startswith(TOO_OLD)
    await town.presses(BEN, "Older")
    assert plain(town.screen(BEN)).startswith("Found for “quiet words”")


@pytest.mark.parametrize("verb", ["held_stop", "held_rest"])
async def test_an_editor_stops_and_takes_up_all_of_their_own_and_nothing_of_another_editors(
    tmp_path: Path, verb: str
) -> None:
    async with story_house(tmp_path, admins=f"{EDITH},{BEN}") as house:
        await define(house, *SECTIONS)
        numbers = await put(house, *(f"Story {place}" for place in range(4)), worn=["Energy"], state="draft")
        went = []
        for number, by in zip(numbers, (EDITH, BEN, None, EDITH), strict=True):
            done = await newsroom.publish(house.db, number, by=by, now=house.clock(), undo=timedelta(0))
            went.append(done.campaign)
        await house.starts(EDITH)
        await house.says(EDITH, "/stats")
        if verb == "held_rest":
            for campaign in went:
                await campaign_control.stop(house.db, campaign, by=BEN, now=house.clock())
        message = house.messages(EDITH)[-1]["message_id"]
        for first, last in ((went[0], went[-1]), (0, 2**62)):
            await house.presses_data(EDITH, press(verb, first, last), message)
        async with house.db.reading() as conn:
            states = {one.id: one.state for one in await campaigns.open_ones(conn)}
        before, after = CampaignState.RUNNING, CampaignState.STOPPED
        if verb == "held_rest":
            before, after = after, before
        assert [states[campaign] for campaign in went] == [after, before, before, after]
