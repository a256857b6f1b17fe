"""Topic files."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from parsed import parse_topic

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.reader import read_file
from bot.domain.topic import TopicFile
from bot.errors import ContentError

SHARED = Path(__file__).resolve().parents[2] / "../shared"
UTC = ZoneInfo("UTC")


def topic(text: str) -> TopicFile:
    return parse_topic(Path("topics/a.yaml"), text.encode())


def test_a_topic_is_read_with_all_its_names():
    assert topic(
        "taxonomy: topic\n_id: computer-vision\nname: Computer Vision\nshortname: Vision\nparent: AI\n"
        "description: How machines “see”\nkeywords: [face recognition, face recognition, 3D]\n"
        "hashtags:\n  - '#ComputerVision'\n  - '#MSTeams MicrosoftTeams'\n  - 'C++ #2021 #vision #Vision'\n"
    ) == TopicFile(
        id="computer-vision",
        name="Computer Vision",
        short_name="Vision",
        parent="AI",
        description="How machines “see”",
        keywords=("face recognition", "3D"),
        hashtags=("#ComputerVision", "#MSTeams", "#MicrosoftTeams", "#C", "#Vision"),
    )


def test_hashtags_may_be_one_text_and_everything_else_may_be_missing():
    assert topic("taxonomy: topic\n_id: a\nname: A\nhashtags: '#One Two'") == TopicFile(
        "a", "A", hashtags=("#One", "#Two")
    )
    assert topic("taxonomy: topic\n_id: a\nname: 5G\nshortname:\nparent: ''") == TopicFile("a", "5G")


def test_what_is_wrong_with_a_topic_is_said_at_once():
    with pytest.raises(ContentError) as caught:
        topic("taxonomy: topic\nname: A\nname: B\nparent: [x]\nkeywords: {a: 1}\n")
    assert [str(complaint) for complaint in caught.value.complaints] == [
        "topics/a.yaml:3: name: given twice, first on line 2",
        "topics/a.yaml:0: _id: is missing",
        "topics/a.yaml:4: parent: must be text",
        "topics/a.yaml:5: keywords[0]: must be text",
    ]


def test_the_topics_of_the_corpus_are_accepted():
    files = sorted((SHARED / "corpus/topics").glob("*.yaml"))
    if not files:
        pytest.skip("the shared corpus is not here")
    topics = [read_file(path, root=path.parent, rules=ReadingRules(UTC)) for path in files]
    assert all(isinstance(found, TopicFile) and found.id and found.hashtags for found in topics)


def test_an_unknown_taxonomy_is_refused(tmp_path):
    (tmp_path / "e.yaml").write_text("title: A\ntaxonomy: event\n")
    with pytest.raises(ContentError) as caught:
        read_file(tmp_path / "e.yaml", root=tmp_path, rules=ReadingRules(UTC))
    assert str(caught.value).startswith("e.yaml:2: taxonomy: “event” is unknown; write topic or source, or leave")


def test_a_text_lists_keywords_and_hashtags_and_names_stay_as_they_are_written():
    found = topic("taxonomy: topic\n_id: 2024\nname: 1.0\nshortname: No\nkeywords: wind, sun\nhashtags: '#Wind,#Sun'")
    assert (found.id, found.name, found.short_name) == ("2024", "1.0", "No")
    assert (found.keywords, found.hashtags) == (("wind", "sun"), ("#Wind", "#Sun"))


@pytest.mark.parametrize(
    ("written", "meant"), [("shortName: B", "shortname"), ("hashtag: '#B'", "hashtags"), ("keyword: b", "keywords")]
)
def test_a_field_that_looks_like_a_slip_is_a_warning(written: str, meant: str):
    found = topic(f"taxonomy: topic\n_id: a\nname: A\n{written}\n")
    name = written.partition(":")[0]
    assert list(map(str, found.warnings)) == [f"topics/a.yaml:4: {name}: is not read; perhaps {meant} is meant"]


def names(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the names in other languages of a file, and what is warned of."""
    found = topic(f"taxonomy: topic\n_id: tech\nname: Technology\n{text}")
    return dict(found.names), [f"{complaint.field}: {complaint.reason}" for complaint in found.warnings]


def test_a_topic_has_names_in_other_languages():
    assert names("names:\n  de: Technik\n  pt-br: Tecnologia\n  zh_Hans: 科技\n  iw: טכנולוגיה\n") == (
        {"de": "Technik", "pt-br": "Tecnologia", "zh-Hans": "科技", "iw": "טכנולוגיה"},
        [],
    )
    assert names("names:\n") == ({}, [])


@pytest.mark.parametrize(
    ("text", "kept", "warning"),
    [
        ("names: {german: Technik, fr: Tech}", {"fr": "Tech"}, "names.german: is not the code of a language"),
        ("names: {xx: Technik}", {}, "names.xx: is not the code of a language"),
        ("names: {1: Technik, de: Technik}", {"de": "Technik"}, "names.1: is not the code of a language"),
        ("names: {no: Teknologi, de: ''}", {"no": "Teknologi"}, "names.de: is empty"),
        ("names: {de: [Technik]}", {}, "names.de: is no text"),
        ("names: {de: 5}", {}, "names.de: is no text"),
        ("names: {de: '...'}", {}, "names.de: “...” is no name"),
        (f"names: {{de: {'x' * 500}, es: Tec}}", {"es": "Tec"}, "names.de: is longer than"),
        ("names: Technik", {}, "names: is no list of languages"),
        ("names: [de, Technik]", {}, "names: is no list of languages"),
    ],
)
def test_a_wrong_code_or_name_is_warned_of_and_the_topic_taken_without_it(text, kept, warning):
    found, warnings = names(text)
    assert found == kept
    assert [said.startswith(warning) for said in warnings] == [True], warnings
