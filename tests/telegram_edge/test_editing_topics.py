"""An article's topics, ticked in a picker by an editor."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from edit_desk import Desk, edit_desk
from newsroom_samples import define, plain
from story import BEN, EDITH

from bot.domain.press import press
from bot.domain.topic import TopicFile
from bot.store.content import topics

MANY = tuple(TopicFile(f"t{n:02}", f"Topic {n:02}") for n in range(1, 18))


class TickDesk(Desk):
    """A desk in whose newsroom there are many topics."""

    async def presses(self, label: str, person: int = EDITH) -> str | None:
        return await self.house.presses(person, label)

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))

    @property
    def labels(self) -> list[str]:
        return [label for row in self.house.buttons(EDITH) for label in row]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[TickDesk]:
    async with edit_desk(tmp_path) as desk:
        await define(desk.house, *MANY, TopicFile("ai", "AI"), TopicFile("robotics", "Robotics"))
        yield TickDesk(desk.room)


async def test_ticks_are_a_choice_until_they_are_done_and_one_edit_then(desk: TickDesk) -> None:
    revision = (await desk.article()).revision
    asked = await desk.chooses("Topics")
    assert asked == "Topics of #1 Grid: Energy. Page 1 of 3. Write a name to look for others."
    assert desk.house.buttons(EDITH) == [
        ["✓ Energy", "AI"],
        ["Robotics", "Topic 01"],
        ["Topic 02", "Topic 03"],
        ["Topic 04", "Topic 05"],
        ["More topics"],
        ["Done", "Cancel"],
    ]
    assert await desk.presses("AI") == "AI is ticked"
    assert desk.labels[:3] == ["✓ Energy", "✓ AI", "Robotics"]  # no button moves away
    await desk.presses("More topics")
    assert "Page 2 of 3." in desk.screen
    await desk.presses("Topic 09")
    await desk.presses("Previous")
    assert await desk.presses("✓ Energy") == "Energy is not ticked"
    assert desk.screen.startswith("Topics of #1 Grid: AI and Topic 09.")
    assert await desk.topics() == ["Energy"] and (await desk.article()).revision == revision
    await desk.presses("Done")
    assert await desk.topics() == ["AI", "Topic 09"]
    assert desk.screen.startswith("#1 Grid (draft)")
    assert [(entry.before, entry.after) for entry in await desk.edits()] == [("Energy", "AI, Topic 09")]


async def test_words_look_for_topics_and_what_is_ticked_stays_so(desk: TickDesk) -> None:
    await desk.chooses("Topics")
    await desk.presses("AI")
    assert await desk.says("robo") == (
        "Topics of #1 Grid: Energy and AI. Below is what is called like “robo”. Write a name to look for others."
    )
    assert desk.house.buttons(EDITH) == [["Robotics"], ["All topics"], ["Done", "Cancel"]]
    await desk.presses("Robotics")
    assert desk.house.buttons(EDITH)[0] == ["✓ Robotics"]  # the same list after a tick
    await desk.says("topic 1, AI")
    assert desk.labels[:8] == [f"Topic {n}" for n in range(10, 18)]
    await desk.presses("More topics")
    assert desk.labels[0] == "✓ AI"
    assert "No topic is called like “xyzzy”." in await desk.says("xyzzy")
    assert await desk.says("Robotcis") and desk.labels[0] == "✓ Robotics"  # a slip
    await desk.presses("All topics")
    assert "Page 1 of 3." in desk.screen
    await desk.presses("Done")
    assert await desk.topics() == ["Energy", "AI", "Robotics"]


async def test_an_old_picker_goes_on_from_the_open_choice_or_begins_with_what_is_true_now(desk: TickDesk) -> None:
    await desk.chooses("Topics")
    old_id, old_ai = desk.house.button(EDITH, "AI")
    _, old_done = desk.house.button(EDITH, "Done")
    await desk.says("robo")
    await desk.presses("Robotics")
    await desk.house.presses_data(EDITH, old_ai, old_id)
    old = next(one for one in desk.house.messages(EDITH) if one["message_id"] == old_id)
    assert plain(old["text"]).startswith("Topics of #1 Grid: Energy, Robotics and AI.")
    await desk.house.presses_data(EDITH, old_done, old_id)
    assert await desk.topics() == ["Energy", "Robotics", "AI"]
    toast = await desk.house.presses_data(EDITH, old_done, old_id)
    assert toast == "That list was out of date. Here is the current one."
    assert len(await desk.edits()) == 1
    desk.house.clock.advance(timedelta(hours=1))
    await desk.house.presses_data(EDITH, press("edit_tick", 1, 10**15, 1, 10**12), old_id)  # no such topic
    await desk.house.presses_data(EDITH, press("edit_ticks", 1, -5), old_id)
    await desk.house.presses_data(EDITH, "edit_tick", old_id)
    assert await desk.topics() == ["Energy", "Robotics", "AI"]


async def test_a_cancelled_choice_is_none_and_one_without_topics_is_refused(desk: TickDesk) -> None:
    await desk.chooses("Topics")
    await desk.presses("AI")
    await desk.presses("Cancel")
    assert desk.screen == "#1 Grid stays as it is."
    await desk.chooses("Topics")
    assert desk.screen.startswith("Topics of #1 Grid: Energy.")
    await desk.presses("✓ Energy")
    assert desk.screen.startswith("#1 Grid would have no topic.")
    await desk.presses("Done")
    assert desk.screen.startswith("The topics would be empty; nothing was changed.")
    await desk.chooses("Topics")
    await desk.presses("Done")
    assert desk.screen.startswith("#1 Grid says that already; nothing was changed.")
    assert await desk.topics() == ["Energy"] and await desk.edits() == []


async def test_of_two_editors_who_tick_the_later_one_sees_what_changed_and_decides(desk: TickDesk) -> None:
    await desk.says(f"/editors add {BEN} editor")
    for person in (EDITH, BEN):
        await desk.chooses("Topics", person)
    await desk.presses("AI", BEN)
    await desk.presses("Robotics")
    await desk.presses("Done", BEN)
    await desk.presses("Done")
    assert desk.screen == (
        "#1 Grid was changed while you wrote.\n"
        "Ben Okafor (7002) changed the topics: Energy → Energy, AI\n"
        "It says now (topics): Energy, AI\n"
        "Yours: Energy, Robotics"
    )
    assert await desk.topics() == ["Energy", "AI"]
    await desk.presses("Use mine")
    assert await desk.topics() == ["Energy", "Robotics"]


async def test_a_topic_that_is_gone_meanwhile_is_left_out(desk: TickDesk) -> None:
    await desk.chooses("Topics")
    await desk.presses("AI")
    await desk.says("topic 16")
    await desk.presses("Topic 16")
    async with desk.house.db.transaction() as conn:
        await conn.execute("DELETE FROM topic_names WHERE topic = (SELECT number FROM topics WHERE id = 't16')")
        await conn.execute("DELETE FROM topics WHERE id = 't16'")
    await desk.presses("Done")
    assert await desk.topics() == ["Energy", "AI"]


async def test_only_who_may_change_the_article_ticks_its_topics(desk: TickDesk) -> None:
    await desk.says("/edit 1 topics")
    await desk.presses("AI")
    message_id, done = desk.house.button(EDITH, "Done")
    assert "too old" in (await desk.house.presses_data(BEN, done, 1) or "")
    await desk.says(f"/editors add {BEN} contributor")
    await desk.house.presses_data(BEN, done, 1)
    await desk.house.presses_data(BEN, press("edit_tick", 1, 1, 0, 0), 1)
    assert await desk.topics() == ["Energy"]
    await desk.house.presses_data(EDITH, done, message_id)
    assert await desk.topics() == ["Energy", "AI"]


async def test_the_files_topics_wait_for_a_decision_once_they_were_ticked(desk: TickDesk) -> None:
    await desk.told()
    await desk.says("/edit 1 topics")
    await desk.presses("AI")
    await desk.presses("Done")
    await desk.told(topics=("Energy", "Robotics"))
    assert await desk.topics() == ["Energy", "AI"]
    assert "Edited in chat, and still shown: “Energy, AI”." in desk.screen
    await desk.presses("Take the other")
    assert await desk.topics() == ["Energy", "Robotics"]


async def test_a_name_that_only_the_article_bears_can_be_unticked_and_ticked_again(desk: TickDesk) -> None:
    story = replace((await desk.article()).story, link="https://news.example/new", topics=("Brand new", "AI"))
    await desk.room.take({"new.md": story})
    await desk.chooses("Topics", number=2)
    assert desk.labels[:2] == ["✓ Brand new", "✓ AI"]
    await desk.presses("✓ Brand new")
    await desk.presses("Brand new")
    await desk.presses("Done")
    assert await desk.topics(2) == ["AI", "Brand new"]
    async with desk.house.db.reading() as conn:
        assert "Brand new" not in {topic.name for topic in (await topics.established(conn)).values()}
