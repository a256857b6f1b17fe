"""An article that goes to the followers of chosen topics alone, by buttons or in words."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from edit_desk import Desk, edit_desk
from newsroom_samples import define, plain
from story import ANNA, BEN, EDITH

from bot.domain.press import press
from bot.domain.topic import TopicFile
from bot.services.newsroom import arriving_news
from bot.store.content import topics
from bot.store.desk import audit_log
from bot.store.engine.database import Database
from bot.store.readers import subscriptions

MANY = tuple(TopicFile(f"t{n:02}", f"Topic {n:02}") for n in range(1, 12))
CHOICE = "#1 Grid goes to {chats}: {whom}. Page 1 of 2. Choose topics, and it goes to nobody else."


class AudienceDesk(Desk):
    """A desk whose draft is about Energy; ANNA follows Robotics, and `energy` are two people who follow Energy."""

    energy: list[int]

    async def presses(self, label: str, person: int = EDITH) -> str | None:
        return await self.house.presses(person, label)

    async def opens_the_choice(self) -> str:
        await self.says("/preview 1")
        await self.presses("More")
        await self.presses("Choose who gets it")
        return self.screen

    @property
    def screen(self) -> str:
        return plain(self.house.screen(EDITH))

    @property
    def labels(self) -> list[str]:
        return [label for row in self.house.buttons(EDITH) for label in row]

    def got(self, person: int) -> int:
        """Return how often somebody got the article."""
        return sum("Read" in str(message.get("reply_markup")) for message in self.house.messages(person))

    async def goes_out(self) -> None:
        await self.room.run()

    async def number(self, name: str) -> int:
        async with self.house.db.reading() as conn:
            return next(one.number for one in (await topics.topics(conn)).values() if one.name == name)

    async def acts(self) -> list[tuple[str, str | None, str | None]]:
        async with self.house.db.reading() as conn:
            return [(one.act, one.before, one.after) for one in reversed(await audit_log.latest(conn))]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[AudienceDesk]:
    async with edit_desk(tmp_path) as desk:
        yield await furnished(desk)


async def furnished(desk: Desk) -> AudienceDesk:
    await define(desk.house, *MANY, TopicFile("robotics", "Robotics"), TopicFile("energy", "Energy"))
    full = AudienceDesk(desk.room)
    full.energy = await desk.room.people(2)
    await desk.room.follow(full.energy, "Energy")
    return full


async def test_topics_are_chosen_with_buttons_shown_with_their_reach_and_nobody_else_gets_it(
    desk: AudienceDesk,
) -> None:
    assert await desk.opens_the_choice() == CHOICE.format(chats="2 chats", whom="all who follow it")
    assert desk.labels[:3] == ["Energy", "Robotics", "Topic 01"]
    assert desk.house.buttons(EDITH)[-2:] == [["More topics"], ["Open #1"]]
    assert await desk.presses("Robotics") == "Robotics is ticked"
    assert desk.screen == CHOICE.format(chats="1 chat", whom="only followers of Robotics")
    await desk.presses("Energy")
    assert desk.screen == CHOICE.format(chats="3 chats", whom="only followers of Robotics and Energy")
    assert await desk.presses("✓ Energy") == "Energy is not ticked"
    await desk.presses("Open #1")
    assert "It would go to 1 chat, taking about" in desk.screen
    assert "It goes only to followers of Robotics." in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Publish to 1"]
    await desk.presses("Publish to 1")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]
    assert [act for act in await desk.acts() if act[0] == "audience"] == [
        ("audience", "", "Robotics"),
        ("audience", "Robotics", "Robotics, Energy"),
        ("audience", "Robotics, Energy", "Robotics"),
    ]


async def test_everybody_who_follows_it_gets_it_again_once_nothing_is_chosen(desk: AudienceDesk) -> None:
    await desk.opens_the_choice()
    await desk.presses("Robotics")
    await desk.presses("All who follow it")
    assert desk.screen == CHOICE.format(chats="2 chats", whom="all who follow it")
    await desk.says("/publish 1")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [0, 1, 1]


@pytest.mark.parametrize(
    ("typed", "reached"),
    [
        ("/publish 1 only Robotics", [1, 0, 0]),
        ("/publish 1 only to #robotics, energy", [1, 1, 1]),
        ("/publish 1 ONLY: Robotics silently", [1, 0, 0]),
        ("/publish 1 silently only Robotics", [1, 0, 0]),
        ("/publish 1 only all", [0, 1, 1]),
        ("/publish 1", [0, 1, 1]),
    ],
)
async def test_what_is_typed_behind_only_is_whom_it_goes_to(desk: AudienceDesk, typed: str, reached: list[int]) -> None:
    await desk.says(typed)
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == reached
    silent = [call.params.get("disable_notification") for call in desk.house.world.ledger.sent_to(ANNA)[-1:]]
    assert (silent == [True]) == ("silently" in typed)


async def test_in_german_it_is_typed_in_german(desk: AudienceDesk) -> None:
    await desk.says("/settings language de")
    await desk.says("/publish 1 nur an Robotics")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/publish 1 only Gardening", "No topic is called Gardening; nothing was changed."),
        ("/publish 1 only Robotik", "No topic is called Robotik. Perhaps Robotics is meant; nothing was changed."),
        ("/publish 1 only", "The topics would be empty; nothing was changed."),
        ("/publish only Robotics", "No single article goes by “only Robotics”."),
        ("/schedule 1 tomorrow 9 only Gardening", "No topic is called Gardening; nothing was changed."),
    ],
)
async def test_what_is_no_topic_publishes_nothing(desk: AudienceDesk, typed: str, answer: str) -> None:
    assert (await desk.says(typed)).startswith(answer)
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [0, 0, 0]
    assert (await desk.article()).state.value == "draft"


async def test_followers_of_phrases_do_not_get_it_and_mutes_of_its_own_topics_count(desk: AudienceDesk) -> None:
    [by_phrase, muting, refusing] = await desk.room.people(3, first=30_000)
    await desk.room.follow([muting, refusing], "Robotics")
    now = desk.house.clock()
    energy = await desk.number("Energy")
    async with desk.house.db.transaction() as conn:
        await subscriptions.mute(conn, muting, energy, None, now)
    await desk.house.says(by_phrase, '/subscribe "grid"')
    await desk.house.says(refusing, "/never some words")
    await desk.says("/publish 1 only Robotics")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, by_phrase, muting, refusing)] == [1, 0, 0, 0]


async def test_a_scheduled_article_goes_to_its_chosen_audience_after_a_restart(
    desk: AudienceDesk, tmp_path: Path
) -> None:
    said = await desk.says("/schedule 1 tomorrow 9:00 only Robotics")
    assert said.startswith("#1 Grid goes out on ")
    assert said.endswith("It goes only to followers of Robotics.")
    desk.house.clock.advance(timedelta(hours=30))
    again = await Database.open(desk.house.db.path)
    try:
        await arriving_news.end_embargoes(again, now=desk.house.clock(), burst=10, undo=timedelta(0), push=True)
    finally:
        await again.close()
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]


async def test_what_was_typed_while_newsbot_was_not_running_is_asked_again_with_its_audience(
    desk: AudienceDesk,
) -> None:
    desk.house.world.say(EDITH, EDITH, "/publish 1 only Robotics")
    desk.house.clock.advance(timedelta(minutes=12))
    await desk.house.settle()
    assert "Publish #1 now? It goes only to followers of Robotics." in desk.screen
    assert desk.house.buttons(EDITH)[-1] == ["Publish to 1"]
    await desk.presses("Publish to 1")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]


async def test_another_editor_approves_the_audience_too(tmp_path: Path) -> None:
    async with edit_desk(tmp_path, four_eyes="1") as plain_desk:
        desk = await furnished(plain_desk)
        await desk.says(f"/editors add {BEN} editor")
        await desk.says("/publish 1 only Robotics", BEN)
        await desk.turn()
        assert desk.screen == ("Ben Okafor (7002) wants to publish #1 Grid. It goes only to followers of Robotics.")
        assert desk.house.buttons(EDITH)[-1] == ["Approve to 1"]
        approve = desk.house.button(EDITH, "Approve to 1")
        # What is changed after it was asked for is not approved.
        await desk.house.says(BEN, "/preview 1")
        await desk.presses("More", BEN)
        await desk.presses("Choose who gets it", BEN)
        await desk.presses("Energy", BEN)
        await desk.house.presses_data(EDITH, approve[1], approve[0])
        await desk.goes_out()
        assert [desk.got(one) for one in (ANNA, *desk.energy)] == [0, 0, 0]
        await desk.says("/publish 1 only Robotics", BEN)
        await desk.turn()
        await desk.presses("Approve to 1")
        await desk.goes_out()
        assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]


async def test_once_it_is_out_its_audience_stays_also_when_it_is_taken_back_and_published_again(
    desk: AudienceDesk,
) -> None:
    await desk.opens_the_choice()
    message_id, energy = desk.house.button(EDITH, "Energy")
    await desk.presses("Robotics")
    await desk.says("/publish 1")
    await desk.goes_out()
    await desk.house.presses_data(EDITH, energy, message_id)
    redrawn = next(one for one in desk.house.messages(EDITH) if one["message_id"] == message_id)
    assert plain(redrawn["text"]) == "#1 Grid has its audience already; nothing was changed."
    await desk.says("/retract 1")
    await desk.says("/publish 1 only Energy")
    await desk.says("/publish 1")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]
    # A correction reaches who has it, and nobody else.
    await desk.says("/correct 1 Two cells, not one.")
    await desk.turn()
    assert "Two cells" in plain(desk.house.messages(ANNA)[-1]["caption"])
    assert [desk.got(one) for one in desk.energy] == [0, 0]


async def test_forged_and_old_buttons_change_nothing(desk: AudienceDesk) -> None:
    robotics = await desk.number("Robotics")
    await desk.opens_the_choice()
    message_id, _ = desk.house.button(EDITH, "Robotics")
    data = press("audience_topic", 1, robotics, 1, 0)
    assert "too old" in (await desk.house.presses_data(BEN, data, 1) or "")
    await desk.says(f"/editors add {BEN} contributor")
    assert "too old" in (await desk.house.presses_data(BEN, data, 1) or "")
    for forged in (
        press("audience_topic", 1, 10**15, 1, 0),
        press("audience_topic", 1, -1, 1, 10**9),
        press("audience_page", 1, -7),
        press("audience_topic", 404, robotics, 1),
        "audience_topic",
    ):
        await desk.house.presses_data(EDITH, forged, message_id)
    assert (await desk.article()).only_to == ()


async def test_a_topic_that_is_added_to_what_nobody_got_opens_the_chosen_audience(desk: AudienceDesk) -> None:
    await desk.says("/publish 1 only Topic 01")
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [0, 0, 0]
    robotics = await desk.number("Robotics")
    await desk.house.presses_data(EDITH, press("desk_topic", 1, robotics), 1)
    await desk.goes_out()
    assert [desk.got(one) for one in (ANNA, *desk.energy)] == [1, 0, 0]
