"""The account of a publish, and a second try for those it did not reach."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import Desk, desk_of
from story import EDITH

from bot.domain.delivery import Status
from bot.domain.delivery_time import Mode, Timing
from bot.sandbox.world.faults import Refuse
from bot.services.delivery import delivery_reports
from bot.store.delivery.campaigns import CampaignState
from bot.store.readers import chats, timings


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


async def half_failed(desk: Desk) -> int:
    """Publish to six: three get it, two are refused for good, one has paused; return the article."""
    people = await desk.room.people(6)
    await desk.room.follow(people, "Energy")
    for chat in people[:2]:
        desk.house.world.faults.add(Refuse(400, "Bad Request: the message is odd"), chat=chat, times=1)
    article = await desk.room.draft("grid-storage", "Energy", pictures=())
    await desk.room.publish(article, by=EDITH)
    await desk.room.spread()
    async with desk.house.db.transaction() as conn:
        await chats.set_state(conn, people[5], chats.ChatState.PAUSED, desk.house.clock())
    await desk.run()
    return article.number


async def test_an_account_says_who_got_it_who_did_not_and_why(desk: Desk) -> None:
    number = await half_failed(desk)
    await desk.says(f"/delivery {number}")
    assert desk.screen == (
        f"#{number} Grid storage\n"
        "Reached: 3\n"
        "Waiting: 0\n"
        "Switched off, because they blocked the bot or are gone: 0\n"
        "Failed: 2\n"
        "  2 × the message is odd\n"
        "Not sent, because they muted, unfollowed or paused meanwhile: 1\n"
        "Perhaps twice: 0\n"
        "First 2 Mar 2026, 12:00, last 2 Mar 2026, 12:00: 3 a second."
    )
    assert desk.buttons == [["Who failed", "Try failed again"]]
    await desk.presses("Who failed")
    assert desk.screen == (
        f"#{number} Grid storage could not be sent to:\n20000: the message is odd\n20001: the message is odd"
    )


async def test_what_failed_is_tried_again_once_however_often_it_is_pressed(desk: Desk) -> None:
    number = await half_failed(desk)
    await desk.says(f"/delivery {number}")
    message = desk.house.messages(EDITH)[-1]
    data = message["reply_markup"]["inline_keyboard"][0][1]["callback_data"]
    assert await desk.presses("Try failed again") == "2 chats are tried again"
    assert await desk.house.presses_data(EDITH, data, message["message_id"]) == "Nothing is left to try again."
    assert "Waiting: 2\n" in desk.screen
    await desk.run()
    account = await delivery_reports.report_of(desk.house.db, number, desk.house.clock(), 29)
    assert account.standing is not None
    assert (account.standing.sent, account.standing.failed, account.standing.waiting) == (5, 0, 0)
    assert (await desk.room.campaign(account.campaign or 0)).state is CampaignState.DONE
    assert await desk.room.statuses(account.article) == {Status.SENT: 5, Status.UNWANTED: 1}
    assert [len(desk.house.messages(chat)) for chat in range(20_000, 20_006)] == [1, 1, 1, 1, 1, 0]


async def test_what_was_taken_back_is_not_tried_again(desk: Desk) -> None:
    number = await half_failed(desk)
    await desk.says(f"/delivery {number}")
    message = desk.house.messages(EDITH)[-1]
    data = message["reply_markup"]["inline_keyboard"][0][1]["callback_data"]
    await desk.says(f"/retract {number}")
    assert await desk.house.presses_data(EDITH, data, message["message_id"]) == "Nothing is left to try again."
    await desk.run()
    assert len(desk.house.messages(20_000)) == 0


async def test_the_account_of_what_never_went_out_says_so(desk: Desk) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/delivery grid-storage")
    assert desk.screen == f"#{article.number} Grid storage was never sent to anybody."


async def test_editors_see_which_chats_forbid_writing_and_why(desk: Desk) -> None:
    words = "Bad Request: not enough rights to send text messages to the chat"
    [anna, ben] = await desk.room.people(2)
    await desk.room.follow([anna, ben], "Energy")
    desk.house.world.faults.add(Refuse(400, words), chat=anna)
    article = await desk.room.draft("grid-storage", "Energy", pictures=())
    await desk.says("/publish grid-storage")
    await desk.run()
    assert "1 sent, 0 had blocked the bot, 0 failed, 0 perhaps twice. 1 chat forbids writing" in desk.screen
    await desk.says(f"/delivery {article.number}")
    lines = desk.screen.split("\n")
    place = lines.index("Kept for later, because they forbid writing: 1")
    assert lines[place + 1].strip() == "1 × not enough rights to send text messages to the chat"
    assert "Waiting: 0" in lines and "Failed: 0" in lines
    await desk.says("/stats")
    assert str(anna) not in desk.numbers  # who reads is nobody's business
    spell = "a private chat, since 2 Mar 2026, 12:00: not enough rights to send text messages to the chat; "
    assert f"1 forbids writing for now:\n{spell}the next story is tried" in desk.numbers
    await desk.room.publish(await desk.room.draft("tidal-power", "Energy", pictures=()))
    await desk.run()
    await desk.says("/stats")
    assert f"{spell}tried again 2 Mar 2026, 12:30" in desk.numbers
    desk.house.world.faults.clear()
    desk.house.clock.advance(timedelta(minutes=31))
    await desk.run()
    await desk.says("/stats")
    assert "forbid" not in desk.numbers


async def test_numbers_and_log_tell_what_was_done(desk: Desk) -> None:
    number = await half_failed(desk)
    await desk.says("/stats")
    assert "1 published, 0 listed only, 0 drafts, 0 scheduled, 0 held, 0 taken back" in desk.numbers
    assert "6 active, 1 paused, 0 switched off" in desk.numbers
    assert "3 in the last 24 hours, 3 in the last 7 days" in desk.numbers
    assert desk.numbers.endswith("Most followed\nEnergy: 5")
    await desk.says(f"/retract {number}")
    await desk.says("/log")
    assert desk.screen.split("\n")[1] == f"2 Mar 2026, 12:00: you: took back #{number}"


async def test_who_gets_it_at_a_time_of_their_own_is_told_apart_until_they_have_it(desk: Desk) -> None:
    people = await desk.room.people(5)
    await desk.room.follow(people, "Energy")
    async with desk.house.db.transaction() as conn:
        for chat in people[:2]:
            await timings.choose(conn, chat, Timing(Mode.DAILY, minute=20 * 60))
    article = await desk.room.draft("grid-storage", "Energy", pictures=())
    await desk.says(f"/publish {article.number}")
    await desk.run()
    await desk.passes(3)
    assert desk.screen == (
        f"#{article.number} is out. 3 sent, 0 had blocked the bot, 0 failed, 0 perhaps twice. 1 second. "
        "2 chats get it at their own times: in a digest, or after quiet hours."
    )
    assert desk.buttons == [["Correct", "Take back"], ["Stop"]]
    await desk.says(f"/delivery {article.number}")
    assert desk.screen.splitlines()[1:4] == [
        "Reached: 3",
        "Waiting: 2",
        "2 chats get it at their own times: in a digest, or after quiet hours.",
    ]
    assert desk.buttons == [["Open #1"], ["Stop"]]
    report = await delivery_reports.report_of(desk.house.db, article.number, desk.house.clock(), 29.0)
    assert report.standing is not None and (report.standing.phase, report.standing.for_their_time) == ("waiting", 2)
    await desk.passes(8 * 3600)
    await desk.run()
    await desk.passes(3)
    await desk.says(f"/delivery {article.number}")
    assert desk.screen.splitlines()[1:3] == ["Reached: 5", "Waiting: 0"] and "own time" not in desk.screen
    finished = [text for text in desk.house.screens(EDITH) if " is out. 5 sent" in text]
    assert len(finished) == 1 and "own times" not in finished[0]


async def test_a_stop_while_chats_wait_for_their_own_time_is_final_for_them(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    async with desk.house.db.transaction() as conn:
        await timings.choose(conn, people[0], Timing(Mode.DAILY, minute=20 * 60))
    article = await desk.room.draft("grid-storage", "Energy", pictures=())
    await desk.says(f"/publish {article.number}")
    await desk.run()
    await desk.passes(3)
    await desk.presses("Stop")
    await desk.passes(8 * 3600)
    await desk.run()
    assert (desk.room.got(people[0]), len(desk.room.got(people[1]))) == ([], 1)
    await desk.presses("Send the rest")
    await desk.passes(24 * 3600)
    await desk.run()
    assert desk.room.got(people[0]) == ["Your 20:00 news: 1 story"]
