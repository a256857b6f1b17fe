"""The parts of a push: chosen with buttons above an example, and as they come."""

from pathlib import Path

import pytest
from newsroom_samples import ENERGY, define, plain, put
from press_room import press_room
from story import ANNA, BEN, StoryHouse, story_house

from bot.domain.article import Provider, Related
from bot.domain.parts import ALL_PARTS, Part
from bot.domain.press import press

RELATED = Related("Why the coast buys batteries", "https://harbour.example/batteries", Provider("Harbour Post"))
ALSO = "Also: Harbour Post: Why the coast buys batteries"
SIGNED = "Northgate News, 2 Mar 2026"


async def test_toggles_show_at_once_what_a_push_will_be_like(house: StoryHouse) -> None:
    await define(house, ENERGY)
    await put(house, "Salt", worn=["Energy"], excerpt="It stores heat.", related=(RELATED,))
    await house.says(ANNA, "/settings")
    await house.presses(ANNA, "Change parts")
    question = "What should stand in a push beside its title? As an example:"
    whole = f"{question}\n\nSalt\n\nIt stores heat.\n\nNorthgate, 2 Mar 2026\n{ALSO}\n#Energy"
    assert plain(house.screen(ANNA)) == whole
    assert house.buttons(ANNA) == [
        ["✓ Excerpt", "✓ Source"],
        ["✓ Date", "✓ Related"],
        ["✓ Hashtags"],
        ["All of them", "✓ As everywhere here"],
        ["Back"],
    ]
    assert await house.presses(ANNA, "✓ Source") == "Source: left out"
    assert await house.presses(ANNA, "✓ Related") == "Related: left out"
    assert plain(house.screen(ANNA)) == f"{question}\n\nSalt\n\nIt stores heat.\n\n2 Mar 2026\n#Energy"
    assert await house.presses(ANNA, "Source") == "Source: shown"
    await house.presses(ANNA, "✓ Excerpt")
    assert plain(house.screen(ANNA)) == f"{question}\n\nSalt\n\nNorthgate, 2 Mar 2026\n#Energy"
    await house.presses(ANNA, "Back")
    assert "In a push: title, source, date and hashtags" in plain(house.screen(ANNA)).splitlines()
    await house.presses(ANNA, "Change parts")
    assert (
        await house.presses(ANNA, "All of them")
        == "In a push: title, excerpt, source, date, related stories and hashtags"
    )
    assert (await house.chat(ANNA)).parts == ALL_PARTS
    assert plain(house.screen(ANNA)) == whole
    await house.presses(ANNA, "As everywhere here")
    assert (await house.chat(ANNA)).parts is None


async def test_the_example_has_every_part_though_nothing_is_published(house: StoryHouse) -> None:
    await house.says(ANNA, "/settings parts")
    assert plain(house.screen(ANNA)).split("\n\n", 1)[1] == (
        "The title of a story\n\nWhat it is about, in a sentence or two.\n\nWhere it is from, 2 Mar 2026\n"
        "Also: A story that belongs to it\n#Topic"
    )


@pytest.mark.parametrize("numbers", [(5, 1), (2**63 - 1,), (-2, 0), (-(2**63), 1)])
async def test_a_button_of_another_newsbot_changes_nothing(house: StoryHouse, numbers: tuple[int, ...]) -> None:
    await house.says(ANNA, "/settings")
    await house.presses_data(ANNA, press("set_parts", *numbers), house.messages(ANNA)[-1]["message_id"])
    assert (await house.chat(ANNA)).parts is None
    assert plain(house.screen(ANNA)).startswith("Settings of this chat")


async def test_each_chat_gets_the_parts_that_it_chose_and_a_message_is_composed_once_for_each_choice(
    house: StoryHouse, tmp_path: Path
) -> None:
    async with press_room(house, tmp_path) as room:
        readers = await room.people(6)
        await room.follow(readers, "Energy")
        async with room.db.transaction() as conn:
            await conn.executemany(
                "UPDATE chats SET parts = ? WHERE id = ?",
                [("source,related", readers[0]), ("", readers[1]), ("hashtags,excerpt", readers[2])],
            )
        await room.publish(await room.draft("salt", "Energy", related=(RELATED,), pictures=()))
        await room.run()
        [first, second, third, *others] = [plain(house.screen(reader)) for reader in readers]
    assert first == f"Salt\n\nNorthgate News\n{ALSO}"
    assert second == "Salt"
    assert third == "Salt\n\nAn excerpt of some words.\n\n#Energy"
    assert set(others) == {f"Salt\n\nAn excerpt of some words.\n\n{SIGNED}\n{ALSO}\n#Energy"}


async def test_the_operator_says_what_comes_by_default_and_the_order_for_all(tmp_path: Path) -> None:
    async with (
        story_house(tmp_path, parts="hashtags,date,source,excerpt") as house,
        press_room(house, tmp_path) as room,
    ):
        for reader in (ANNA, BEN):
            await house.says(reader, "/subscribe Energy")
        await room.follow([ANNA, BEN], "Energy")
        await house.says(BEN, "/settings parts source excerpt related")
        assert (await house.chat(BEN)).parts == (Part.SOURCE, Part.EXCERPT, Part.RELATED)
        await room.publish(await room.draft("salt", "Energy", related=(RELATED,), pictures=()))
        await room.run()
        assert plain(house.screen(ANNA)) == ("Salt\n\n#Energy\n2 Mar 2026, Northgate News\n\nAn excerpt of some words.")
        assert plain(house.screen(BEN)) == f"Salt\n\nNorthgate News\n\nAn excerpt of some words.\n\n{ALSO}"
