"""What readers do with their telephones, the way they do it: wrong names, old buttons, blocked and back again."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

from street import Json, Street, buttons, street

from bot.sandbox.tour.stage import plain
from bot.sandbox.world.faults import Held


async def _town(here: Street) -> int:
    """Start the bot on some topics and thirteen listed articles; return Anna."""
    here.topic("ai", "AI", keywords=["artificial intelligence"], hashtags="#AI")
    here.topic("cv", "Computer Vision", shortname="CV", parent="ai", hashtags="#ComputerVision")
    here.topic("robotics", "Robotics")
    here.topic("win", "Windows")
    here.topic("win11", "Windows 11")
    here.topic("energy", "Energy")
    here.topic("fence", "Fence")
    for one in range(1, 14):
        topics = ["Windows 11"] if one == 13 else ["Energy"]
        here.article(f"listed-{one:02}.json", publishedDateTime=f"2026-01-{one:02}", topics=topics)
    here.article("draft.json", published=False)
    await here.imported()
    await here.open()
    await here.starts(here.cast.anna)
    return here.cast.anna


async def test_every_command_of_help_answers_however_it_is_written(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _town(here)
        help_ = plain(await here.asks(anna, "/help"))
        commands = [line.split(":")[0].split(" ")[0] for line in help_.splitlines()]
        assert {"/latest", "/topics", "/search", "/saved", "/settings", "/stop", "/help", "/export"} <= set(commands)
        assert not {"/drafts", "/publish", "/preview", "/retract", "/delivery", "/stats", "/log"} & set(commands)

        async def writes(command: str, reader: int) -> None:
            answers = []
            for written in (command.upper(), f"{command}@{here.world.bot['username']}", f"{command} ,,, %s \x00 '"):
                answers.append(plain(await here.asks(reader, written)))
            assert all(answers) and not any("fault" in one or "nothing for that" in one for one in answers), answers

        await asyncio.gather(*(writes(command, here.world.add_person("Reader").id) for command in commands))


async def test_readers_who_come_go_and_ask_while_an_editor_publishes_get_what_each_wanted(
    tmp_path: Path,
) -> None:
    """All at once: who followed before the publish gets it once, who left before it does not, and all are answered."""
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("late-news")
        edith = here.cast.edith
        newcomers = [here.world.add_person(f"Newcomer {number}").id for number in range(8)]
        stayed, left = newcomers[::2], newcomers[1::2]
        await asyncio.gather(*(here.starts(person, "t_energy") for person in newcomers))

        async def leaves(person: int) -> None:
            assert "Paused" in plain(await here.asks(person, "/stop"))

        async def asks(person: int) -> None:
            for asked, answer in (("/help", "/latest"), ("/latest Nowhere", "Nowhere")):
                said = here.world.say(person, person, asked)["message_id"]
                await here.sees(person, answer, after=said)

        await asyncio.gather(*map(leaves, left), *map(asks, [anna, ben, *stayed]))
        await here.asks(edith, "/preview late-news")
        publishing = here.presses(edith, "Publish to 6")
        await asyncio.gather(publishing, *map(asks, [anna, ben, *stayed]))
        for person in (anna, ben, *stayed):
            await here.sees(person, "Late news")
        await asyncio.gather(*map(asks, newcomers))
        got = {person: len(here.screens(person, "Late news")) for person in (anna, ben, *newcomers)}
        assert got == {**dict.fromkeys((anna, ben, *stayed), 1), **dict.fromkeys(left, 0)}


WRITTEN = [
    ("/latest Windows 11", "Latest in Windows 11", "Open 1"),
    ("/latest Energy 2", "2. Listed 11", "Older"),
    ("/latest 99999999999999999999", "Listed 13", "Open 1"),
    ("/latest Windows  11 ３", "Latest in Windows 11", "Open 1"),
    ("/Latest energy ٢", "2. Listed 11", "Older"),
    ("/top ۲", "2. Listed 12", "Next"),
    ("/latest Robotics", "Nothing published in Robotics yet", "All topics"),
    ("/latest Robotiks", "Did you mean", "Robotics"),
    ("/top Energi", "Did you mean", "Energy"),
    ("/subscribe Computer Vison", "No topic “Computer Vison”. Did you mean:", "Computer Vision"),
    ("/subscribe #ComputerVision", "Following Computer Vision now", "More topics"),
    ("/subscribe cv, ROBOTICS, nonsense", "No topic “nonsense”", "All topics"),
    ("/unsubscribe Energy", "Not followed here: Energy", "All topics"),
    ("/never source", "Send /never and the words", None),
    ("/never SOURCE ,", "Send /never and the words", None),
    ('/never "source"', "Nothing comes any more that holds “source”", "Allow “source”"),
    ("Computer vision", "Computer Vision", "Follow Computer Vision"),
    ("listed 07", "Listed 07", "Open 1"),
    ("zzzz", "No topic and no story for “zzzz”", "All topics"),
    ("/settings Köln", "Time zone: Europe/Berlin", "Change time zone"),
    ("/settings zone Mumbai", "Time zone: Asia/Kolkata", "Change time zone"),
    ("/settings UTC+3", "Time zone: UTC+3", "Change time zone"),
    ("/settings San Jose", "There is more than one “San Jose”", "San José, Costa Rica"),
    ("/settings Lodnon", "No city “Lodnon”. Did you mean:", "London"),
    ("/settings language tlh", "There is no “tlh” among the languages here", "Deutsch"),
    ("/drafts", "There is nothing for that here", None),
    ("/publish 1", "There is nothing for that here", None),
    ("/frobnicate", "There is nothing for that here", None),
]
"""What somebody new writes, what the answer says, and a button it offers."""


async def test_what_people_write_is_understood_or_answered_with_what_is_near(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        for written, said, offered in WRITTEN:
            answer = await here.asks(here.world.add_person("Reader").id, written)
            assert said in plain(answer), (written, plain(answer))
            assert offered is None or offered in buttons(answer), (written, buttons(answer))


async def test_pages_turn_in_place(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna = await _town(here)
        page = await here.asks(anna, "/latest Energy 5")
        before = len(here.of_bot(anna))
        titles = plain(page)
        await here.presses(anna, "Older", page)
        older = plain(here.now(page))
        await here.presses(anna, "Older", page)
        assert "Older" not in buttons(here.now(page)) and "Listed 01" in plain(here.now(page))
        await here.presses(anna, "Newer", page)
        assert plain(here.now(page)) == older != titles
        await here.presses(anna, "Newer", page)
        assert plain(here.now(page)) == titles
        assert len(here.of_bot(anna)) == before


async def test_no_press_is_left_unanswered_whatever_it_says(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        asked = ("/topics", "/latest", "/settings", "/subscriptions", "/forget", "/latest Energy 1")
        lists = [await here.asks(here.world.add_person("Reader").id, one) for one in asked]
        verbs = sorted({data_.split(":")[1] for data_ in _all_data(lists)})
        dice = random.Random(7)
        verbs += [
            "desk_publish",
            "publish",
            "stop",
            "card_save",
            "card_more",
            "card_less",
            "card_mute",
            "card_never",
            "x",
        ]
        garbage = ["", "\x00", ":::", "1:", "1", "2:latest", "1:latest:x", "é" * 32, "1:topics:-1:-1:-1", "0:latest:1"]
        for _ in range(300):
            numbers = [dice.choice((0, 1, 2, -1, 13, 10**9, 10**18, 10**30)) for _ in range(dice.randrange(5))]
            garbage.append(":".join(["1", dice.choice(verbs), *map(str, numbers)])[:64])
        crowd = [here.world.add_person(f"Reader {n}", has_started=True).id for n in range(52)]
        queries = []
        for place, one in enumerate(garbage):
            person = crowd[place % len(crowd)]
            queries.append(here.world.press(person, person, dice.choice(lists)["message_id"], one))
        await here.until(
            lambda: all(here.world.answer_to(query) for query in queries),
            lambda: str([one for one, query in zip(garbage, queries, strict=True) if not here.world.answer_to(query)]),
        )
        faults = [
            one
            for one, query in zip(garbage, queries, strict=True)
            if "fault" in (here.world.answer_to(query) or {}).get("text", "")
        ]
        assert faults == []
        assert plain(await here.asks(here.cast.ben, "/help"))


async def test_who_pauses_gets_nothing_and_nothing_later_until_they_start(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        anna, ben = await _town(here), here.cast.ben
        await here.starts(ben)
        await here.asks(ben, "/subscribe Energy")
        await here.asks(anna, "/subscribe Energy")
        assert "/start" in plain(await here.asks(anna, "/stop"))
        here.article("while-paused.json")
        await here.sees(ben, "While paused")
        by_link = plain(await here.starts(anna, "t_robotics"))
        assert "Following Robotics" in by_link and "Nothing comes by itself while this chat is paused" in by_link
        assert "paused" in plain(await here.starts(anna))
        assert "paused" not in plain(await here.starts(anna))
        here.article("after.json")
        await here.sees(anna, "After")
        assert here.screens(anna, "While paused") == []


async def test_a_person_sees_takes_along_and_deletes_what_is_stored(tmp_path: Path) -> None:
    async with street(tmp_path, CONTACT="desk@northgate.example") as here:
        anna, ben = await _town(here), here.cast.ben
        await here.starts(ben)
        await here.asks(ben, "/subscribe Energy")
        await here.asks(anna, "/subscribe Energy, AI")
        here.article("one.json")
        push = await here.sees(anna, "One")
        assert "Saved" in await here.presses(anna, "Save", push)
        privacy = plain(await here.asks(anna, "/privacy"))
        assert str(anna) in privacy and "desk@northgate.example" in privacy and "/forget" in privacy
        exported = (await here.asks(anna, "/export"))["document"]
        stored = json.loads(here.file(exported["file_id"]))
        text = json.dumps(stored)
        assert all(part in text for part in (str(anna), '"Energy"', '"AI"', '"One"')), text
        question = await here.asks(anna, "/forget")
        await here.presses(anna, "Delete all", question)
        assert "backup" in plain(here.now(question))
        here.article("two.json")
        await here.sees(ben, "Two")
        assert here.screens(anna, "Two") == []
        assert "0 followed" in plain(await here.starts(anna))
        await here.asks(anna, "/subscribe Energy")
        here.article("three.json")
        await here.sees(anna, "Three")


async def test_links_into_the_bot_follow_open_and_leak_nothing(tmp_path: Path) -> None:
    async with street(tmp_path) as here:
        await _town(here)
        here.article("taken-back.json", publishedDateTime="2026-01-20")
        await here.shell("import", "content/taken-back.json")
        assert (await here.shell("retract", "taken-back")).status == 0
        said = {}
        for payload in (
            "t_energy",
            "t_computer-vision",
            "t_nothing",
            "a_2",
            "a_1",
            "a_15",
            "a_999",
            "a_x",
            "o_guess",
            "zzz",
        ):
            answer = await here.starts(here.world.add_person("Reader").id, payload)
            said[payload] = plain(answer), buttons(answer)
        assert said["t_energy"][0].startswith("Following Energy now.\n\nNewest: Listed 12")
        assert said["t_energy"][1] == said["t_computer-vision"][1] == ["Undo", "More topics"]
        assert "No topic “nothing”" in said["t_nothing"][0]
        assert said["a_2"][1] == ["Read", "Save", "Share", "More"]
        nothing_there = {said[number][0].replace(number[2:], "N") for number in ("a_1", "a_15", "a_999")}
        assert nothing_there == {"There is no story #N to read. /latest lists those there are."}
        assert "Draft" not in str(said) and "Taken" not in str(said)
        assert "This is Northgate News" in said["zzz"][0]
        ben = here.cast.ben
        await here.starts(ben, "a_2")
        assert "Nothing is followed here yet" in plain(await here.asks(ben, "/subscriptions"))


async def test_a_bot_that_ends_while_telegram_takes_its_time_with_answers_gives_them_after_its_start(
    tmp_path: Path,
) -> None:
    """What people asked is neither lost nor worked on beside a database that is closed already."""
    async with street(tmp_path, UNDO="0") as here:
        anna, ben = await here.move_in("late-news")
        edith, released = here.cast.edith, asyncio.Event()
        for asker in (edith, ben):
            here.world.faults.add(Held(released), method="sendMessage", chat=asker, times=1)
        here.world.say(edith, edith, "/publish late-news")
        here.world.say(ben, ben, "/subscribe Late, Energy")
        await here.until(lambda: len(here.world.faults.happened) == 2, "two answers that are on their way")
        assert await here.close() == 0
        released.set()
        assert "in time; what they asked comes again" in here.logged()
        await here.open()
        await here.sees(anna, "Late news")
        await here.sees(edith, "is out")
        await here.sees(ben, "No topic “Late”")


def _all_data(messages: list[Json]) -> list[str]:
    return [
        button["callback_data"]
        for message in messages
        for row in message.get("reply_markup", {}).get("inline_keyboard", ())
        for button in row
        if "callback_data" in button
    ]
