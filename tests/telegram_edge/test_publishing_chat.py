"""Publishing in chat: preview, undo time, progress, stopping, going on, taking back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_stories import DESK, Desk, desk_of
from press_room import PICTURE
from story import ANNA, BEN, EDITH

from bot.domain.article import ArticleState
from bot.domain.delivery import Status
from bot.domain.role import Role
from bot.sandbox.world.faults import CutBefore, Refuse
from bot.services.newsroom import campaign_control, newsroom
from bot.store.content import articles, media
from bot.store.desk import editors
from bot.store.readers import chat_settings


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_of(tmp_path) as desk:
        yield desk


async def state(desk: Desk, number: int) -> ArticleState:
    async with desk.house.db.reading() as conn:
        return (await articles.article(conn, number)).state


async def crowd(desk: Desk, many: int = 120) -> list[int]:
    people = await desk.room.people(many)
    await desk.room.follow(people, "Energy")
    return people


async def test_a_preview_is_the_push_itself_and_a_note_under_it(desk: Desk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/preview grid-st")
    assert desk.screen == (
        f"#{article.number} Grid storage (draft)\nLink: it can be opened from outside.\nPicture: Telegram fetched it.\n"
        "It would go to 3 chats, taking about 1 second."
    )
    assert desk.buttons == [["Edit", "Schedule", "More"], ["Publish to 3"]]
    copy = desk.house.messages(EDITH)[-2]
    await desk.presses("Publish to 3")
    await desk.run()
    push = desk.house.messages(people[0])[-1]
    assert (push["caption"], push["caption_entities"]) == (copy["caption"], copy["caption_entities"])
    assert push["photo"][0]["file_unique_id"] == copy["photo"][0]["file_unique_id"]
    labels = [[button["text"] for button in row] for row in copy["reply_markup"]["inline_keyboard"]]
    assert labels == [[button["text"] for button in row] for row in push["reply_markup"]["inline_keyboard"]]


async def test_the_preview_settles_the_picture_for_everybody(desk: Desk) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/preview grid-storage")
    async with desk.house.db.reading() as conn:
        assert (await media.known(conn, [PICTURE.url]))[PICTURE.url]
    await desk.says(f"/preview {article.number}")
    assert "Picture: Telegram has it." in desk.screen


async def test_a_picture_that_nobody_can_have_is_said_before_publishing(desk: Desk) -> None:
    desk.house.world.web[PICTURE.url] = "wrong type of the web page content"
    await desk.room.draft("grid-storage", "Energy")
    await desk.says("/preview grid-storage")
    assert "Picture: none could be used, so it goes as text with a link preview." in desk.screen
    assert desk.screens[-2].startswith("Grid storage")


@pytest.mark.parametrize("asked", ["", "nothing-like-it", "#4711", "https://news.example/unknown", "1 2 3", "\0"])
async def test_an_article_that_is_none_is_said_to_be_none(desk: Desk, asked: str) -> None:
    for command in ("preview", "publish", "retract", "delivery"):
        await desk.says(f"/{command} {asked}")
        assert desk.screen.startswith(("No single article", "Which article?"))


async def test_a_small_audience_gets_it_at_once_and_one_message_says_so(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(3), "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.house.says(EDITH, "/publish grid-storage")
    before = len(desk.screens)
    assert desk.screen == f"#{article.number} Grid storage: 0 of 3 sent (0 %), about 1 second left."
    assert desk.buttons == [["Stop"]]
    await desk.run()
    assert len(desk.screens) == before
    assert desk.screen == (
        f"#{article.number} is out. 3 sent, 0 had blocked the bot, 0 failed, 0 perhaps twice. 1 second."
    )
    assert desk.buttons == [["Correct", "Take back"]]


async def test_publishing_twice_pushes_nothing_and_says_so(desk: Desk) -> None:
    people = await desk.room.people(3)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says(f"/publish {article.number}")
    await desk.run()
    await desk.says("/publish https://news.example/grid-storage")
    assert desk.screen == f"#{article.number} is out already: 3 chats have it. Nothing was pushed again."
    assert desk.buttons == [["Delivery", "Take back"]]
    await desk.run()
    assert all(len(desk.house.messages(chat)) == 1 for chat in people)


async def test_a_large_audience_waits_for_second_thoughts_under_the_copy(desk: Desk) -> None:
    people = await crowd(desk)
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    assert desk.screens[-2].startswith("Grid storage")
    assert desk.screen == f"#{article.number} goes to 120 chats in 10 seconds, taking about 4 seconds."
    assert desk.buttons == [["Stop", "Send now"]]
    await desk.passes(4)
    assert "in 6 seconds" in desk.screen
    await desk.run()
    assert not any(desk.house.messages(chat) for chat in people)
    assert await desk.presses("Send now") == "On its way"
    await desk.run()
    assert all(len(desk.house.messages(chat)) == 1 for chat in people)
    assert desk.screen.startswith(f"#{article.number} is out. 120 sent")


@pytest.mark.parametrize("fraction", [0.0, 0.3, 0.7, 0.99])
async def test_the_message_follows_every_two_seconds_at_any_fraction_of_a_second(desk: Desk, fraction: float) -> None:
    await crowd(desk)
    await desk.room.draft("grid-storage", "Energy")
    desk.house.clock.advance(timedelta(seconds=fraction))
    await desk.says("/publish grid-storage")
    edits = []
    for _ in range(8):
        await desk.passes(1.0005)  # a turn, and a little for what it did
        edits.append(len(desk.house.world.ledger.of("editMessageText")))
    assert edits == [0, 1, 1, 2, 2, 3, 3, 4]


async def test_stopped_in_time_nobody_has_it_and_the_rest_is_everybody(desk: Desk) -> None:
    people = await crowd(desk)
    await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    assert await desk.presses("Stop") == "Stopped. Nothing more leaves."
    assert desk.screen == "Stopped. 0 chats have it, 120 will not get it."
    assert desk.buttons == [["Send the rest"], ["Fix first", "Take back"]]
    await desk.passes(60)
    await desk.run()
    assert not any(desk.house.messages(chat) for chat in people)
    assert await desk.presses("Send the rest") == "Sending the rest"
    await desk.run()
    assert all(len(desk.house.messages(chat)) == 1 for chat in people)
    assert " is out. 120 sent" in desk.screen


async def test_two_editors_press_twice_and_see_the_same(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.house.starts(BEN)
    await crowd(desk)
    article = await desk.room.draft("grid-storage", "Energy")
    await newsroom.publish(
        desk.house.db, article.number, by=None, now=desk.house.clock(), undo=desk.house.ctx.settings.undo
    )
    await desk.turn()
    for person in (EDITH, BEN):
        assert desk.house.screens(person)[-2].startswith("\u2068Grid storage")
        assert desk.house.buttons(person) == [["Stop", "Send now"]]
    ben_stops = desk.house.messages(BEN)[-1]
    await desk.presses("Stop")
    data = ben_stops["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert await desk.house.presses_data(BEN, data, ben_stops["message_id"]) is None
    await desk.turn()
    assert desk.house.screen(BEN) == desk.house.screen(EDITH) == "Stopped. 0 chats have it, 120 will not get it."
    await desk.presses("Send the rest")
    await desk.house.presses(BEN, "Stop")
    await desk.turn()
    assert desk.house.screen(EDITH).startswith("Stopped.")


@pytest.mark.parametrize(
    ("first", "pressed", "toast", "screen"),
    [
        ("stop", "Send now", "Stopped. Nothing more leaves.", "Stopped. 0 chats have it, 120 will not get it."),
        ("send_now", "Send now", "On its way", None),
        ("hold", "Send now", "Held. Nothing leaves until an editor decides.", None),
        ("retract", "Send now", "#1 is not published. Publish it to send the rest.", None),
        ("run", "Send now", "Nothing is left to send.", None),
        ("resume", "Send the rest", "On its way", None),
        ("run the rest", "Send the rest", "Nothing is left to send.", None),
        ("retract", "Send the rest", "#1 is not published. Publish it to send the rest.", None),
    ],
)
async def test_an_editor_who_presses_too_late_is_told_what_another_has_done(
    desk: Desk, first: str, pressed: str, toast: str, screen: str | None
) -> None:
    await crowd(desk)
    house, now = desk.house, desk.house.clock()
    await desk.room.draft("grid-storage", "Energy")
    done = await newsroom.publish(house.db, 1, by=None, now=now, undo=house.ctx.settings.undo)
    await desk.turn()
    if pressed == "Send the rest":
        await desk.presses("Stop")
    message, data = house.button(EDITH, pressed)
    match first:
        case "hold":
            await campaign_control.hold_everything(house.db, now=now)
        case "retract":
            await newsroom.retract(house.db, 1, by=BEN, now=now)
        case "run" | "run the rest":
            act = campaign_control.send_now if first == "run" else campaign_control.resume
            await act(house.db, done.campaign, by=BEN, now=now)
            house.clock.advance(house.ctx.settings.undo)
            await desk.room.run()
        case _:
            await getattr(campaign_control, first)(house.db, done.campaign, by=BEN, now=now)
    before = await desk.room.campaign(done.campaign)
    assert await house.presses_data(EDITH, data, message) == toast
    await desk.turn()
    assert await desk.room.campaign(done.campaign) == before
    if screen is not None:
        assert desk.screen == screen


async def test_progress_goes_on_after_a_restart(desk: Desk, tmp_path: Path) -> None:
    await crowd(desk)
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    message_id = desk.house.messages(EDITH)[-1]["message_id"]
    again = Desk(desk.house, desk.room)  # one that knows nothing but what is in the database
    desk.house.clock.advance(timedelta(seconds=10))
    await again.run()
    assert desk.house.messages(EDITH)[-1]["message_id"] == message_id
    assert desk.screen.startswith(f"#{article.number} is out. 120 sent")


async def test_an_editor_whose_answer_was_lost_is_told_all_the_same(desk: Desk) -> None:
    await crowd(desk)
    article = await desk.room.draft("grid-storage", "Energy")
    desk.house.world.faults.add(CutBefore(), method="sendMessage", chat=EDITH, times=1)
    await desk.says("/publish grid-storage")
    assert desk.screen.startswith("Grid storage")  # the copy: what was to stand under it is lost
    await desk.passes(5)
    assert desk.screen == f"#{article.number} goes to 120 chats in 5 seconds, taking about 4 seconds."
    assert desk.buttons == [["Stop", "Send now"]]
    messages = len(desk.screens)
    await desk.passes(5)
    await desk.run()
    assert desk.screen.startswith(f"#{article.number} is out. 120 sent") and len(desk.screens) == messages


async def test_an_editor_who_has_blocked_the_bot_before_the_answer_is_not_tried_for_ever(desk: Desk) -> None:
    await crowd(desk)
    await desk.room.draft("grid-storage", "Energy")
    faults = desk.house.world.faults
    faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=EDITH)
    await desk.says("/publish grid-storage")
    await desk.passes(5)
    tried = len(faults.happened)
    for _ in range(3):
        await desk.passes(60)
    assert len(faults.happened) == tried


async def test_nothing_is_edited_into_what_it_says_already(desk: Desk) -> None:
    await crowd(desk)
    await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    await desk.presses("Stop")
    edits = len(desk.house.world.ledger.of("editMessageText"))
    for _ in range(5):
        await desk.passes(5)
    assert len(desk.house.world.ledger.of("editMessageText")) == edits


async def test_taking_back_says_what_stays(desk: Desk) -> None:
    await desk.room.follow(await desk.room.people(2), "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    await desk.run()
    await desk.presses("Take back")
    await desk.presses("Take back")
    assert desk.screen == (
        f"#{article.number} Grid storage is in no list any more, and nothing more of it leaves. "
        "2 chats have it. Their copies stay as they are until you decide."
    )
    assert await state(desk, article.number) is ArticleState.RETRACTED
    await desk.presses("Publish again")
    await desk.run()
    assert await state(desk, article.number) is ArticleState.PUBLISHED
    assert await desk.room.statuses(article) == {Status.SENT: 2}
    assert " is out. 2 sent" in desk.screen


async def test_retracting_what_is_in_no_list_changes_nothing(desk: Desk) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/retract grid-storage")
    assert desk.screen == f"#{article.number} Grid storage is in no list. Nothing was changed."


async def test_listing_without_a_push_is_behind_more(desk: Desk) -> None:
    people = await desk.room.people(2)
    await desk.room.follow(people, "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/preview grid-storage")
    await desk.presses("More")
    assert desk.buttons == [["Back"], ["List without pushing"], ["Breaking", "Silently"], ["Choose who gets it"]]
    await desk.presses("Back")
    assert desk.buttons == [["Edit", "Schedule", "More"], ["Publish to 2"]]
    await desk.presses("More")
    await desk.presses("List without pushing")
    await desk.run()
    assert await state(desk, article.number) is ArticleState.ARCHIVED
    assert not any(desk.house.messages(chat) for chat in people)


async def test_what_arrives_late_is_asked_again(desk: Desk) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    desk.house.world.say(EDITH, EDITH, "/publish grid-storage")
    desk.house.clock.advance(timedelta(minutes=11))
    await desk.house.settle()
    assert desk.screen == (
        f"You asked for this at 12:00, while newsbot was not running. Publish #{article.number} now?"
    )
    assert desk.buttons == [["Open drafts"], ["Publish to 0"]]
    assert await state(desk, article.number) is ArticleState.DRAFT
    await desk.presses("Publish to 0")
    assert await state(desk, article.number) is ArticleState.PUBLISHED


async def test_a_late_press_is_asked_again_too(desk: Desk) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/preview grid-storage")
    desk.house.update_queue.backlog_until = 10**9
    await desk.presses("Publish to 0")
    assert desk.screen.endswith(f"Publish #{article.number} now?")
    assert await state(desk, article.number) is ArticleState.DRAFT


async def test_a_wave_of_unreachable_chats_is_a_question_to_editors(desk: Desk) -> None:
    for person in await crowd(desk, 400):
        desk.house.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=person)
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    await desk.presses("Send now")
    await desk.run()
    assert desk.screen.startswith(f"#{article.number} Grid storage is paused: more than a fifth of the last 200 chats")
    assert desk.buttons == [["Send the rest", "Take back"]]
    assert desk.screens[-2].endswith("paused, see the question below.")
    await desk.presses("Take back")
    await desk.presses("Take back")
    assert "is in no list any more" in desk.screen


async def test_replying_to_an_articles_message_stands_for_the_article(desk: Desk) -> None:
    await desk.room.follow([EDITH], "Energy")
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.says("/publish grid-storage")
    progress = desk.house.messages(EDITH)[-1]["message_id"]
    await desk.run()
    push = desk.house.messages(EDITH)[-1]["message_id"]
    for message in {progress, push}:
        await desk.says("/delivery", reply_to=message)
        assert desk.screen.startswith(f"#{article.number} Grid storage\nReached: 1\n")


@pytest.mark.parametrize("command", ["drafts", "preview 1", "publish 1", "retract 1", "delivery 1", "log", "stats"])
async def test_for_readers_no_editors_command_exists(desk: Desk, command: str) -> None:
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.house.starts(ANNA)
    await desk.house.says(ANNA, "/nosuchcommand")
    unknown = desk.house.screen(ANNA)
    await desk.house.says(ANNA, f"/{command}")
    assert desk.house.screen(ANNA) == unknown
    assert await state(desk, article.number) is ArticleState.DRAFT


async def test_for_readers_no_editors_button_exists(desk: Desk) -> None:
    await desk.room.draft("grid-storage", "Energy")
    await desk.house.starts(ANNA)
    message_id = desk.house.messages(ANNA)[-1]["message_id"]
    unknown = await desk.house.presses_data(ANNA, "1:nosuchverb:1", message_id)
    for rule in (rule for one in DESK for rule in one.presses):
        before = desk.house.screens(ANNA)
        assert await desk.house.presses_data(ANNA, f"1:{rule.verb}:1:1", message_id) == unknown
        assert desk.house.screens(ANNA) == before


async def test_a_demoted_editors_buttons_do_nothing_any_more(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await desk.house.starts(BEN)
    article = await desk.room.draft("grid-storage", "Energy")
    await desk.house.says(BEN, "/preview grid-storage")
    async with desk.house.db.transaction() as conn:
        await editors.remove(conn, BEN)
    await desk.house.presses(BEN, "Publish to 0")
    assert await state(desk, article.number) is ArticleState.DRAFT


@pytest.mark.parametrize("numbers", ["", ":0", ":-1", ":zzzzzzzzzzzzz", ":zzzzzzzzzzzzz:zzzzzzzzzzzzz"])
async def test_absurd_numbers_in_buttons_do_no_harm(desk: Desk, numbers: str) -> None:
    await desk.says("/drafts")
    message_id = desk.house.messages(EDITH)[-1]["message_id"]
    for rule in (rule for one in DESK for rule in one.presses):
        await desk.house.presses_data(EDITH, f"1:{rule.verb}{numbers}", message_id)
        await desk.turn()
    assert "The fault is on this side" not in "".join(desk.screens)


async def test_a_german_editor_is_told_in_german_why_nothing_was_done(desk: Desk) -> None:
    await crowd(desk)
    article = await desk.room.draft("grid-storage", "Energy")
    desk.house.world.set_language(EDITH, "de")
    async with desk.house.db.transaction() as conn:
        await chat_settings.set_language(conn, EDITH, "de")
    await desk.says("/publish grid-storage")
    message = desk.house.messages(EDITH)[-1]
    stop = message["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await newsroom.retract(desk.house.db, article.number, by=None, now=desk.house.clock())
    rest = stop.replace("push_stop", "push_rest")
    told = await desk.house.presses_data(EDITH, rest, message["message_id"])
    assert told == f"#{article.number} ist nicht veröffentlicht. Zum Senden des Rests erst veröffentlichen."


async def test_an_editor_who_blocked_the_bot_does_not_stop_the_others(desk: Desk) -> None:
    async with desk.house.db.transaction() as conn:
        await editors.add(conn, BEN, Role.EDITOR, EDITH, desk.house.clock())
    await crowd(desk)
    desk.house.world.faults.add(Refuse(403, "Forbidden: bot was blocked by the user"), chat=BEN, times=100)
    article = await desk.room.draft("grid-storage", "Energy")
    await newsroom.publish(desk.house.db, article.number, by=None, now=desk.house.clock(), undo=timedelta(seconds=10))
    await desk.turn()
    assert desk.buttons == [["Stop", "Send now"]]
