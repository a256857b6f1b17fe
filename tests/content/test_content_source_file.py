"""Source files: a feed, its topics, and what its items become; each fault with its line and field."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.content.articles.surroundings import FileContext, ReadingRules
from bot.content.files.reader import understood
from bot.domain.fetch_rules import FetchRules
from bot.domain.source import SourceChoices, SourceFile, TakenAs
from bot.errors import ContentError

UTC = ZoneInfo("UTC")


def read(text: str, allow: str = "", name: str = "northgate.yaml") -> SourceFile:
    rules = ReadingRules(UTC, FetchRules.parse(allow))
    found = understood(name, text.encode(), FileContext(Path("/content") / name, Path("/content"), rules))
    assert isinstance(found, SourceFile)
    return found


def refusals(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        read(text)
    return [str(one) for one in caught.value.complaints]


def test_all_of_a_source_is_read() -> None:
    found = read(
        """taxonomy: source
name: Northgate
url: https://northgate.example/feed.xml
topics: [AI, Food & Drink, 2024]
as: drafts
every: 30m
only: [quantum dots]
never: sponsored, advertorial
"""
    )
    assert found.url == "https://northgate.example/feed.xml" and found.warnings == ()
    assert found.choices == SourceChoices(
        name="Northgate",
        topics=("AI", "Food & Drink", "2024"),
        taken_as=TakenAs.DRAFTS,
        every=timedelta(minutes=30),
        only=("quantum dots",),
        never=("sponsored", "advertorial"),
    )


def test_an_address_is_enough_and_front_matter_and_json_are_read_too() -> None:
    assert read("taxonomy: source\nurl: https://a.example/feed").choices == SourceChoices()
    assert (
        read("---\ntaxonomy: source\nurl: https://a.example/feed\n---\n", name="a.md").url == "https://a.example/feed"
    )
    assert read('{"taxonomy": "source", "url": "https://a.example/feed"}', name="a.json").choices.name is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("name: x", "northgate.yaml:0: url: is missing"),
        ("url:", "northgate.yaml:2: url: is empty"),
        ("url: feed.xml", "northgate.yaml:2: url: “feed.xml” is not a link; it begins with https://"),
        ("url: http://10.0.0.1/feed", "northgate.yaml:2: url: “http://10.0.0.1/feed” is a private address"),
        ("url: https://a.example/\nas: maybe", "northgate.yaml:3: as: “maybe” is neither news nor drafts"),
        ("url: https://a.example/\nevery: 10s", "northgate.yaml:3: every: “10s” is not between 1m and 30d"),
        (
            "url: https://a.example/\nevery: 99999999999d",
            "northgate.yaml:3: every: “99999999999d” is not between 1m and 30d",
        ),
        (
            "url: https://a.example/\nevery: often",
            "northgate.yaml:3: every: “often” is not an interval; write 15m, 2h or 1d",
        ),
        ("url: https://a.example/\nevery: 15", "northgate.yaml:3: every: “15” is not an interval; write 15m, 2h or 1d"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_field(line: str, complaint: str) -> None:
    assert refusals(f"taxonomy: source\n{line}\n") == [complaint]


def test_a_private_address_that_the_operator_allows_is_taken() -> None:
    assert (
        read("taxonomy: source\nurl: http://127.0.0.1:8080/feed", allow="127.0.0.1").url == "http://127.0.0.1:8080/feed"
    )


def test_a_slip_in_a_fields_name_is_a_warning() -> None:
    [warning] = read("taxonomy: source\nurl: https://a.example/\nnevr: [x]\n").warnings
    assert str(warning) == "northgate.yaml:3: nevr: is not read; perhaps never is meant"


def test_an_unknown_taxonomy_names_those_there_are() -> None:
    assert "write topic or source" in refusals("taxonomy: sauce\nurl: https://a.example/\n")[0]
