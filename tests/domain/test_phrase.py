"""Phrases are whole words, however they are written; where a script has no blanks, they match anywhere."""

import pytest

from bot.domain.phrase import held_phrase, holds_phrase


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Quantum dots light up", "quantum dots"),
        ("QUANTUM   DOTS", "quantum dots"),
        ("About quantum\ndots", "Quantum Dots"),
        ("Café opens in Ærø", "cafe"),
        ("ＡＩ in schools", "ai"),
        ("A talk on C++ today", "c++"),
        ("(robots)", "robots"),
        ("新しい量子ドットの発見", "量子ドット"),
        ("量子点发光", "子点"),
        ("ข่าวเศรษฐกิจไทย", "เศรษฐกิจ"),
        ("新iPhone发布", "iPhone"),
        ("GPT-4o is here", "gpt-4o"),
    ],
)
def test_a_text_holds_a_phrase(text: str, phrase: str) -> None:
    assert holds_phrase(text, phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("A start in arts", "art"),
        ("quantum and dots", "quantum dots"),
        ("C++ today", "c"),
        ("한국어로", "한국"),  # Korean has blanks between its words
        ("anything", ""),
        ("anything", "   "),
        ("", "anything"),
    ],
)
def test_a_text_does_not_hold_it(text: str, phrase: str) -> None:
    assert not holds_phrase(text, phrase)


def test_the_first_phrase_that_is_held_is_named() -> None:
    assert held_phrase("Robots and rockets", ["rock", "rockets", "robots"]) == "rockets"
    assert held_phrase("Robots and rockets", []) is None
