"""How updates come in and what becomes of failures: order, repetition, lateness, faults."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from story import ANNA, BEN, EDITH, TOKEN, StoryHouse, story_house

from bot.domain.fair_queue import MAX_WAITING_PER_PERSON
from bot.domain.message import Button, Message
from bot.domain.press import press
from bot.domain.text import Text
from bot.errors import UnknownTopic
from bot.sandbox.world.events import EventKind, Watch
from bot.sandbox.world.faults import CutAfter, Page, Refuse, Throttle
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.registry import (
    Command,
    Conversation,
    DocumentRule,
    LateAnswer,
    PressRule,
    Registry,
    TextRule,
)
from bot.telegram_edge.updates.application import end_application
from bot.telegram_edge.updates.polling import poll
from bot.telegram_edge.updates.update_queue import Admission, UpdateQueue

FAULT = "That did not work. The fault is on this side and has been noted."


class Desk:
    """A conversation for these tests: it notes what it is given, and fails or waits on demand."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.late: list[bool] = []
        self.gate = asyncio.Event()

    async def note(self, house, request):
        self.seen.append(request.args)
        self.late.append(request.is_late)
        await request.answer(Message(Text("noted"), keyboard=((Button("Again", data=press("again", 1)),),)))

    async def wait(self, house, request):
        await self.gate.wait()
        self.seen.append(request.args)

    async def fail(self, house, request):
        raise RuntimeError("a fault")

    async def object(self, house, request):
        raise UnknownTopic("No topic “/stop @someone”.")

    async def again(self, house, request):
        self.seen.append("again")
        self.late.append(request.is_late)
        await request.redraw(Message(Text("noted again")))

    async def ask_first(self, house, request):
        """Judge a late press by its number: 0 is harmless, 1 is asked about in place, 2 below."""
        match request.numbers:
            case (0,):
                return None
            case (place,):
                return LateAnswer(Message(Text("Still?")), in_place=place == 1, toast="You asked a while ago")

    async def text(self, house, request):
        self.seen.append(f"text {request.args}")
        return request.args.startswith("topic")

    async def document(self, house, request):
        self.seen.append(f"document {request.document.name}")
        await request.answer(Message(Text("taken")))
        return True

    def conversation(self) -> Conversation:
        return Conversation(
            "test",
            commands=(
                Command("note", "note it", self.note),
                Command("wait", "wait for it", self.wait),
                Command("fail", "fail", self.fail),
                Command("object", "object", self.object),
                Command("edit_it", "an editor's", self.note, access=Access.EDITORS),
            ),
            presses=(
                PressRule("again", self.again),
                PressRule("careful", self.again, late=self.ask_first),
                PressRule("fail", self.fail),
                PressRule("object", self.object),
                PressRule("desk", self.again, access=Access.EDITORS),
            ),
            texts=(TextRule(self.text),),
            documents=(DocumentRule(self.document, Access.EDITORS),),
        )


@asynccontextmanager
async def polling(house: StoryHouse) -> AsyncIterator[None]:
    """Fetch updates as the running bot does."""
    task = asyncio.ensure_future(poll(house.application, house.update_queue))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def happened(events: Watch, kind: EventKind, chat: int | None = None) -> None:
    """Wait until the bot has said something (in `chat`), or answered a press."""
    async for event in events:
        if event.kind == kind and chat in (None, event.chat_id) and event.payload.get("text", "") in ("", "noted"):
            return


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def house(tmp_path: Path, desk: Desk):
    async with story_house(tmp_path, registry=Registry((desk.conversation(),))) as house:
        for person in (ANNA, BEN, EDITH):
            house.world.people[person].has_started = True
        yield house


# Order


async def test_one_chats_updates_are_worked_through_in_order(house, desk):
    for number in range(30):
        house.world.say(ANNA, ANNA, f"/note {number}")
    await house.settle()
    assert desk.seen == [str(number) for number in range(30)]


