"""More like this: what belongs to an article, listed where somebody reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from newsroom_samples import SECTIONS, define, plain, put
from story import ANNA, BEN, EDITH, StoryHouse

from bot.domain.article import Provider, Related
from bot.domain.press import press


@pytest.fixture
async def library(house: StoryHouse) -> StoryHouse:
    await define(house, *SECTIONS)
    await put(house, "Harbour wins battery merger", worn=["Energy"], excerpt="The port stores heat in sand.")
    await put(house, "Sand stores summer heat", worn=["Energy"], age=timedelta(days=3))
    await put(house, "Merger talks in the harbour", age=timedelta(days=9))
    await put(house, "A poem", age=timedelta(days=2), related=(Related("Harbour", "https://northgate.example/1"),))
    await put(house, "Robots walk", worn=["Robotics"])
    return house


def listed(house: StoryHouse, person: int = ANNA) -> list[str]:
    lines = plain(house.screen(person)).split("\n\n")
    return [line.partition(". ")[2].rpartition(" (")[0] for line in lines[1:]]


async def opens(house: StoryHouse, person: int = ANNA, article: int = 1) -> None:
    await house.starts(person, f"a_{article}")
    await house.presses(person, "More")
    await house.presses(person, "More like this")


async def test_what_it_names_or_is_named_by_and_what_shares_topics_and_words_is_listed_without_itself(
    library: StoryHouse,
) -> None:
    await opens(library)
    assert plain(library.screen(ANNA)).startswith("More like Harbour wins battery merger\n\n1. ")
    assert listed(library)[0] == "A poem"  # by its link, though no word is the same
    assert sorted(listed(library)[1:]) == ["Merger talks in the harbour", "Sand stores summer heat"]
    await library.presses(ANNA, "Open 1")
    assert plain(library.screen(ANNA)).startswith("A poem")


async def test_who_reads_the_named_article_finds_the_one_that_names_it_and_the_other_way_round(
    library: StoryHouse,
) -> None:
    await opens(library, article=4)
    assert listed(library) == ["Harbour wins battery merger"]


async def test_where_nothing_is_alike_it_says_so(library: StoryHouse) -> None:
    await opens(library, article=5)
    assert plain(library.screen(ANNA)) == "Nothing else is like Robots walk yet."
    assert library.buttons(ANNA) == [["Latest"]]


@pytest.mark.parametrize("refusal", ["/never merger talks", "/never source harbour.example"])
async def test_what_a_chat_never_wants_is_in_none_of_its_lists(library: StoryHouse, refusal: str) -> None:
    await put(library, "Harbour battery merger again", worn=["Energy"], provider=Provider("H", "harbour.example"))
    await library.says(ANNA, refusal)
    await opens(library)
    left_out = "Merger talks in the harbour" if "talks" in refusal else "Harbour battery merger again"
    assert left_out not in listed(library) and len(listed(library)) == 3
    await opens(library, BEN)
    assert left_out in listed(library, BEN)


async def test_what_readers_cannot_list_is_neither_shown_nor_asked_about(library: StoryHouse) -> None:
    house = library
    await put(house, "Harbour battery merger secret", worn=["Energy"], state="draft")
    await opens(house)
    assert len(listed(house)) == 3
    message = house.messages(ANNA)[-1]["message_id"]
    for number in (6, 0, -1, 2**63 - 1):
        toast = await house.presses_data(ANNA, press("card_alike", number), message)
        assert toast is not None and toast.startswith("There is no story #")
        await house.starts(ANNA, f"m_{max(0, number)}")
        assert plain(house.screen(ANNA)).startswith("There is no story #")


async def test_pages_are_turned_in_place_and_show_what_there_is_today(library: StoryHouse) -> None:
    house = library
    await put(house, *(f"Energy number {place}" for place in range(14)), worn=["Energy"])
    await opens(house)
    seen = listed(house)
    many = len(house.messages(ANNA))
    assert house.buttons(ANNA)[-1] == ["Next"]
    for _ in range(2):
        await house.presses(ANNA, "Next")
        seen += listed(house)
    assert len(seen) == len(set(seen)) == 17 and len(house.messages(ANNA)) == many
    message, data = house.button(ANNA, "Previous")
    async with house.db.transaction() as conn:
        await conn.execute("UPDATE articles SET state = 'retracted' WHERE number > 3", {})
    await house.presses_data(ANNA, data, message)
    assert sorted(listed(house)) == ["Merger talks in the harbour", "Sand stores summer heat"]
    for start in (-5, 9_999, 2**63 - 1):
        await house.presses_data(ANNA, press("alike", 1, 6, start), message)
        assert listed(house)


async def test_in_a_group_the_button_leads_to_the_reader_s_own_chat(library: StoryHouse) -> None:
    house = library
    house.world.add_bot(EDITH, house.group)
    await house.settle()
    await house.says(BEN, "/latest 1", house.group)
    await house.presses(BEN, "More", house.group)
    [row] = [
        row
        for row in house.messages(house.group)[-1]["reply_markup"]["inline_keyboard"]
        if row[0]["text"] == "More like this"
    ]
    payload = row[0]["url"].partition("start=")[2]
    await house.starts(BEN, payload)
    assert plain(house.screen(BEN)).startswith(("More like ", "Nothing else is like "))


@pytest.mark.parametrize("payload", ["m_", "m_x", "m_-1"])
async def test_a_link_that_names_nothing_says_so(house: StoryHouse, payload: str) -> None:
    await house.starts(ANNA, payload)
    assert plain(house.screen(ANNA)) == "This link leads to no story."
