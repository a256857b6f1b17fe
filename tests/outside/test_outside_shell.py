"""Operators: the shell beside a running bot, ends and beginnings, copies put back, and a log that tells no secrets."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
from pathlib import Path

import pytest
from street import TOKEN, Street, buttons, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Refuse, Slow, Stall


def _pushed(here: Street, person: int, title: str) -> int:
    return len([one for one in here.screens(person, title) if "Save" in buttons(one)])


async def test_a_running_bot_notices_what_the_shell_decides(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await here.move_in("first", "second", "third")
        began = here.world.clock()
        said = await here.shell("publish", "first", "nothing")
        assert said.status == 1 and "goes to 2 chats" in said.out and "nothing" in said.err
        pushed = await here.sees(anna, "First")
        assert pushed["date"] - began < 5
        waited = await here.shell("publish", "--wait", "https://news.example/second")
        assert waited.status == 0
        assert here.screens(anna, "Second") and here.screens(ben, "Second")
        assert (await here.shell("publish", "second")).status == 1
        assert (await here.shell("pause")).status == 0
        assert (await here.shell("publish", "third")).status == 0
        progress = await here.asks(here.cast.edith, "/publish third")
        assert "0 of 2 sent (0\u00a0%). All pushes are paused" in plain(progress)
        assert plain(await here.asks(anna, "/latest")).count("Third") == 1
        assert [one for one in here.screens(anna, "Third") if "Save" in buttons(one)] == []
        assert (await here.shell("resume")).status == 0
        await here.until(lambda: any("Save" in buttons(one) for one in here.screens(anna, "Third")), "Third")
        retracted = await here.shell("retract", "third")
        assert retracted.status == 0
        assert "Third" not in plain(await here.asks(anna, "/latest"))
        for report in ("stats", "log", "drafts", "held"):
            printed = await here.shell(report, "--json")
            assert printed.status == 0
            json.loads(printed.out)
        delivered = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
        assert (delivered["reached"], delivered["waiting"], delivered["failed"]) == (2, 0, 0)


async def test_one_database_has_one_process_and_one_bot(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await here.move_in()
        wrong: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
            (("run",), {}),
            (("run",), {"DATABASE": "data/other.db", "TOKEN": "424242:wrong-token-wrong-token"}),
            (("run",), {"DATABASE": "data/newsbot.db", "TOKEN": "131313:another-bot-another-bot"}),
            (("drafts",), {"DATABASE": "data/none.db"}),
            (("run",), {"PUSH_WINDOW": "2 days"}),
            (("run",), {"TOKEN_FILE": "nowhere", "TOKEN": ""}),
            (("publish",), {}),
            (("frobnicate",), {}),
            (("delivery", "--nonsense"), {}),
        )
        answers = await asyncio.gather(*(here.shell(*arguments, **changed) for arguments, changed in wrong))
        for printed in answers:
            assert (printed.status, printed.out) == (2, ""), printed
            assert len(printed.err.strip().splitlines()) == 1 and printed.err.startswith("newsbot: "), printed
        assert await here.close() == 0
        other = await here.shell("run", TOKEN="131313:another-bot-another-bot")
        assert other.status == 2 and "131313:" not in other.err
        assert not (tmp_path / "data/none.db").exists()


async def test_a_restored_copy_sends_nothing_unasked_and_nothing_twice(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("by-hand", "later")
        assert (await here.shell("backup", "copy.db")).status == 0
        here.article("by-file.json")
        await here.sees(ben, "By file")
        await here.asks(here.cast.edith, "/publish by-hand")
        await here.sees(here.cast.edith, "is out")
        assert (await here.shell("restore", "copy.db")).status == 2
        assert await here.close() == 0
        restored = await here.shell("restore", "copy.db")
        assert restored.status == 0
        here.article("meanwhile.json")
        before = len(here.of_bot(anna))
        await here.open()
        held = await here.sees(here.cast.edith, "held")
        here.article("new.json", "Brand-new")
        drafts = plain(await here.asks(here.cast.edith, "/drafts"))
        assert "By file" in drafts
        await here.sees(anna, "Brand-new")
        assert [plain(one) for one in here.of_bot(anna)[before:]] == [plain(here.screens(anna, "Brand-new")[0])]
        await here.presses(here.cast.edith, "Push all", held)
        for person in (anna, ben):
            await here.sees(person, "Meanwhile")
        assert (await here.shell("held")).out == "Nothing is held.\n"


async def test_what_a_restored_copy_had_on_its_way_waits_for_an_editor(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("first", "second")
        assert (await here.shell("pause")).status == 0
        await here.asks(here.cast.edith, "/publish first")
        await here.until(lambda: "0 of 2 sent" in plain(here.of_bot(here.cast.edith)[-1]), "0 of 2")
        assert (await here.shell("backup", "copy.db")).status == 0
        assert (await here.shell("resume")).status == 0
        await here.until(lambda: _pushed(here, anna, "First") and _pushed(here, ben, "First"), "First")
        assert await here.close() == 0
        restored = await here.shell("restore", "copy.db")
        assert restored.status == 0 and "1 on their way" in restored.out
        await here.open()
        assert (await here.shell("resume")).status == 0
        await here.sees(here.cast.edith, "is held: this database is an older copy")
        assert (await here.shell("publish", "--wait", "second")).status == 0
        assert [_pushed(here, person, "First") for person in (anna, ben)] == [1, 1]
        assert "first" in (await here.shell("held")).out
        assert (await here.shell("held", "--push")).status == 0
        told = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
        assert (told["reached"], told["waiting"]) == (2, 0)  # the database that was replaced knew who has it
        assert [_pushed(here, person, "First") for person in (anna, ben)] == [1, 1]
        assert [_pushed(here, person, "Second") for person in (anna, ben)] == [1, 1]


async def test_an_older_copy_put_in_place_by_hand_sends_nothing_unasked(tmp_path: Path) -> None:
    database, copy = tmp_path / "data" / "newsbot.db", tmp_path / "copy.db"
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("first")
        assert (await here.shell("pause")).status == 0
        assert (await here.shell("publish", "first")).status == 0
        assert await here.close() == 0
        shutil.copy(database, copy)
        await here.open()
        assert (await here.shell("resume")).status == 0
        await here.until(lambda: _pushed(here, anna, "First") and _pushed(here, ben, "First"), "First")
        assert await here.close() == 0
        shutil.copy(copy, database)
        await here.open()
        assert (await here.shell("resume")).status == 0
        await here.sees(here.cast.edith, "is held: this database is an older copy")
        assert "first" in (await here.shell("held")).out
        assert [_pushed(here, person, "First") for person in (anna, ben)] == [1, 1]


async def test_it_ends_in_time_when_telegram_does_not_answer(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("first")
        here.world.faults.add(Stall(60), method="sendMessage", chat=anna)
        here.world.say(here.cast.edith, here.cast.edith, "/publish first")
        await here.until(lambda: here.world.faults.happened and _pushed(here, ben, "First"), "a call that hangs")
        assert await here.close() == 0
        here.world.faults.clear()
        await here.open()
        await here.until(lambda: _pushed(here, anna, "First"), "First")
        assert _pushed(here, ben, "First") == 1


async def test_a_broadcast_that_is_ended_half_way_goes_on_at_the_next_start(tmp_path: Path) -> None:
    async with street(tmp_path, UNDO="0", RATE="20") as here:
        here.topic("energy", "Energy")
        here.article("first.json", published=False)
        await here.imported()
        await here.open()
        crowd = await here.crowd(150)
        assert (await here.shell("publish", "first")).status == 0

        def got(person: int) -> int:
            return len([one for one in here.screens(person, "First") if "Save" in buttons(one)])

        await here.until(lambda: sum(map(got, crowd)) >= 40, "40 of 150")
        assert await here.close() == 0
        at_the_end = sum(map(got, crowd))
        assert 40 <= at_the_end < 150
        await here.open()
        await here.until(lambda: sum(map(got, crowd)) >= 150, "150 of 150")
        assert await here.close() == 0
        assert set(map(got, crowd)) == {1}


async def test_what_could_not_leave_in_time_comes_as_one_list(tmp_path: Path) -> None:
    async with street(tmp_path, STALE="1s") as here:
        anna, ben = await here.move_in("first", "second", "third")
        assert (await here.shell("pause")).status == 0
        for name in ("first", "second", "third"):
            assert (await here.shell("publish", name)).status == 0
        began = here.world.clock()
        while here.world.clock() - began < 2.5:  # seconds; commands take their time
            assert (await here.shell("retract", "second")).status in (0, 1)
        assert (await here.shell("resume")).status == 0
        for person in (anna, ben):
            listed = plain(await here.sees(person, "2 stories"))
            assert "First" in listed and "Third" in listed and "Second" not in listed
        for name in ("first", "third"):
            delivered = json.loads((await here.shell("delivery", name, "--json")).out)["delivery"]
            assert (delivered["reached"], delivered["waiting"]) == (2, 0)
        assert len([one for one in here.of_bot(anna) if "stor" in plain(one) and "First" in plain(one)]) == 1


async def test_a_closed_terminal_ends_the_bot_like_any_stop(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await here.move_in()
        assert await here.close(signal.SIGHUP) == 0


async def test_two_processes_with_one_token_send_no_news_between_them(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, _ = await here.move_in("first")
        here.world.faults.add(Refuse(409, "Conflict: terminated by other getUpdates request"), method="getUpdates")
        warned = await here.sees(here.cast.edith, "Another instance")
        assert "no news leaves" in plain(warned)
        assert (await here.shell("publish", "first")).status == 0
        for _ in range(5):  # a second or two, in which it would have left
            delivered = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
            assert (delivered["waiting"], delivered["reached"]) == (2, 0)
        await here.kill()
        here.world.faults.clear()
        await here.open()
        await here.sees(anna, "First")


@pytest.mark.parametrize("form", ["text:debug", "json:debug"])
async def test_the_log_names_neither_token_nor_what_people_write(tmp_path: Path, form: str) -> None:
    async with street(tmp_path, LOG=form) as here:
        anna, _ = await here.move_in("zebra-secret-title", movable=True)
        for said in (
            "a zebra of my own",
            "/search zebra",
            "/subscribe zebra",
            "/settings zebra",
            "/start zebra_payload",
        ):
            await here.asks(anna, said)
        here.article("refused.json", title="Zebra refused", publishedDateTime="zebra o'clock", excerpt="zebra excerpt")
        here.article("after.json")
        await here.sees(anna, "After")  # so the other has been looked at
        here.later(120)
        await here.sees(here.cast.edith, "refused.json")
        here.world.faults.add(Slow(0.01), times=1)
        await here.asks(here.cast.edith, "/publish zebra-secret-title")
        await here.sees(anna, "Zebra secret")
        assert await here.close() == 0
        log = here.logged()
        assert TOKEN.partition(":")[2] not in log
        assert "my own" not in log and "zebra_payload" not in log and "Zebra" not in log and "zebra excerpt" not in log
        if form.startswith("json"):
            assert all(json.loads(line) for line in log.splitlines())


async def test_setup_makes_whoever_opens_its_link_the_owner_once(tmp_path: Path) -> None:
    async with street(tmp_path, ADMINS="", TOKEN="") as here:
        printed = await here.shell("setup", given=TOKEN + "\n")
        assert printed.status == 0 and TOKEN.partition(":")[2] not in printed.out + printed.err
        dotenv = tmp_path / ".env"
        assert TOKEN in dotenv.read_text() and dotenv.stat().st_mode & 0o777 == 0o600
        link = re.search(r"https://t\.me/newsbot_sandbox_bot\?start=(\S+)", printed.out)
        assert link is not None
        await here.open()
        edith, ben = here.cast.edith, here.cast.ben
        assert "nothing for that" in plain(await here.asks(edith, "/drafts"))
        made = await here.starts(edith, link[1])
        assert "You are an owner" in plain(made)
        assert "already" in plain(await here.starts(ben, link[1]))
        assert "nothing for that" in plain(await here.asks(ben, "/drafts"))
        assert "drafts" in plain(await here.asks(edith, "/drafts")).lower()
        menu = [one["command"] for one in here.world.commands_for(here.world.people[edith], here.world.chats[edith])]
        assert "drafts" in menu and "latest" in menu
        readers = [one["command"] for one in here.world.commands_for(here.world.people[ben], here.world.chats[ben])]
        assert readers == ["latest", "topics", "search", "saved", "settings", "stop", "help"]


async def test_a_token_that_telegram_refuses_does_not_take_the_database(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        refused = await here.shell("run", TOKEN="987654:mistyped-token-AAAAAAAAAAAAAAAAAAAAAAAA")
        assert refused.status == 2
        assert "newsbot: NEWSBOT_TOKEN: Telegram refuses it" in refused.err
        await here.open()
        await here.starts(here.cast.anna)


async def test_a_slip_in_a_variable_s_name_is_in_the_log_with_the_name_that_may_be_meant(tmp_path: Path) -> None:
    async with street(tmp_path, RAET="20") as here:
        await here.open()
        await here.starts(here.cast.anna)
        assert "NEWSBOT_RAET: there is no such setting; did you mean NEWSBOT_RATE?" in here.logged()
