"""The newsroom in chat: what editors do, twice and at once, and what is not there for anybody else."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from street import Json, Street, buttons, data, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Refuse

GRACE = 7100  # the second editor
BOTH = f"7003,{GRACE}"


async def _town(here: Street, readers: int, *drafts: str) -> list[int]:
    """Start the bot with so many followers of Energy, and two editors: Edith and Grace. Return the followers."""
    here.topic("energy", "Energy")
    for draft in drafts:
        here.article(f"{draft}.json", published=False)
    await here.imported()
    await here.open()
    here.world.add_person("Grace", id=GRACE)
    await here.starts(here.cast.edith)
    await here.starts(GRACE)
    crowd = await here.crowd(readers)
    return crowd


def _has(here: Street, person: int, title: str) -> int:
    return len([one for one in here.screens(person, title) if "Save" in buttons(one)])


async def test_a_broadcast_is_announced_stopped_and_taken_up_whoever_presses_and_how_often(tmp_path: Path) -> None:
    async with street(tmp_path, ADMINS=BOTH, RATE="200") as here:
        crowd = await _town(here, 120, "first")
        edith = here.cast.edith
        here.world.block(crowd[0])

        def reached() -> int:
            return sum(_has(here, person, "First") for person in crowd)

        def shown() -> str:
            return plain(here.now(announced))

        await here.asks(edith, "/publish first")
        announced = await here.sees(edith, "goes to")
        assert "#1 goes to 119 chats in" in plain(announced) and buttons(announced) == ["Stop", "Send now"]
        assert _has(here, edith, "First") == 1, "the copy as readers will see it"
        stop, now = data(announced, "Stop"), data(announced, "Send now")
        for person in (edith, GRACE):
            here.world.press(person, person, announced["message_id"], now)
        await here.until(lambda: reached() >= 30, "30 of 119")
        queries = [here.world.press(person, person, announced["message_id"], stop) for person in (GRACE, edith, edith)]
        await here.until(lambda: all(map(here.world.answer_to, queries)), "answers to Stop")
        await here.until(lambda: "Stopped." in plain(here.now(announced)), "Stopped")
        await here.until(lambda: f"{reached()} chats have it" in shown(), lambda: f"{reached()}: {shown()}")
        assert reached() < 119
        assert buttons(here.now(announced)) == ["Send the rest", "Fix first", "Take back"]
        rest = data(here.now(announced), "Send the rest")
        for person in (edith, edith, GRACE):
            here.world.press(person, person, announced["message_id"], rest)
        await here.until(lambda: "is out" in plain(here.now(announced)), "is out")
        assert "119 sent, 0 had blocked the bot, 0 failed, 0 perhaps twice" in plain(here.now(announced))
        assert [_has(here, person, "First") for person in crowd[1:]] == [1] * 119
        await here.presses(edith, "Take back", announced)
        await here.until(lambda: "Take #1 " in plain(here.now(announced)), lambda: plain(here.now(announced)))
        take_back = data(here.now(announced), "Take back")
        for person in (edith, GRACE, edith):
            await here.sends(person, person, announced["message_id"], take_back)
        await here.until(
            lambda: "in no list any more" in plain(here.now(announced)), lambda: plain(here.now(announced))
        )
        assert "First" not in plain(await here.asks(crowd[1], "/latest"))
        await here.asks(edith, "/publish first")
        await here.until(lambda: "is out" in plain(here.of_bot(edith)[-1]), lambda: plain(here.of_bot(edith)[-1]))
        assert "First" in plain(await here.asks(crowd[1], "/latest"))
        assert [_has(here, person, "First") for person in crowd[1:]] == [1] * 119
        delivery = plain(await here.asks(edith, "/delivery first"))
        assert "Reached: 119\nWaiting: 0" in delivery


async def test_what_a_file_publishes_to_many_is_shown_to_every_editor_first(tmp_path: Path) -> None:
    async with street(tmp_path, ADMINS=BOTH, UNDO="4s") as here:
        crowd = await _town(here, 101)
        edith = here.cast.edith
        here.article("second.json")
        for editor in (edith, GRACE):
            announced = await here.sees(editor, "goes to 101 chats")
            assert buttons(announced) == ["Stop", "Send now"] and _has(here, editor, "Second") == 1
        await here.presses(GRACE, "Stop")
        for editor in (edith, GRACE):
            await here.sees(editor, "Stopped. 0 chats have it, 101 will not get it.")
        await here.presses(edith, "Send the rest")
        for editor in (edith, GRACE):
            await here.sees(editor, "is out. 101 sent")
        assert [_has(here, person, "Second") for person in crowd] == [1] * 101


async def test_nothing_of_an_editor_is_there_for_anybody_else(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        [ben] = await _town(here, 1, "first", "second")
        edith, group = here.cast.edith, here.cast.group
        unknown = plain(await here.asks(ben, "/frobnicate"))
        names = ("drafts", "preview", "publish", "retract", "delivery", "announce", "stats", "log")
        for name in names:
            reader = here.world.add_person("Reader").id
            assert plain(await here.asks(reader, f"/{name} first")) == unknown, name
            assert plain(await here.asks(reader, f"/{name}")) == unknown, name
        help_ = plain(await here.asks(edith, "/help"))
        assert all(f"/{name}" in help_ for name in names if name != "announce")
        here.world.add_bot(edith, group)
        await here.sees(group, "This is Northgate News")
        bot = here.world.bot["username"]
        assert plain(await here.asks(edith, f"/publish@{bot} first", group)) == unknown
        drafts = await here.asks(edith, "/drafts")
        note = await here.asks(edith, "/preview first")
        note = await here.sees(edith, "It would go to")
        assert [len(row) for row in note["reply_markup"]["inline_keyboard"]][-1] == 1
        progress = await here.asks(edith, "/publish second")
        progress = await here.sees(edith, "is out")
        mine = await here.asks(ben, "/topics")
        old = await here.sends(ben, ben, mine["message_id"], "1:nonsense")
        forged = {one for message in (drafts, note, progress) for one in _pressed(message)}
        for one in sorted(forged):
            for chat, message in ((ben, mine["message_id"]), (edith, note["message_id"])):
                assert await here.sends(ben, chat, message, one) == old, one
        assert here.screens(ben, "First") == []
        said = here.world.upload(ben, ben, "story.md", b"---\ntitle: Mine\n---\n")["message_id"]
        assert plain(await here.sees(ben, "", after=said)) == unknown
        said = here.world.upload(ben, ben, "story.json", b"{}")["message_id"]
        assert plain(await here.sees(ben, "", after=said)).startswith("This file is no export of this bot")


async def test_a_demoted_editor_is_a_reader_at_once(tmp_path: Path) -> None:
    async with street(tmp_path, ADMINS=BOTH) as here:
        await _town(here, 1, "first")
        note = await here.asks(GRACE, "/preview first")
        note = await here.sees(GRACE, "It would go to")
        publish = data(note, "Publish to 1")
        assert await here.close() == 0
        await here.open(ADMINS=str(here.cast.edith))
        assert "too old" in await here.sends(GRACE, GRACE, note["message_id"], publish)
        assert "nothing for that" in plain(await here.asks(GRACE, "/drafts"))
        shown = [one["command"] for one in here.world.commands_for(here.world.people[GRACE], here.world.chats[GRACE])]
        assert "drafts" not in shown


async def test_documents_become_drafts_or_are_refused_with_line_and_field(tmp_path: Path) -> None:
    good = "title: Story {n}\nwebUrl: https://news.example/{n}\npublishedDateTime: 2026-02-28\npublished: true"
    good = f"---\n{good}\ntopics: [Energy]\n---\n"
    bad = "---\ntitle: Grid\nwebUrl: https://news.example/g\n\npublishedDateTime: 31.02.2026\n---\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a/one.md", good.format(n=1))
        archive.writestr("two.md", good.format(n=2))
        archive.writestr("../../grid-storage.md", bad)
    async with street(tmp_path, ADMINS=BOTH) as here:
        [reader] = await _town(here, 1)
        edith = here.cast.edith

        async def uploads(editor: int, name: str, held: bytes) -> Json:
            said = here.world.upload(editor, editor, name, held)["message_id"]
            return await here.sees(editor, "", after=said)

        answer = await uploads(edith, "news.zip", packed.getvalue())
        assert plain(answer) == (
            "2 of 3 files are drafts now. Not taken: grid-storage.md, line 5, publishedDateTime: “31.02.2026” is not "
            "a date; write 2026-02-28 or 2026-02-28T14:00+01:00. Send the file again when fixed."
        )
        assert buttons(answer) == ["Open drafts"]
        for name, held, said in (
            ("evil.exe", b"MZ\x00", "evil.exe is none of"),
            ("empty.md", b"", "empty.md is empty"),
            ("broken.zip", b"PK\x03\x04 nonsense", "broken.zip is not a zip archive"),
            ("one.md", good.format(n=1).encode(), "Known already, and not changed: #1."),
            ("", good.format(n=3).encode(), "Not taken"),
            ("../../../x.md", good.format(n=4).encode(), "#3 Story 4 is a draft."),
        ):
            assert said in plain(await uploads(GRACE, name, held)), name
        assert here.screens(reader, "Story") == []
        await here.presses(edith, "Open drafts")
        assert "Story 2" in plain(here.of_bot(edith)[-1])
        assert not (tmp_path / "x.md").exists() and not (tmp_path.parent / "x.md").exists()


def _pressed(message: Json) -> list[str]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["callback_data"] for row in keyboard for button in row if "callback_data" in button]


@pytest.mark.slow
async def test_a_message_that_telegram_refuses_for_all_is_held_with_its_words_and_survives_a_kill(
    tmp_path: Path,
) -> None:
    """Telegram's words for what is wrong with a message are written down nowhere, and new ones come every year."""
    async with street(tmp_path, ADMINS=BOTH) as here:
        crowd = await _town(here, 30, "first")

        def refused(method: str, given: Json) -> Refuse | None:
            return Refuse(400, "Bad Request: BUTTON_OF_NEXT_YEAR_INVALID") if given.get("chat_id") in crowd else None

        here.world.faults.judge = refused
        await here.asks(here.cast.edith, "/publish first")
        asked = await here.sees(GRACE, "BUTTON_OF_NEXT_YEAR_INVALID")
        assert buttons(asked) == ["Try again", "Fix first", "Archive"]
        told = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
        assert (told["state"], told["waiting"], told["failed"], told["reached"]) == ("refused", 30, 0, 0)
        [held] = json.loads((await here.shell("held", "--json")).out)["publishes"]
        assert (held["why"], held["words"]) == ("refused", "BUTTON_OF_NEXT_YEAR_INVALID")
        await here.kill()
        await here.open()
        here.world.faults.judge = None
        await here.asks(GRACE, "/stats")  # it is there again: what is pressed while it is not, is asked again
        assert await here.presses(GRACE, "Try again", asked) == "Sending the rest"
        for person in crowd:
            await here.sees(person, "First")
        assert [_has(here, person, "First") for person in crowd] == [1] * 30


