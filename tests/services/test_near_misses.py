"""Names that come close: by the words of the search, whatever their case, accents, width and joints."""

import pytest

from bot.domain.topic import Topic, TopicFile
from bot.services.content.topic_names import KnownNames, closest

NAMES = (
    *("C", "C++", "C#", "F#", ".NET", "R", "GPT-4o", "COVID-19", "AT&T", "O’Neill", "A.I."),
    *("北京大学", "タワー", "ข่าว", "हिन्दी", "اَلْعَرَبِيَّةُ", "שָׁלוֹם", "İstanbul", "Straße", "Łódź", "Æther", "Ёлка"),
    *("Bundestagswahl", "Computer Vision", "Windows 11", "✓"),
)
KNOWN = {number: Topic(number, f"id-{number}", name, from_file=True) for number, name in enumerate(NAMES, 1)}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c ++", "C"),
        ("gpt4o", "GPT-4o"),
        ("GPT 4o", "GPT-4o"),
        ("covid19", "COVID-19"),
        ("oneill", "O’Neill"),
        ("O'Neill", "O’Neill"),
        ("ATT", "AT&T"),
        ("ai", "A.I."),
        ("net", ".NET"),
        ("大学", "北京大学"),
        ("北京", "北京大学"),
        ("北", "北京大学"),
        ("タワ", "タワー"),
        ("ข่า", "ข่าว"),
        ("العربية", "اَلْعَرَبِيَّةُ"),
        ("שלום", "שָׁלוֹם"),
        ("ISTANBUL", "İstanbul"),
        ("strasse", "Straße"),
        ("LODZ", "Łódź"),
        ("aether", "Æther"),
        ("елка", "Ёлка"),
        ("Bundestag", "Bundestagswahl"),
        ("vision", "Computer Vision"),
        ("vision computer", "Computer Vision"),
        ("Computer Vison", "Computer Vision"),
        ("ＣＯＭＰＵＴＥＲ　ＶＩＳＩＯＮ", "Computer Vision"),
        ("windows", "Windows 11"),
        ("✓", "✓"),
    ],
)
def test_what_somebody_writes_comes_close_to_a_topic_as_a_search_would_find_it(typed: str, meant: str):
    assert closest(KNOWN, typed)[0].name == meant


@pytest.mark.parametrize("typed", ["", "!!!", '"', "-", "Gardening", "園芸", "J", ".org"])
def test_what_is_close_to_no_topic_gets_none(typed: str):
    assert closest(KNOWN, typed) == []


@pytest.mark.parametrize(
    ("typed", "others"),
    [("C++", {"C", "C#", "F#"}), ("C#", {"C++"}), ("c", {"C++", ".NET"}), ("हिदी", {"R"}), ("r", {"Łódź"})],
)
def test_a_sign_or_a_mark_that_makes_another_word_is_no_near_miss(typed: str, others: set[str]):
    assert not others & {topic.name for topic in closest(KNOWN, typed)}


FILES = KnownNames(
    [
        TopicFile(
            "ai",
            "AI",
            keywords=("deep learning", "neural nets", "ML", "Künstliche Intelligenz"),
            hashtags=("#GenAI",),
        ),
        TopicFile("cpp", "C++", keywords=("templates",)),
        TopicFile("oeko", "Ökologie"),
        TopicFile("learning", "Learning"),
    ]
)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("deep learning", "AI"),
        ("Deep-Learning", "AI"),
        ("deep lerning", "AI"),
        ("neural net", "AI"),
        ("ml", "AI"),
        ("kunstliche intelligenz", "AI"),
        ("gen-ai", None),  # its hashtag, however it is written
        ("genia", "AI"),
        ("Okologie", "Ökologie"),
        ("okologie", "Ökologie"),
        ("A.I.", "AI"),
        ("template", "C++"),
        ("C", None),
        ("C#", None),
        ("MLB", None),
        ("Learning", None),
        ("Lerning", "Learning"),
        ("deep water", None),
        ("Gardening", None),
    ],
)
def test_a_topic_close_to_a_name_hashtag_or_keyword_of_a_known_one_is_a_slip_of_that(name: str, meant: str | None):
    assert FILES.meant(name) == meant
