"""When Telegram refuses a message, and when only a chat is odd."""

import pytest

from bot.domain.rejections import WINDOW, Form, Refusals, alike


@pytest.mark.parametrize("words", ["BUTTON_URL_INVALID", "ENTITY_DATE_INVALID", "something of next year"])
def test_three_chats_with_the_same_words_are_the_messages_fault(words: str) -> None:
    refusals = Refusals()
    assert [refusals.refused(words) for _ in range(3)] == [False, False, True]


def test_different_words_and_an_odd_chat_among_others_are_not() -> None:
    refusals = Refusals()
    assert not any(refusals.refused(words) for words in ("chat is odd", "chat is old", "chat is out", "chat is odd"))
    refusals = Refusals()
    for _ in range(500):
        refusals.sent()
        assert not refusals.refused("chat is odd")


def test_what_begins_in_the_middle_of_a_broadcast_is_found_too() -> None:
    refusals = Refusals()
    for _ in range(10_000):
        refusals.sent()
    assert any(refusals.refused("BUTTON_URL_INVALID") for _ in range(WINDOW))


def test_an_audience_of_two_is_asked_in_full() -> None:
    refusals = Refusals(few=2)
    assert [refusals.refused("x"), refusals.refused("x")] == [False, True]


def test_numbers_in_the_words_make_no_difference() -> None:
    assert alike("Can't find end of the entity at byte offset 812") == alike(
        "can't find end of the entity at byte offset 7"
    )


def test_forms_lose_their_buttons_first() -> None:
    assert Form.FULL.plainer == (Form.NO_BUTTONS, Form.PLAIN)
    assert Form.PLAIN.plainer == ()