async def test_a_message_whose_buttons_telegram_refuses_reaches_everybody_without_them(tmp_path: Path) -> None:
    async with street(tmp_path, ADMINS=BOTH) as here:
        crowd = await _town(here, 30, "first")

        def refused(method: str, given: Json) -> Refuse | None:
            has_buttons = given.get("chat_id") in crowd and "reply_markup" in given
            return Refuse(400, "Bad Request: BUTTON_URL_INVALID") if has_buttons else None

        here.world.faults.judge = refused
        await here.asks(here.cast.edith, "/publish first")
        assert "without its buttons" in plain(await here.sees(GRACE, "BUTTON_URL_INVALID"))
        for person in crowd:
            await here.sees(person, "First")
        assert [len(here.screens(person, "First")) for person in crowd] == [1] * 30
        told = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
        assert (told["reached"], told["failed"]) == (30, 0)


async def test_what_every_second_chat_refuses_reaches_it_in_a_plainer_form_and_editors_learn_of_it(
    tmp_path: Path,
) -> None:
    """Some buttons only private chats may have: https://core.telegram.org/bots/api#inlinekeyboardbutton"""
    async with street(tmp_path, ADMINS=BOTH) as here:
        crowd = await _town(here, 30, "first")
        odd = crowd[::2]

        def refused(method: str, given: Json) -> Refuse | None:
            has_buttons = given.get("chat_id") in odd and "reply_markup" in given
            return Refuse(400, "Bad Request: BUTTON_TYPE_INVALID") if has_buttons else None

        here.world.faults.judge = refused
        await here.asks(here.cast.edith, "/publish first")
        for editor in (here.cast.edith, GRACE):
            told = await here.sees(editor, "BUTTON_TYPE_INVALID")
            assert "without its buttons to some chats" in plain(told)
            assert buttons(told) == ["Fix first", "Delivery"]
        for person in crowd:
            await here.sees(person, "First")
        assert [len(here.screens(person, "First")) for person in crowd] == [1] * 30
        assert [bool(buttons(here.screens(person, "First")[0])) for person in crowd] == [False, True] * 15
        delivery = json.loads((await here.shell("delivery", "first", "--json")).out)["delivery"]
        assert (delivery["reached"], delivery["failed"], delivery["waiting"]) == (30, 0, 0)
        assert len([one for one in (here.cast.edith, GRACE) for _ in here.screens(one, "BUTTON_TYPE_INVALID")]) == 2
