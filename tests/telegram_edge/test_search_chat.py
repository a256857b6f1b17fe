"""The search in a chat: what it looks among, and in which order it lists."""

from datetime import timedelta

import pytest
from newsroom_samples import SECTIONS, define, plain, put
from story import ANNA, BEN, StoryHouse

from bot.domain.article import Provider
from bot.domain.press import press

HARBOUR = Provider("Harbour Post", "harbour.example")


@pytest.fixture
async def library(house: StoryHouse) -> StoryHouse:
    await define(house, *SECTIONS)
    await put(house, "Solar eyes", worn=["Computer Vision"])
    await put(house, "Solar robots", worn=["Robotics"], age=timedelta(hours=2), provider=HARBOUR)
    await put(house, "Power of the sea", worn=["Energy"], excerpt="Not solar power.", age=timedelta(hours=3))
    await put(house, "Solar speech", worn=["Speech"], age=timedelta(hours=4), provider=HARBOUR)
    return house


async def found(house: StoryHouse, question: str, person: int = ANNA) -> list[str]:
    """Return the titles that are listed; none where nothing was found."""
    await house.says(person, f"/search {question}")
    return listed(house, person)


def listed(house: StoryHouse, person: int = ANNA) -> list[str]:
    lines = plain(house.screen(person)).split("\n\n")
    return [line.partition(". ")[2].rpartition(" (")[0] for line in lines[1:]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("solar", ["Solar eyes", "Solar robots", "Power of the sea", "Solar speech"]),
        ("topic:AI solar", ["Solar eyes", "Solar speech"]),  # and what is below it
        ("topic:computer-vision", ["Solar eyes"]),
        ("topic:Computer Vision solar", ["Solar eyes"]),  # as long as a name that is known
        ('topic:"Computer Vision"', ["Solar eyes"]),
        ("topic:#ComputerVision", ["Solar eyes"]),
        ('source:"harbour post"', ["Solar robots", "Solar speech"]),
        ("source:Harbour Post robots", ["Solar robots"]),
        ("source:harbour.example topic:ai", ["Solar speech"]),
        ("source:harbour solar", ["Solar robots", "Solar speech"]),
        ("topic:ai topic:speech", ["Solar speech"]),
        ('"solar power"', ["Power of the sea"]),
        ("rob* sol", ["Solar robots"]),
    ],
)
async def test_a_search_looks_among_what_it_names_newest_first(
    library: StoryHouse, question: str, expected: list[str]
) -> None:
    assert await found(library, question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "topic:nothing",
        "topic:nothing solar",
        "source:nobody",
        "source:nobody solar",
        "topic:robotics speech",
        'source:"harbour post" eyes',
        'topic:"',
        'source:""',
        '"',
        "!!!",
        "👍",
        "NEAR( AND ^",
        "topic:%s source:\x00",
    ],
)
async def test_no_question_is_an_error(library: StoryHouse, question: str) -> None:
    await library.says(ANNA, f"/search {question}")
    assert plain(library.screen(ANNA)).startswith("No topic and no story for “")


async def test_a_button_lists_by_relevance_and_another_leads_back(library: StoryHouse) -> None:
    house = library
    assert await found(house, "solar power") == ["Power of the sea"]
    assert ["By relevance"] not in house.buttons(ANNA)  # there is nothing to order
    assert await found(house, "power OR solar") == []
    await put(house, "A long title about the many weathers of the sea and some solar", age=timedelta(minutes=5))
    assert (await found(house, "solar"))[0].startswith("A long title")
    await house.presses(ANNA, "By relevance")
    best = listed(house)
    assert set(best[:3]) == {"Solar eyes", "Solar robots", "Solar speech"} and best[3].startswith("A long title")
    assert best[4] == "Power of the sea"
    assert house.buttons(ANNA)[-1] == ["Newest first"]
    await house.presses(ANNA, "Newest first")
    assert listed(house)[0].startswith("A long title")


async def test_pages_by_relevance_are_turned_and_belong_to_their_chat(house: StoryHouse) -> None:
    await put(house, *(f"Wind {n}" for n in range(14)))
    await house.says(ANNA, "/search wind")
    assert house.buttons(ANNA)[-1] == ["Older", "By relevance"]
    await house.presses(ANNA, "By relevance")
    assert house.buttons(ANNA)[-1] == ["Next", "Newest first"]
    seen = listed(house)
    await house.presses(ANNA, "Next")
    seen += listed(house)
    assert house.buttons(ANNA)[-1] == ["Previous", "Next", "Newest first"]
    await house.presses(ANNA, "Next")
    seen += listed(house)
    assert sorted(seen) == sorted(f"Wind {n}" for n in range(14))
    message_id, data = house.button(ANNA, "Previous")
    await house.says(BEN, "/help")
    theirs = house.messages(BEN)[-1]["message_id"]
    assert await house.presses_data(BEN, data, theirs) == (
        "This button is too old to use. Send /search for a new list."
    )
    number = int(data.split(":")[2], 36)
    for start in (-5, 9_999, 2**63 - 1):
        await house.presses_data(ANNA, press("search_best", number, 6, start), message_id)
        assert listed(house)


async def test_what_stands_within_words_only_is_listed_newest_first_however_it_is_asked(house: StoryHouse) -> None:
    await put(house, "Landtagswahl", "Bundestagswahl")
    await house.says(ANNA, "/search tagswahl")
    await house.presses(ANNA, "By relevance")
    assert listed(house) == ["Landtagswahl", "Bundestagswahl"]
