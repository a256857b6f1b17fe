"""What processes tell each other of chats is read as it was meant, and nothing else is believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.shared_pace import KIND, LONGEST, LONGEST_HOLD, MOST_MESSAGES, Elsewhere, is_note, notes, told

CHATS = st.integers(-(2**52), 2**52 - 1)


@given(
    sent=st.dictionaries(CHATS, st.integers(1, MOST_MESSAGES)),
    held=st.dictionaries(CHATS, st.integers(1, 3_600_000).map(lambda ms: ms / 1000)),
)
def test_what_is_told_is_what_is_heard(sent: dict[int, int], held: dict[int, float]) -> None:
    written = list(notes("one", sent, held))
    assert all(is_note(note) for note in written)
    heard = {one.chat: one for note in written for one in told(note, "another")}
    assert heard == {
        chat: Elsewhere(chat, sent.get(chat, 0), pytest.approx(held.get(chat, 0.0), abs=0.001))
        for chat in {*sent, *held}
    }
    assert [one for note in written for one in told(note, "one")] == []


def test_of_many_chats_several_texts_are_made_that_one_notification_takes_each() -> None:
    sent = {-1_001_234_567_890 - number: 1 for number in range(2_000)}
    written = list(notes("one", sent, {}))
    assert len(written) > 1 and max(map(len, written)) <= LONGEST < 8_000
    assert sum(len(list(told(note, "another"))) for note in written) == 2_000
    assert list(notes("one", {}, {})) == []


@given(st.text())
def test_anybody_may_say_anything(what: str) -> None:
    """Whoever may connect to a database may notify: https://www.postgresql.org/docs/current/sql-notify.html"""
    for heard in (what, f"{KIND} {what}", f"{KIND} x {what}", f"{KIND} x {what}:{what}:{what}"):
        assert is_note(heard) or heard == what
        for one in told(heard, "own") if is_note(heard) else ():
            assert 0 <= one.messages <= MOST_MESSAGES and 0 <= one.held_for <= LONGEST_HOLD


@pytest.mark.parametrize("item", ["5:1", "5:1:0:0", "x:1:0", ":1:0", "5:1:0.5", "9" * 30 + ":1:0", "--5:1:0", "5::"])
def test_what_cannot_be_read_is_passed_over(item: str) -> None:
    assert list(told(f"{KIND} one {item} -7:2:0", "another")) == [Elsewhere(-7, 2, 0.0)]
    assert list(told(f"{KIND} one 5:999999:-1 -7:-2:999999999999999", "another")) == [
        Elsewhere(5, MOST_MESSAGES, 0.0),
        Elsewhere(-7, 0, LONGEST_HOLD),
    ]
    assert list(told(KIND, "another")) == []