async def test_a_chat_that_waits_holds_up_its_own_updates_and_nobody_elses(house, desk):
    house.world.say(ANNA, ANNA, "/wait first")
    for number in range(MAX_WAITING_PER_PERSON - 1):
        house.world.say(ANNA, ANNA, f"/note {number}")
    house.world.say(BEN, BEN, "/note ben")
    async with house.world.subscribe() as events, polling(house):
        await happened(events, "message", chat=BEN)
        assert desk.seen == ["ben"]
        desk.gate.set()
        for _ in range(MAX_WAITING_PER_PERSON - 1):
            await happened(events, "message", chat=ANNA)
    assert desk.seen == ["ben", "first", *map(str, range(MAX_WAITING_PER_PERSON - 1))]


async def test_what_a_flood_says_last_is_dropped_and_others_are_answered(house, desk):
    house.world.say(ANNA, ANNA, "/wait first")
    for number in range(MAX_WAITING_PER_PERSON + 100):
        house.world.say(ANNA, ANNA, f"/note {number}")
    house.world.say(BEN, BEN, "/note ben")
    async with house.world.subscribe() as events, polling(house):
        await happened(events, "message", chat=BEN)
        desk.gate.set()
        for _ in range(MAX_WAITING_PER_PERSON):
            await happened(events, "message", chat=ANNA)
    assert desk.seen == ["ben", "first", *map(str, range(MAX_WAITING_PER_PERSON))]


async def test_an_update_that_comes_twice_is_worked_through_once(house, desk):
    house.world.say(ANNA, ANNA, "/note once")
    [update] = await house.application.bot.get_updates()
    await house.settle()
    await house.application.update_queue.put(update)
    await house.settle()
    assert desk.seen == ["once"]


async def test_what_is_not_done_when_the_bot_has_to_end_is_given_up_and_left_for_the_next_start(house, desk):
    house.world.say(ANNA, ANNA, "/wait first")
    house.world.say(BEN, BEN, "/note ben")
    async with house.world.subscribe() as events, polling(house):
        await happened(events, "message", chat=BEN)
    [waits] = house.update_queue.unfinished()
    await end_application(house.application, house.update_queue, 0)
    desk.gate.set()
    await house.application.start()  # the house ends it
    await house.settle()
    assert desk.seen == ["ben"]
    assert list(house.update_queue.unfinished()) == [waits]


async def test_the_memory_of_updates_is_bounded(house):
    for number in range(8):
        house.world.say(ANNA, ANNA, f"/note {number}")
    update_queue, said = UpdateQueue(remembered=5), await house.application.bot.get_updates()
    for update in said:
        assert update_queue.take(update) is Admission.NEW
        await update_queue.do_process_update(update, asyncio.sleep(0))
    assert [update_queue.take(update) for update in said[3:]] == [Admission.KNOWN] * 5
    assert update_queue.take(said[2]) is Admission.NEW


# Lateness


async def test_a_message_older_than_ten_minutes_is_late(house, desk):
    house.world.say(ANNA, ANNA, "/note old")
    house.clock.advance(timedelta(minutes=10, seconds=1))
    house.world.say(ANNA, ANNA, "/note new")
    await house.settle()
    assert desk.late == [True, False]


async def test_polling_marks_presses_that_waited_for_the_start_and_stops_cleanly(house, desk):
    await house.says(ANNA, "/note something")
    message_id = house.messages(ANNA)[-1]["message_id"]
    house.world.press(ANNA, ANNA, message_id, press("again"))
    async with house.world.subscribe() as events, polling(house):
        await happened(events, "toast")
        house.world.press(ANNA, ANNA, message_id, press("again"))
        await happened(events, "toast")
    assert desk.late == [False, True, False]
    assert len(house.world.updates) == 0  # confirmed: nothing comes again at the next start


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, ["noted again"]), (1, ["Still?"]), (2, ["noted", "Still?"])],
    ids=["no harm", "in place", "below"],
)
async def test_a_press_that_waited_for_the_start_is_judged_by_its_rule(house, desk, number, said):
    await house.says(ANNA, "/note something")
    message_id = house.messages(ANNA)[-1]["message_id"]
    house.update_queue.backlog_until = 2**31
    toast = await house.presses_data(ANNA, press("careful", number), message_id)
    assert (house.screens(ANNA), toast) == (said, "You asked a while ago" if number else None)
    assert desk.seen == ["something"] + ["again"] * (number == 0)


