"""
People who act in the same moment, with as many readers as a bot has: everybody is answered.

An act that looks at the database, and looks again while it holds what it looked with, is answered as long as one
person acts. Two of them hold everything.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from newsroom_samples import RELATED, SECTIONS, define, put
from story import StoryHouse

from bot.domain.article import ArticleState
from bot.domain.press import press
from bot.store.content import articles
from bot.store.delivery import campaigns

PATIENCE = 60.0  # seconds; all of this takes a fraction of one
FAULT = "The fault is on this side"
EDITORS = tuple(range(7101, 7111))
READERS = tuple(range(7201, 7211))
DOCUMENT = b"""---
title: Told by %d
webUrl: https://news.example/told-by-%d
publishedDateTime: 2026-02-28T10:00:00Z
topics: [Energy]
---
"""


@asynccontextmanager
async def newsroom(folder: Path, editors: Iterable[int] = EDITORS) -> AsyncIterator[Desk]:
    """A desk with so many owners who have all started the bot."""
    owners = tuple(editors)
    async with desk_of(folder, admins=",".join(map(str, owners))) as desk:
        for person in owners:
            desk.house.world.add_person(f"Editor {person}", id=person)
            await desk.house.starts(person)
        yield desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with newsroom(tmp_path) as desk:
        yield desk


async def at_once(house: StoryHouse, acts: Iterable[tuple[int, str]], chat: int | None = None) -> None:
    """Let each person press the button of that label, or say what begins with `/`, all before the bot hears of any.

    Nobody is left without an answer, and no answer says that something failed.
    """
    queries, waiting = [], []
    for person, what in acts:
        place = chat or person
        if what.startswith("/"):
            house.world.say(person, place, what)
            waiting.append((place, len(house.messages(place))))
        else:
            queries.append((person, house.world.press(person, place, *house.button(place, what))))
    async with asyncio.timeout(PATIENCE):
        await house.settle()
    for person, query in queries:
        answer = house.world.answer_to(query)
        assert answer is not None, f"the client of {person} still waits"
        assert FAULT not in answer.get("text", ""), person
    if chat is None:
        for place, before in waiting:
            assert len(house.messages(place)) > before, f"{place} got no answer"
            assert FAULT not in house.screen(place)


async def hold(desk: Desk, many: int) -> None:
    """Let so many articles be held, as after a burst of files."""
    for place in range(many):
        at = desk.house.clock() - timedelta(hours=many - place)
        await desk.room.draft(f"story-{place}", "Energy", title=f"Story {place}", published_at=at, pictures=())
    async with desk.house.db.transaction() as conn:
        for number in await articles.in_state(conn, ArticleState.DRAFT):
            await articles.set_state(conn, number, ArticleState.HELD)


async def states(desk: Desk) -> dict[ArticleState, int]:
    async with desk.house.db.reading() as conn:
        return {state: many for state, many in (await articles.counts(conn)).items() if many}


async def publishes(desk: Desk) -> int:
    async with desk.house.db.reading() as conn:
        return len(await campaigns.open_ones(conn))


def choosing(house: StoryHouse, person: int) -> str:
    return next(screen for screen in reversed(house.screens(person)) if "held" in screen)


# Editors


@pytest.mark.parametrize("apart", [False, True])
async def test_two_editors_decide_at_the_same_moment_and_everybody_is_still_answered(
    tmp_path: Path, apart: bool
) -> None:
    """Each looks for the next article while the other does, until none is left; `apart`: they begin at two articles."""
    both = EDITORS[:2]
    async with newsroom(tmp_path, both) as desk:
        await hold(desk, 5)
        for editor in both:
            await desk.house.says(editor, "/drafts")
            await desk.house.presses(editor, "Choose")
        if apart:
            await desk.house.presses(both[1], "Next")
        for _ in range(5):
            shown = {
                editor: label for editor in both if (label := _decision(desk.house, editor, "Archive")) is not None
            }
            await at_once(desk.house, shown.items())
        assert await states(desk) == {ArticleState.ARCHIVED: 5}
        assert [desk.house.screen(editor) for editor in both] == ["Nothing is held."] * 2
        reader = desk.house.world.add_person("Reader", id=READERS[0]).id
        async with asyncio.timeout(PATIENCE):
            await desk.house.starts(reader)
        assert desk.house.screens(reader)


async def test_ten_editors_decide_ten_articles_at_once_until_all_are_decided(desk: Desk) -> None:
    await hold(desk, 20)
    for round_ in range(2):
        numbers = range(10 * round_ + 1, 10 * round_ + 11)
        for editor, number in zip(EDITORS, numbers, strict=True):
            await desk.house.says(editor, "/drafts")
            choose = desk.house.button(editor, "Choose")[0]
            await desk.house.presses_data(editor, press("held_choose", number - 1), choose)
        verbs = ["Push" if editor % 2 else "Archive" for editor in EDITORS]
        await at_once(
            desk.house,
            [(editor, f"{verb} #{number}") for editor, verb, number in zip(EDITORS, verbs, numbers, strict=True)],
        )
    assert await states(desk) == {ArticleState.PUBLISHED: 10, ArticleState.ARCHIVED: 10}
    assert await publishes(desk) == 10


async def test_ten_editors_decide_the_same_articles_at_once_and_each_is_decided_once(desk: Desk) -> None:
    await hold(desk, 12)
    for editor in EDITORS:
        await desk.house.says(editor, "/drafts")
        await desk.house.presses(editor, "Choose")
    for number in range(1, 5):
        for editor in EDITORS:  # whoever was pushed ahead by another's answer goes back to the same one
            await desk.house.presses_data(
                editor, press("held_choose", number - 1), desk.house.button(editor, "Next")[0]
            )
        deciding = ["Push" if (number + editor) % 2 else "Archive" for editor in EDITORS]
        await at_once(
            desk.house, [(editor, f"{verb} #{number}") for editor, verb in zip(EDITORS, deciding, strict=True)]
        )
        for editor in EDITORS:
            assert choosing(desk.house, editor).startswith(f"{12 - number} articles are held.")
    stands = await states(desk)
    assert stands[ArticleState.HELD] == 8
    assert stands.get(ArticleState.PUBLISHED, 0) + stands.get(ArticleState.ARCHIVED, 0) == 4
    assert await publishes(desk) == stands.get(ArticleState.PUBLISHED, 0)


@pytest.mark.parametrize("label", ["Push all", "Archive", "Choose"])
async def test_ten_editors_decide_about_everything_at_once(desk: Desk, label: str) -> None:
    await hold(desk, 12)
    for editor in EDITORS:
        await desk.house.says(editor, "/drafts")
    await at_once(desk.house, [(editor, label) for editor in EDITORS])
    state = {"Push all": ArticleState.PUBLISHED, "Archive": ArticleState.ARCHIVED, "Choose": ArticleState.HELD}[label]
    assert await states(desk) == {state: 12}
    assert await publishes(desk) == (12 if label == "Push all" else 0)


DESK = [
    (("/drafts",), "Open #20"),
    (("/drafts",), "Older"),
    (("/preview 1",), "More"),
    (("/preview 1", "More"), "Back"),
    (("/preview 1", "More"), "List without pushing"),
    (("/preview 1",), "Publish to 3"),
    (("/publish 1",), "Take back"),
    (("/editors",), "Invite an editor"),
    ((), "/drafts"),
    ((), "/preview 1"),
    ((), "/publish 1"),
    ((), "/delivery 1"),
    ((), "/retract 1"),
    ((), "/stats"),
    ((), "/log"),
    ((), "/editors"),
    ((), "/export"),
]


@pytest.mark.parametrize(("before", "act"), DESK)
async def test_ten_editors_do_the_same_at_once(desk: Desk, before: tuple[str, ...], act: str) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    for place in range(20):
        await desk.room.draft(f"story-{place}", "Energy", pictures=())
    for editor in EDITORS:
        for step in before:
            await at_once(desk.house, [(editor, step)])
        await desk.run()
    await at_once(desk.house, [(editor, act) for editor in EDITORS])
    await desk.run()
    assert await publishes(desk) == 0


async def test_ten_editors_steer_one_publish_while_it_is_drawn_for_all_of_them(desk: Desk) -> None:
    people = await desk.room.people(120)
    await desk.room.follow(people, "Energy")
    await desk.room.draft("grid", "Energy", pictures=())
    await desk.house.says(EDITORS[0], "/publish grid")
    for editor in EDITORS[1:]:
        await desk.house.says(editor, "/publish grid")
    for labels in (("Stop",), ("Send the rest", "Stop"), ("Send now", "Stop")):
        async with asyncio.timeout(PATIENCE):
            await desk.passes(3)
        shown = [
            next((label for label in labels if _is_there(desk.house, editor, label)), "/stats") for editor in EDITORS
        ]
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(
                at_once(desk.house, zip(EDITORS, shown, strict=True)), *(desk.notifications.turn() for _ in range(3))
            )
            await desk.notifications.settled()


async def test_ten_editors_send_documents_at_once(desk: Desk) -> None:
    house = desk.house
    for editor in EDITORS:
        house.world.upload(editor, editor, "story.md", DOCUMENT % (editor, editor))
    async with asyncio.timeout(PATIENCE):
        await house.settle()
    assert all("draft" in house.screen(editor) and FAULT not in house.screen(editor) for editor in EDITORS)
    assert await states(desk) == {ArticleState.DRAFT: len(EDITORS)}


# Readers

CHAT = [
    (("/latest",), "Older"),
    (("/latest", "Older"), "Newer"),
    (("/latest",), "Open 1"),
    (("/latest", "Open 1"), "Save"),
    (("/latest", "Open 1"), "More"),
    (("/latest", "Open 1", "More"), "Related (1)"),
    (("/latest", "Open 1", "More"), "Less of this"),
    (("/latest", "Open 1", "More", "Less of this"), "Mute Energy 24 h"),
    (("/latest", "Open 1", "More", "Less of this"), "Unfollow Energy"),
    (("/latest", "Open 1", "More", "Less of this"), "Never from Northgate"),
    (("/top",), "Next"),
    (("/search story",), "Older"),
    (("/latest", "Open 1", "Save"), "/saved"),
    (("/topics",), "Robotics"),
    (("/topics",), "Done"),
    (("/settings",), "Change pictures"),
    (("/settings",), "Change language"),
    (("/settings", "Change language"), "Deutsch"),
    (("/settings",), "Change time zone"),
    (("/forget",), "Delete all"),
    ((), "/start"),
    ((), "/start a_1"),
    ((), "/start t_energy"),
    ((), "/subscribe AI, Robotics, Nonsense"),
    ((), "/unsubscribe Energy"),
    ((), "/subscriptions"),
    ((), "/settings Berlin"),
    ((), "/stop"),
    ((), "/privacy"),
    ((), "/export"),
    ((), "/help"),
]


async def _readers(house: StoryHouse) -> None:
    await define(house, *SECTIONS)
    await put(house, *(f"Story {place}" for place in range(15)), worn=["Energy"], related=(RELATED,))
    for person in READERS:
        house.world.add_person(f"Reader {person}", id=person)
        await house.starts(person)
        await house.says(person, "/subscribe Energy")


@pytest.mark.parametrize(("before", "act"), CHAT)
async def test_ten_readers_do_the_same_at_once(house: StoryHouse, before: tuple[str, ...], act: str) -> None:
    await _readers(house)
    for person in READERS:
        for step in before:
            await at_once(house, [(person, step)])
    await at_once(house, [(person, act) for person in READERS])


async def test_everybody_does_something_else_at_once_while_news_goes_out(desk: Desk) -> None:
    house = desk.house
    await _readers(house)
    desk.house.clock.advance(timedelta(hours=1))
    drafts = [await desk.room.draft(f"grid-{place}", "Energy", pictures=()) for place in range(5)]
    told = ["/drafts", "/stats", "/log", "/editors", f"/delivery {drafts[0].number}"]
    told += [f"/publish {one.number}" for one in drafts]
    asked = ["/latest", "/top", "/search story", "/topics", "/settings", "/subscriptions", "/saved", "/export", "/help"]
    asked.append("/subscribe Robotics")
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(
            at_once(house, [*zip(EDITORS, told, strict=True), *zip(READERS, asked, strict=True)]),
            *(desk.notifications.turn() for _ in range(3)),
        )
        await desk.run()
    assert all(any("Grid" in screen for screen in house.screens(person)) for person in READERS)


async def test_a_group_of_people_who_all_press_at_once_is_answered(house: StoryHouse) -> None:
    await _readers(house)
    people = list(READERS)
    group = house.world.add_chat(
        "supergroup", "Town", members={person: "creator" if person == people[0] else "member" for person in people}
    ).id
    house.world.add_bot(people[0], group)
    await house.settle()
    await house.says(people[0], "/latest", group)
    await at_once(house, [(person, "Older") for person in people], group)
    await at_once(house, [(person, "/latest") for person in people], group)


def _decision(house: StoryHouse, person: int, verb: str) -> str | None:
    """Return the label that decides the article a person is shown; None when nothing is left to decide."""
    return next((label for row in house.buttons(person) for label in row if label.startswith(f"{verb} #")), None)


def _is_there(house: StoryHouse, person: int, label: str) -> bool:
    return any(label in row for row in house.buttons(person))
