"""Which way to show a picture is tried next, and what is remembered of what Telegram answered."""

from datetime import timedelta

import pytest

from bot.domain.article import Picture
from bot.domain.delivery import (
    Failed,
    Halted,
    Outcome,
    PictureRefused,
    Rejected,
    Restricted,
    Sent,
    ThreadGone,
    Throttled,
    Unreachable,
    Unsure,
)
from bot.domain.message import Photo
from bot.domain.picture_ways import Accepted, PictureWays, Refused, Way

STORM = Picture("https://pictures.example/storm.jpg")
CELL = Picture("cell.png", is_local=True)
REFUSED = PictureRefused("WEBPAGE_CURL_FAILED")


def _all(ways: PictureWays) -> list[Way]:
    found = []
    while (way := ways.best) is not None:
        found.append(way)
        ways.give_up(way)
    return found


def test_a_link_goes_before_the_bytes_and_a_file_in_the_folder_has_no_link() -> None:
    assert _all(PictureWays([STORM, CELL], {})) == [Way(STORM, Photo(url=STORM.url)), Way(STORM), Way(CELL)]


def test_of_a_picture_on_a_private_host_telegram_is_given_the_bytes_alone() -> None:
    inside = Picture("http://127.0.0.1:8000/storm.jpg")
    assert _all(PictureWays([inside], {})) == [Way(inside)]


def test_a_known_file_id_goes_first_and_what_was_refused_is_not_tried() -> None:
    known = {STORM.url: None, CELL.url: "cell-id"}
    assert _all(PictureWays([STORM, CELL], known)) == [Way(CELL, Photo(file_id="cell-id")), Way(CELL)]
    assert not PictureWays([STORM], known)
    assert not PictureWays([], {})


def test_a_refusal_leads_to_the_next_way_and_only_the_last_one_is_remembered() -> None:
    ways = PictureWays([STORM, CELL], {})
    by_link, by_bytes, other = Way(STORM, Photo(url=STORM.url)), Way(STORM), Way(CELL)
    assert (ways.best, ways.answered(by_link, REFUSED)) == (by_link, None)
    assert (ways.best, ways.answered(by_bytes, REFUSED)) == (by_bytes, Refused(STORM.url, REFUSED.reason))
    assert ways.best == other


def test_what_two_chats_tried_at_once_is_given_up_once() -> None:
    ways = PictureWays([STORM], {})
    by_link = Way(STORM, Photo(url=STORM.url))
    assert ways.answered(by_link, REFUSED) is ways.answered(by_link, REFUSED) is None
    assert ways.best == Way(STORM)


def test_a_new_file_id_is_remembered_and_one_that_was_known_is_not_again() -> None:
    ways = PictureWays([STORM], {})
    sent = Sent(1, "storm-id")
    assert ways.answered(Way(STORM, Photo(url=STORM.url)), sent) == Accepted(STORM.url, "storm-id")
    assert ways.answered(Way(STORM), sent) == Accepted(STORM.url, "storm-id")
    assert ways.answered(Way(STORM, Photo(file_id="storm-id")), sent) is None
    assert ways.answered(Way(STORM), Sent(1)) is None
    assert ways


def test_bytes_that_cannot_be_had_count_as_refused_only_after_telegram_could_not_fetch_them_either() -> None:
    ways = PictureWays([STORM, CELL], {})
    assert ways.answered(Way(STORM, Photo(url=STORM.url)), REFUSED) is None
    assert ways.cannot_be_had(Way(STORM)) == Refused(STORM.url, "its bytes cannot be had")
    assert ways.best == Way(CELL)
    assert ways.cannot_be_had(Way(CELL)) is None  # somebody may put the file there later
    assert not ways


@pytest.mark.parametrize(
    "outcome",
    [
        PictureRefused("not enough rights to send photos", here_only=True),
        Throttled(timedelta(seconds=5)),
        Failed("no connection"),
        Unsure("no answer"),
        Rejected("BUTTON_URL_INVALID"),
        ThreadGone("TOPIC_CLOSED"),
        Unreachable("blocked"),
        Restricted("not enough rights"),
        Halted("Unauthorized"),
    ],
)
def test_what_is_about_the_chat_or_the_words_says_nothing_about_the_picture(outcome: Outcome) -> None:
    ways = PictureWays([CELL], {})
    assert ways.answered(Way(CELL), outcome) is None
    assert ways.best == Way(CELL)
    assert ways.cannot_be_had(Way(CELL)) is None