async def test_a_press_in_time_is_obeyed_whatever_the_rule_says_of_late_ones(house, desk):
    await house.says(ANNA, "/note something")
    message_id = house.messages(ANNA)[-1]["message_id"]
    assert await house.presses_data(ANNA, press("careful", 1), message_id) is None
    assert house.screens(ANNA) == ["noted again"]
    assert desk.seen == ["something", "again"]


async def test_polling_survives_a_webhook_outages_and_a_second_instance(house, desk, caplog):
    house.world.faults.add(Refuse(502, "Bad Gateway"), method="getUpdates", times=1)
    house.world.say(ANNA, ANNA, "/note through")
    async with house.world.subscribe() as events, polling(house):
        await happened(events, "message", chat=ANNA)
    assert desk.seen == ["through"]
    assert [record.levelname for record in caplog.records if record.name.startswith("bot.")] == ["WARNING"]


# Failures


async def test_a_fault_of_ours_is_logged_once_without_what_was_written_and_said(house, desk, caplog):
    await house.says(ANNA, "/fail secret words")
    assert house.screen(ANNA) == FAULT
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage() == "/fail failed: RuntimeError"
    assert record.exc_info is not None
    text = logging.Formatter().format(record)
    assert "secret words" not in text
    assert TOKEN not in text


async def test_a_fault_behind_a_button_is_a_toast(house, desk):
    await house.says(ANNA, "/note x")
    assert await house.presses_data(ANNA, press("fail"), house.messages(ANNA)[-1]["message_id"]) == FAULT


async def test_what_cannot_be_had_is_said_and_never_logged_as_an_error(house, desk, caplog):
    await house.says(ANNA, "/object")
    assert house.screen(ANNA).replace("\u2060", "") == "No topic “/stop @someone”."
    assert "entities" not in house.messages(ANNA)[-1]
    assert not caplog.records


async def test_a_reply_that_telegram_throttles_is_said_after_the_wait(house, desk):
    house.world.faults.add(Throttle(1), method="sendMessage", times=1)
    await house.says(ANNA, "/note x")
    assert house.screens(ANNA) == ["noted"]


@pytest.mark.parametrize("fault", [Refuse(500, "Internal Server Error"), Page(503)])
async def test_a_reply_that_telegram_could_not_take_is_said_a_moment_later(house, desk, fault):
    house.world.faults.add(fault, method="sendMessage", times=1)
    await house.says(ANNA, "/note x")
    assert house.screens(ANNA) == ["noted"]


@pytest.mark.parametrize("fault", [CutAfter(), Page(502, accepted=True), Page(504, accepted=True)])
async def test_a_reply_that_may_have_arrived_is_not_said_twice(house, desk, caplog, fault):
    house.world.faults.add(fault, method="sendMessage", times=1)
    await house.says(ANNA, "/note x")
    assert house.screens(ANNA) == ["noted"]
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.getMessage().startswith("/note: the answer did not get through")


@pytest.mark.parametrize("words", ["BUTTON_URL_INVALID", "ENTITY_DATE_INVALID", "something that nobody knows"])
async def test_a_reply_whose_buttons_or_formatting_telegram_refuses_is_said_plainly(house, desk, words):
    """A `date_time` out of range refuses the whole message: https://github.com/tdlib/telegram-bot-api/issues/852"""
    house.world.faults.judge = lambda method, given: (
        Refuse(400, f"Bad Request: {words}") if "reply_markup" in given or given.get("entities") else None
    )
    await house.says(ANNA, "/note x")
    assert house.screens(ANNA) == ["noted"]
    assert house.buttons(ANNA) == []


