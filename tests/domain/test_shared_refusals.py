"""When many chats refuse an article that others get, and when only single ones are odd."""

import pytest

from bot.domain.shared_refusals import MAX_REASONS, SharedRefusals, is_shared


@pytest.mark.parametrize(
    ("chats", "refusals", "answers", "shared"),
    [
        (0, 0, 0, False),
        (1, 1, 1, False),
        (1, 50, 100, False),  # one chat, again and again
        (2, 2, 2, False),
        (2, 900, 1000, False),
        (3, 3, 3, True),
        (3, 3, 6, True),  # every second chat
        (3, 3, 300, True),
        (3, 3, 301, False),  # three of a crowd
        (3, 10_000, 1_000_000, True),
        (3, 9_999, 1_000_000, False),
    ],
)
def test_three_chats_and_one_answer_in_a_hundred(chats: int, refusals: int, answers: int, shared: bool) -> None:
    assert is_shared(chats, refusals, answers) is shared


def test_an_audience_of_two_is_asked_in_full() -> None:
    assert is_shared(2, 2, 2, few=2) and not is_shared(1, 1, 2, few=2)


def test_every_second_chat_is_found_with_the_third_that_refuses() -> None:
    seen = SharedRefusals()
    found = []
    for chat in range(5):
        found.append(seen.refused(chat, "BUTTON_TYPE_INVALID"))
        seen.taken()
    assert found == [False, False, True, True, True]


def test_other_words_are_counted_apart_and_other_numbers_in_them_together() -> None:
    seen = SharedRefusals()
    assert not any(seen.refused(chat, words) for chat, words in enumerate(("odd", "old", "out", "odd", "old")))
    seen = SharedRefusals()
    words = "Can't find end of the entity at byte offset {}"
    assert [seen.refused(chat, words.format(chat * 7)) for chat in range(3)] == [False, False, True]


def test_one_chat_that_is_tried_again_stays_one_chat() -> None:
    seen = SharedRefusals()
    assert not any(seen.refused(5, "CHAT_IS_ODD") for _ in range(100))


def test_what_few_refuse_in_the_beginning_is_found_when_more_do_later() -> None:
    seen = SharedRefusals()
    for _ in range(10_000):
        seen.taken()
    found = [seen.refused(chat, "BUTTON_TYPE_INVALID") for chat in range(200)]
    assert not any(found[:101]) and all(found[102:])


def test_words_that_are_never_the_same_fill_no_memory() -> None:
    seen = SharedRefusals()
    for chat in range(10_000):
        assert not seen.refused(chat, "".join(chr(ord("a") + int(digit)) for digit in str(chat)))
    assert len(seen._refusals) == MAX_REASONS
