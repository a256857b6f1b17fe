"""What would reach nobody, in chat: asked at once, with topics as buttons, and one audience whatever is pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_stories import Desk, desk_of
from newsroom_samples import AI, ENERGY, ROBOTICS, VISION, define
from press_room import POLICY
from story import EDITH

from bot.domain.article import ArticleState, AsRead, Provider, Story
from bot.domain.publishing import PushWindow
from bot.errors import Complaint, ContentError
from bot.store.content import articles
from bot.store.engine import metadata

QUESTION = (
    "#1 Arms is held: “Robotik” is new here, so it would reach no one. Choose a topic, and it goes to who follows that."
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        await define(desk.house, AI, VISION, ROBOTICS, ENERGY)
        yield desk


def story(desk: Desk, *topics: str, title: str = "Arms", **fields: Any) -> Story:
    return Story(
        title=title,
        link=f"https://news.example/{title.lower()}",
        published_at=fields.pop("published_at", desk.house.clock() - timedelta(hours=1)),
        provider=Provider("Northgate News", "news.example"),
        topics=topics,
        published=fields.pop("published", True),
        **fields,
    )


async def readers(desk: Desk, many: int, topic: str = "Robotics", first: int = 20_000) -> list[int]:
    people = await desk.room.people(many, first)
    await desk.room.follow(people, topic)
    return people


async def state(desk: Desk, number: int = 1) -> ArticleState:
    async with desk.house.db.reading() as conn:
        return (await articles.article(conn, number)).state


def copies(desk: Desk, people: list[int]) -> list[int]:
    return [len(desk.room.got(person)) for person in people]


async def test_a_slip_holds_the_article_and_the_likely_topic_sends_it_once(desk: Desk) -> None:
    people = await readers(desk, 3)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.run()
    assert await state(desk) is ArticleState.HELD
    assert desk.screen == QUESTION
    assert desk.buttons == [["Robotics"], ["More topics"], ["New topic Robotik"], ["Push anyway", "Archive", "Open #1"]]
    asked = desk.house.messages(EDITH)[-1]
    data = asked["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert await desk.presses("Robotics") == "Robotics is added"
    await desk.house.presses_data(EDITH, data, asked["message_id"])
    await desk.run()
    assert copies(desk, people) == [1, 1, 1]
    await desk.house.presses_data(EDITH, data, asked["message_id"])
    await desk.run()
    assert copies(desk, people) == [1, 1, 1]


@pytest.mark.parametrize("slip", ["Vison", "computer vison", "Comp", "face recognition"])
async def test_short_names_beginnings_and_keywords_are_likely_topics_too(desk: Desk, slip: str) -> None:
    await desk.room.take({"arms.md": story(desk, slip)})
    await desk.turn()
    assert "Computer Vision" in desk.buttons[0]


async def test_with_nothing_close_the_most_followed_topics_are_offered_and_the_others_on_the_next_page(
    desk: Desk,
) -> None:
    await readers(desk, 2, "Energy")
    await desk.room.take({"arms.md": story(desk, "Gardening")})
    await desk.turn()
    assert [name for row in desk.buttons[:2] for name in row] == ["Energy", "AI", "Computer Vision", "Robotics"]


async def test_a_new_topic_is_accepted_by_its_button_and_then_known(desk: Desk) -> None:
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.presses("New topic Robotik")
    await desk.run()
    assert desk.screen == "#1 is out. Nobody follows its topics yet, so it was sent to no one."
    assert desk.buttons == [["Add a topic", "Take back"]]
    await desk.room.take({"legs.md": story(desk, "robotik", title="Legs")})
    assert await state(desk, 2) is ArticleState.PUBLISHED


async def test_pushed_anyway_it_is_public_and_a_topic_added_later_opens_its_audience_once(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.presses("Push anyway")
    await desk.run()
    assert await state(desk) is ArticleState.PUBLISHED and copies(desk, people) == [0, 0]
    await desk.presses("Add a topic")
    assert desk.screen == "Topics for #1 Arms:"
    await desk.presses("Robotics")
    await desk.run()
    assert copies(desk, people) == [1, 1]
    assert desk.screen.startswith("#1 is out. 2 sent")
    others = await readers(desk, 1, "Energy", 30_000)
    await desk.house.presses_data(EDITH, "1:desk_topics:1", desk.house.messages(EDITH)[-1]["message_id"])
    await desk.presses("Energy")
    await desk.run()
    assert "It is out already, so nobody gets it anew." in desk.screen
    assert copies(desk, people + others) == [1, 1, 0]


async def test_archived_it_is_listed_and_nobody_gets_it_whatever_is_added(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.presses("Archive")
    await desk.room.take({"arms.md": story(desk, "Robotics")})
    await desk.run()
    assert await state(desk) is ArticleState.ARCHIVED and copies(desk, people) == [0, 0]


async def test_a_mended_file_opens_the_audience_of_what_is_held_and_of_what_nobody_got(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.room.take({"arms.md": story(desk, "Robotik", heat=7)})
    assert await state(desk) is ArticleState.HELD
    await desk.room.take({"arms.md": story(desk, "Robotics")})
    await desk.run()
    assert copies(desk, people) == [1, 1]
    await desk.room.take({"legs.md": story(desk, "Energy", title="Legs")})  # known, and nobody follows it
    await desk.run()
    assert await state(desk, 2) is ArticleState.PUBLISHED
    await desk.room.take({"legs.md": story(desk, "Energy", "Robotics", title="Legs")})
    await desk.run()
    assert copies(desk, people) == [2, 2]
    await desk.room.take({"legs.md": story(desk, "Energy", "Robotics", "AI", title="Legs")})
    await readers(desk, 1, "AI", 30_000)
    await desk.run()
    assert copies(desk, [*people, 30_000]) == [2, 2, 0]


async def test_a_topic_added_while_nothing_has_left_yet_reaches_both_audiences_once(desk: Desk) -> None:
    first = await readers(desk, 120, "Energy")
    more = await readers(desk, 3, "Robotics", 30_000)
    await desk.room.follow(first[:2], "Robotics")
    policy = replace(POLICY, undo=timedelta(seconds=10))
    await desk.room.take({"arms.md": story(desk, "Energy")}, policy)
    await desk.turn()
    desk.house.clock.advance(timedelta(seconds=5))
    await desk.room.take({"arms.md": story(desk, "Energy", "Robotics")}, policy)
    desk.house.clock.advance(timedelta(seconds=6))
    await desk.run()
    assert sum(copies(desk, first + more)) == 0  # the undo time begins anew with the larger audience
    desk.house.clock.advance(timedelta(seconds=5))
    await desk.run()
    assert copies(desk, first + more) == [1] * 123
    assert desk.screen.startswith("#1 is out. 123 sent")


async def test_a_choice_that_reaches_many_shows_the_copy_first_and_can_be_stopped(desk: Desk) -> None:
    people = await readers(desk, 120)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.presses("Robotics")
    assert desk.screens[-3] == "#1 Arms has the topic Robotics now."
    assert desk.screens[-2].startswith("Arms") and desk.screen.startswith("#1 goes to 120 chats in 10 seconds")
    assert desk.buttons == [["Stop", "Send now"]]
    await desk.presses("Stop")
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.run()
    assert sum(copies(desk, people)) == 0


async def test_old_news_that_reached_nobody_stays_quiet_when_its_topics_are_tidied_up(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Energy")})
    await desk.run()
    desk.house.clock.advance(timedelta(days=3))
    await desk.room.take({"arms.md": story(desk, "Robotics", published_at=desk.house.clock() - timedelta(days=3))})
    await desk.run()
    assert copies(desk, people) == [0, 0]


async def test_many_that_are_mended_at_once_are_held_like_any_burst(desk: Desk) -> None:
    people = await readers(desk, 1)
    titles = [f"S{n}" for n in range(12)]
    for title in titles:
        await desk.room.take({f"{title}.md": story(desk, "Energy", title=title)})
        desk.house.clock.advance(timedelta(minutes=2))
    published_at = desk.house.clock() - timedelta(hours=2)
    mended = {f"{t}.md": story(desk, "Energy", "Robotics", title=t, published_at=published_at) for t in titles}
    report = await desk.room.take(mended)
    await desk.run()
    assert len(report.held) == 12 and copies(desk, people) == [0]
    assert desk.screen == "12 articles became news and are held until you choose."
    await desk.presses("Push all")
    await desk.run()
    assert copies(desk, people) == [12]


async def test_taken_back_mended_and_published_again_it_has_the_audience_it_never_had(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Energy")})
    await desk.run()
    await desk.says("/retract 1")
    await desk.room.take({"arms.md": story(desk, "Energy", "Robotics")})
    await desk.run()
    assert await state(desk) is ArticleState.RETRACTED and copies(desk, people) == [0, 0]
    await desk.says("/publish 1")
    await desk.run()
    assert copies(desk, people) == [1, 1]


async def test_a_file_that_is_read_again_keeps_the_topic_an_editor_added(desk: Desk) -> None:
    await readers(desk, 1)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.presses("Robotics")
    await desk.run()
    await desk.room.take({"arms.md": story(desk, "Robotik", heat=3, title="Arms")})
    await desk.house.says(20_000, "/latest Robotics")
    assert "Arms" in desk.house.screen(20_000)


async def test_a_topic_file_that_comes_after_its_first_story_lets_the_story_go(desk: Desk) -> None:
    await readers(desk, 1)
    await desk.room.take({"arms.md": story(desk, "Tidal Power")})
    assert await state(desk) is ArticleState.HELD
    await desk.room.take({"tidal.yaml": replace(ENERGY, id="tidal", name="Tidal power")})  # type: ignore[dict-item]
    assert await state(desk) is ArticleState.PUBLISHED


async def test_a_story_without_topics_is_held_while_anybody_follows_anything_and_else_is_simply_published(
    desk: Desk,
) -> None:
    await desk.room.take({"arms.md": story(desk)})
    assert await state(desk) is ArticleState.PUBLISHED
    await readers(desk, 1)
    await desk.room.take({"legs.md": story(desk, title="Legs")})
    await desk.run()
    assert desk.screen == (
        "#2 Legs is held: it has no topic, so it would reach no one. Choose a topic, and it goes to who follows that."
    )
    assert desk.buttons[0][0] == "Robotics"
    await desk.presses("Robotics")
    await desk.run()
    assert copies(desk, [20_000]) == [1]


async def test_old_stories_of_a_first_import_ask_nothing(desk: Desk) -> None:
    await readers(desk, 1)
    old = desk.house.clock() - timedelta(days=30)
    files = {f"s{n}.md": story(desk, f"Unheard of {n}", title=f"S{n}", published_at=old) for n in range(5)}
    await desk.room.take({**files, "none.md": story(desk, title="None", published_at=old)})
    before = len(desk.screens)
    await desk.turn()
    assert len(desk.screens) == before
    assert {await state(desk, n) for n in range(1, 7)} == {ArticleState.ARCHIVED}


async def test_where_files_never_push_nothing_is_asked_and_nothing_opened(desk: Desk) -> None:
    people = await readers(desk, 1)
    never = replace(POLICY, window=PushWindow(timedelta(0)))
    await desk.room.take({"arms.md": story(desk, "Robotik")}, never)
    await desk.room.take({"arms.md": story(desk, "Robotics")}, never)
    await desk.run()
    assert await state(desk) is ArticleState.ARCHIVED and copies(desk, people) == [0]


async def test_a_topic_that_is_known_and_followed_by_nobody_is_no_question(desk: Desk) -> None:
    await desk.room.take({"arms.md": story(desk, "Energy"), "legs.md": story(desk, "#energy", title="Legs")})
    await desk.turn()
    assert await state(desk, 1) is await state(desk, 2) is ArticleState.PUBLISHED


async def test_one_known_topic_is_enough(desk: Desk) -> None:
    people = await readers(desk, 2)
    await desk.room.take({"arms.md": story(desk, "Robotik", "Robotics")})
    await desk.run()
    assert copies(desk, people) == [1, 1]


# A decision never waits


async def test_a_question_does_not_wait_behind_a_complaint_and_does_not_make_the_next_one_wait(desk: Desk) -> None:
    def refusal(path: str) -> dict[str, Any]:
        return {path: ContentError(Complaint(path, 2, "title", "is missing"))}

    await desk.room.take(refusal("bad.md"))
    await desk.passes(121)  # what passes sooner is not worth a word
    assert "bad.md, line 2, title" in desk.screen
    await desk.room.take(refusal("worse.md"))
    await desk.passes(2)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.passes(1)
    assert desk.screen == QUESTION
    now = desk.house.clock()
    await desk.room.take({f"s{n}.md": story(desk, "Energy", title=f"S{n}") for n in range(11)})
    await desk.passes(1)
    assert desk.screen == "11 articles became news and are held until you choose."
    assert desk.house.clock() - now < timedelta(seconds=5)
    assert not any("worse.md" in screen for screen in desk.screens)
    await desk.passes(600)
    assert "worse.md" in desk.screen  # ten minutes after the complaint, whatever was asked in between


async def test_what_joins_an_open_burst_is_no_new_question_and_after_a_decision_it_is_one(desk: Desk) -> None:
    def files(first: int, many: int) -> dict[str, Story]:
        return {f"s{n}.md": story(desk, "Energy", title=f"S{n}") for n in range(first, first + many)}

    await desk.room.take(files(0, 11))
    await desk.turn()
    before = len(desk.screens)
    for place in range(3):
        await desk.room.take(files(20 + place, 1))
        await desk.passes(10)
    assert len(desk.screens) == before
    await desk.presses("Archive")
    await desk.room.take(files(30, 1))
    await desk.passes(1)
    assert desk.screen == "1 article became news and is held until you choose."


async def test_warnings_about_a_file_are_told_folded(desk: Desk) -> None:
    as_read = AsRead("arms.md", topic_lines=(5,))
    await desk.room.take({"arms.md": story(desk, "Robotik", published=False, as_read=as_read)})
    await desk.turn()
    assert desk.screen == (
        "1 warning about files that were taken:\n"
        "arms.md, line 5, topics: “Robotik” is no known topic; perhaps Robotics is meant."
    )


async def test_choosing_among_what_is_held_says_that_a_topic_is_missing(desk: Desk) -> None:
    people = await readers(desk, 1)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    await desk.says("/drafts")
    await desk.presses("Choose")
    assert "Nobody knows its topics yet, so it would reach no one." in desk.screen
    await desk.presses("Choose a topic")
    await desk.presses("Robotics")
    await desk.run()
    assert copies(desk, people) == [1]


async def test_a_late_press_is_asked_again_and_a_foreign_number_redraws(desk: Desk) -> None:
    people = await readers(desk, 1)
    await desk.room.take({"arms.md": story(desk, "Robotik")})
    await desk.turn()
    message = desk.house.messages(EDITH)[-1]["message_id"]
    assert "out of date" in (await desk.house.presses_data(EDITH, "1:desk_topic:1:zzz", message) or "")
    assert desk.buttons[0] == ["Robotics"]
    await desk.house.presses_data(EDITH, "1:desk_topics:1:zzzzzz", message)
    await desk.run()
    assert copies(desk, people) == [0]


async def test_while_pushes_are_paused_the_desk_says_so_where_something_would_leave(desk: Desk) -> None:
    await readers(desk, 1)
    await desk.room.draft("grid", "Robotics")
    line = "All pushes are paused from the shell; “newsbot resume” lets them go on."
    for is_paused in (True, False):
        async with desk.house.db.transaction() as conn:
            await metadata.put(conn, "paused", "now" if is_paused else None)
        for command in ("/stats", "/preview grid"):
            await desk.says(command)
            assert (line in desk.numbers) is is_paused, command