async def test_a_change_whose_buttons_telegram_refuses_is_made_plainly(house, desk):
    await house.says(ANNA, "/note x")
    house.world.faults.judge = lambda method, given: (
        Refuse(400, "Bad Request: BUTTON_URL_INVALID")
        if method == "editMessageText" and "reply_markup" in given
        else None
    )
    await house.presses(ANNA, "Again")
    assert house.screens(ANNA) == ["noted again"]


async def test_a_reply_that_telegram_refuses_plainly_too_is_given_up(house, desk, caplog):
    house.world.faults.add(Refuse(400, "Bad Request: nothing will do"), method="sendMessage")
    await house.says(ANNA, "/note x")
    assert house.screens(ANNA) == []
    assert len(house.world.faults.happened) == 2
    assert "Telegram refused the answer" in caplog.text


async def test_a_change_that_a_gateway_lost_is_made_again_because_it_says_nothing_twice(house, desk):
    await house.says(ANNA, "/note x")
    house.world.faults.add(Page(504), method="editMessageText", times=1)
    await house.presses(ANNA, "Again")
    assert house.screens(ANNA) == ["noted again"]


async def test_a_message_that_is_gone_is_said_anew_and_one_unchanged_is_left(house, desk):
    await house.says(ANNA, "/note x")
    message_id = house.messages(ANNA)[-1]["message_id"]
    await house.presses(ANNA, "Again")
    await house.presses_data(ANNA, press("again"), message_id)
    assert house.screens(ANNA) == ["noted again"]
    await house.ctx.bot.delete_message(ANNA, message_id)
    await house.presses_data(ANNA, press("again"), message_id)
    assert house.screens(ANNA) == ["noted again"]
    assert house.messages(ANNA)[-1]["message_id"] != message_id


async def test_a_press_that_is_too_old_to_be_answered_is_no_failure(house, desk, caplog):
    """Telegram forgets a press within minutes, and the bot was down for longer."""
    person = house.world.people[ANNA].user()
    press_ = {"id": "1", "from": person, "chat_instance": "1", "data": "again:1"}
    said = await house.ctx.bot.send_message(ANNA, "hello")
    house.world.queue_update(callback_query=press_)
    house.world.queue_update(callback_query=press_ | {"id": "2", "message": said.to_dict()})
    await house.settle()
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


# Who


async def test_editors_things_exist_for_editors_in_private_only(house, desk):
    await house.says(ANNA, "/edit_it one")
    await house.says(ANNA, "/note x")
    message_id = house.messages(ANNA)[-1]["message_id"]
    unknown = await house.presses_data(ANNA, press("nonsense"), message_id)
    assert await house.presses_data(ANNA, press("desk"), message_id) == unknown
    await house.says(EDITH, "/edit_it two")
    house.world.add_bot(EDITH, house.group)
    await house.says(EDITH, "/edit_it three", house.group)
    assert desk.seen == ["x", "two"]


async def test_documents_reach_editors_only(house, desk):
    await house.uploads(ANNA, "a.md", b"x")
    await house.uploads(EDITH, "e.md", b"x")
    assert desk.seen == ["document e.md"]


async def test_plain_text_is_taken_in_private_chats_only(house, desk):
    await house.says(ANNA, "topic of the day")
    await house.says(ANNA, "something else")
    house.world.add_bot(EDITH, house.group)
    house.world.make_bot_admin(EDITH, house.group)
    await house.says(ANNA, "topic in a group", house.group)
    assert desk.seen == ["text topic of the day", "text something else"]
    assert house.screens(ANNA) == ["There is nothing for that here. /help lists what there is."]
