"""What a search lists first when not by time."""

import pytest

from bot.domain.relevance import Part, rarity, relevance


@pytest.mark.parametrize(
    ("many", "expected"),
    [(0, 14), (1, 13), (2, 12), (3, 12), (4, 11), (7, 11), (8, 10), (2_047, 3), (2_048, 2), (4_095, 2), (4_096, 1),
     (4_097, 1), (10**9, 1)],
)  # fmt: skip
def test_the_fewer_articles_hold_a_piece_the_more_it_says(many: int, expected: int) -> None:
    assert rarity(many) == expected


def test_a_short_title_says_most_and_a_source_least() -> None:
    said = [
        relevance(8, [(1, [Part.TITLE])]),
        relevance(50, [(1, [Part.TITLE])]),
        relevance(150, [(1, [Part.TITLE])]),
        relevance(8, [(1, [Part.EXCERPT])]),
        relevance(8, [(1, [Part.TOPICS])]),
        relevance(8, [(1, [Part.SOURCE])]),
        relevance(8, [(13, [])]),
    ]
    assert said == [1_388, 1_000, 600, 300, 200, 100, 0]


def test_pieces_and_parts_add_up_by_how_rare_they_are() -> None:
    assert relevance(50, [(3, [Part.TITLE, Part.SOURCE]), (2, [Part.EXCERPT])]) == 3_000 + 300 + 600
    rare_in_title = relevance(50, [(13, [Part.TITLE]), (1, [Part.EXCERPT])])
    assert rare_in_title > relevance(50, [(13, [Part.EXCERPT]), (1, [Part.TITLE])])
