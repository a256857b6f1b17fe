"""What is not out yet, in chat: the list, and the choice of what is held."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of, plain
from press_room import POLICY
from story import EDITH

from bot.domain.article import ArticleState, Provider, Story
from bot.store.content import articles


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


async def burst(desk: Desk, many: int = 12) -> None:
    """Let so many files become news at once; more than ten are held."""
    now = desk.house.clock()
    files = {
        f"story-{place}.md": Story(
            title=f"Story {place}",
            link=f"https://news.example/story-{place}",
            published_at=now - timedelta(hours=many - place),
            provider=Provider("Northgate News", "news.example"),
            topics=("Energy",),
            published=True,
        )
        for place in range(many)
    }
    await desk.room.take(files, POLICY)


async def states(desk: Desk) -> dict[ArticleState, int]:
    async with desk.house.db.reading() as conn:
        return await articles.counts(conn)


async def test_without_drafts_it_says_how_to_make_one(desk: Desk) -> None:
    await desk.says("/drafts")
    assert desk.screen.startswith("No drafts. Send a document")


async def test_drafts_are_listed_newest_first_with_their_state_and_open_as_readers_will_see_them(desk: Desk) -> None:
    now = desk.house.clock()
    await desk.room.draft("older", "Energy", published_at=now - timedelta(days=2))
    await desk.room.take(
        {
            "later.md": Story(
                title="Later", link="https://news.example/later", published_at=now + timedelta(days=1), published=True
            )
        }
    )
    newer = await desk.room.draft("newer", "Energy")
    await desk.says("/drafts")
    assert desk.screen == (
        "Drafts\n#2 Later (scheduled for 3 Mar 2026, 12:00)\n#3 Newer (draft, 2 Mar 2026)\n"
        "#1 Older (draft, 28 Feb 2026)"
    )
    assert desk.buttons == [["Open #2", "Open #3", "Open #1"]]
    await desk.presses(f"Open #{newer.number}")
    assert desk.house.messages(EDITH)[-2]["photo"]
    assert desk.buttons[-1] == ["Publish to 0"]


async def test_many_drafts_come_in_pages_edited_in_place(desk: Desk) -> None:
    for place in range(20):
        published_at = desk.house.clock() - timedelta(hours=place)
        await desk.room.draft(f"draft-{place}", "Energy", published_at=published_at)
    await desk.says("/drafts")
    messages = len(desk.screens)
    seen = desk.screen.split("\n")[1:]
    for _ in range(2):
        await desk.presses("Older")
        seen += desk.screen.split("\n")[1:]
    assert [line.split()[0] for line in seen] == [f"#{number}" for number in range(1, 21)]
    assert desk.buttons[-1] == ["Newest"]
    await desk.presses("Newest")
    assert "#1 " in desk.screen and len(desk.screens) == messages


async def test_a_burst_is_told_once_and_pushed_when_all_is_pushed(desk: Desk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    await burst(desk)
    await desk.run()
    assert not any(desk.house.messages(chat) for chat in people)
    assert desk.screen == "12 articles became news and are held until you choose."
    assert desk.buttons == [["Push all", "Choose", "Archive"]]
    await desk.passes(1)
    assert desk.screens[-2:] != [desk.screen, desk.screen]
    await desk.presses("Push all")
    await desk.run()
    assert desk.screen.startswith("12 articles go out: #1, #2, ")
    assert [len(desk.house.messages(chat)) for chat in people] == [12, 12, 12]


async def test_pushing_all_again_finds_nothing_held(desk: Desk) -> None:
    await burst(desk)
    await desk.turn()
    data = desk.house.messages(EDITH)[-1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    message_id = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.presses("Push all")
    await desk.house.presses_data(EDITH, data, message_id)
    assert desk.screen == "Nothing is held."


async def test_all_that_was_pushed_to_many_can_be_stopped_and_taken_up(desk: Desk) -> None:
    people = await desk.room.people(120)
    await desk.room.follow(people, "Energy")
    await burst(desk)
    await desk.turn()
    await desk.presses("Push all")
    assert desk.screen.startswith("12 articles go out in 10 seconds: ")
    await desk.presses("Stop all")
    assert desk.screen.startswith("Stopped: #1, #2, ")
    desk.house.clock.advance(timedelta(minutes=1))
    await desk.run()
    assert not any(desk.house.messages(chat) for chat in people)
    await desk.presses("Send the rest")
    await desk.run()
    assert all(len(desk.house.messages(chat)) == 12 for chat in people)


async def test_held_articles_are_chosen_one_by_one(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    await burst(desk)
    await desk.turn()
    await desk.presses("Choose")
    assert desk.screen.startswith("12 articles are held. The next one:\n#1 Story 0, ")
    await desk.presses("Next")
    assert "\n#2 Story 1, " in desk.screen
    await desk.presses("Push #2")
    assert desk.screen.startswith("11 articles are held. The next one:\n#5 Story 2")
    await desk.run()
    assert desk.screens[-2].startswith("#2 is out. 2 sent")
    await desk.presses("Archive #5")
    await desk.run()
    assert await states(desk) == {ArticleState.HELD: 10, ArticleState.PUBLISHED: 1, ArticleState.ARCHIVED: 1}
    assert [len(desk.house.messages(chat)) for chat in people] == [1, 1]


async def test_archiving_what_is_held_pushes_nothing(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    await burst(desk)
    await desk.turn()
    await desk.presses("Archive")
    await desk.run()
    assert desk.screen.startswith("12 articles are listed without being pushed: #1, ")
    assert await states(desk) == {ArticleState.ARCHIVED: 12}
    assert not any(desk.house.messages(chat) for chat in people)


async def test_a_hostile_title_stays_words_on_the_desk(desk: Desk) -> None:
    await desk.room.draft("hostile", "Energy", title="/stop @someone example.com \u202eevil <b>x</b>")
    for command in ("/drafts", "/preview hostile", "/publish hostile", "/delivery hostile", "/retract hostile"):
        await desk.says(command)
        message = desk.house.messages(EDITH)[-1]
        tappable = {"bot_command", "mention", "url", "hashtag"}
        found = {entity["type"] for entity in message.get("entities", ())} & tappable
        shown = plain(message["text"])
        assert not found or "/stop @someone" not in shown
        assert "\u202e" not in message["text"]
