"""People take turns, chats keep their order, and nobody fills the house."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.fair_queue import (
    CONCURRENT_PER_PERSON,
    CONCURRENT_UPDATES,
    MAX_WAITING_PER_PERSON,
    Enqueued,
    FairQueue,
    QueueTicket,
)

FLOODER, ANNA = 1, 2


def _flood(turns: FairQueue, groups: int, each: int, person: int = FLOODER) -> int:
    """Let one person say something `each` times in as many groups; return how much of it waits."""
    tickets = (QueueTicket(10_000 * person + n, person, -10_000 * person - n % groups) for n in range(groups * each))
    return sum(turns.join(ticket)[0] is Enqueued.WAITS for ticket in tickets)


def _all_that_can(turns: FairQueue) -> list[QueueTicket]:
    return list(iter(turns.next, None))


def test_one_person_in_thirty_groups_has_a_few_places_and_a_bounded_line() -> None:
    turns = FairQueue()
    assert _flood(turns, groups=30, each=195) == MAX_WAITING_PER_PERSON
    begun = _all_that_can(turns)
    assert len(begun) == CONCURRENT_PER_PERSON
    assert len({ticket.chat for ticket in begun}) == CONCURRENT_PER_PERSON


def test_somebody_with_one_question_begins_while_thousands_wait() -> None:
    turns = FairQueue()
    for person in range(10, 30):
        _flood(turns, groups=1000, each=1, person=person)
    _all_that_can(turns)
    turns.join(QueueTicket(1, ANNA, ANNA))
    assert turns.next() == QueueTicket(1, ANNA, ANNA)


def test_room_is_kept_for_people_with_nothing_at_work() -> None:
    turns = FairQueue()
    for person in range(100, 100 + CONCURRENT_UPDATES):
        _flood(turns, groups=3, each=1, person=person)
    begun = _all_that_can(turns)
    assert len(begun) == CONCURRENT_UPDATES and max(Counter(ticket.person for ticket in begun).values()) == 1
    turns = FairQueue()
    for person in range(100, 150):
        _flood(turns, groups=30, each=1, person=person)
    assert len(_all_that_can(turns)) == CONCURRENT_UPDATES - CONCURRENT_UPDATES // 4
    for person in range(CONCURRENT_UPDATES // 4):
        turns.join(QueueTicket(person, 500 + person, 500 + person))
    assert len(_all_that_can(turns)) == CONCURRENT_UPDATES // 4


def test_a_thousand_channels_of_one_person_have_a_share() -> None:
    turns = FairQueue()
    waiting = [turns.join(QueueTicket(n, -n, -n))[0] for n in range(1, 5001)]
    assert waiting.count(Enqueued.WAITS) == 1024
    assert len(_all_that_can(turns)) == CONCURRENT_UPDATES // 4
    turns.join(QueueTicket(9999, ANNA, ANNA))
    assert turns.next() == QueueTicket(9999, ANNA, ANNA)


def test_many_strangers_in_one_group_are_one_line() -> None:
    turns = FairQueue()
    joined = [turns.join(QueueTicket(n, 100 + n, -5))[0] for n in range(1000)]
    assert joined.count(Enqueued.WAITS) == MAX_WAITING_PER_PERSON
    assert _all_that_can(turns) == [QueueTicket(0, 100, -5)]


def test_when_there_is_no_room_the_loudest_gives_way_to_who_has_less() -> None:
    turns = FairQueue(waiting=100)
    for person in (1, 2):
        _flood(turns, groups=50, each=1, person=person)
    turns.join(QueueTicket(1, 77, 77))
    assert turns.waiting == 100
    joined, gone = turns.join(QueueTicket(2, 78, 78))
    assert joined is Enqueued.WAITS and gone is not None and gone.person in (1, 2)
    assert turns.join(QueueTicket(3, 2, -77)) == (Enqueued.FULL, None)


def test_when_everybody_has_as_little_nobody_is_dropped_and_the_house_is_full() -> None:
    turns = FairQueue(waiting=10)
    assert all(turns.join(QueueTicket(n, n, n))[0] is Enqueued.WAITS for n in range(1, 11))
    assert turns.join(QueueTicket(11, 11, 11)) == (Enqueued.FULL, None)


def test_who_is_blocked_or_moved_is_not_crowded_out_and_does_not_crowd_either() -> None:
    turns = FairQueue()
    _flood(turns, groups=1, each=500)
    assert turns.join(QueueTicket(1, FLOODER, -10_000, is_vital=True))[0] is Enqueued.WAITS
    joined = [turns.join(QueueTicket(2 + n, FLOODER, -90_000 - n, is_vital=True))[0] for n in range(1000)]
    assert joined.count(Enqueued.WAITS) == MAX_WAITING_PER_PERSON - 1


_STEPS = st.lists(
    st.tuples(st.integers(-2, 4), st.integers(-3, 4), st.booleans(), st.integers(0, 3)), min_size=1, max_size=200
)


@given(_STEPS)
def test_every_ticket_gets_its_turn_in_its_chats_order_and_nothing_is_left_behind(
    steps: list[tuple[int, int, bool, int]],
) -> None:
    turns, at_work, begun = FairQueue(at_once=4, waiting=20), [], []
    expected: list[QueueTicket] = []
    for number, (person, chat, vital, done) in enumerate(steps):
        ticket = QueueTicket(number, person, chat, vital)
        joined, gone = turns.join(ticket)
        if gone is not None:
            expected.remove(gone)
        if joined is Enqueued.WAITS:
            expected.append(ticket)
        while at_work and len(at_work) > done:
            turns.leave(at_work.pop(0))
        for one in _all_that_can(turns):
            begun.append(one)
            at_work.append(one)
        assert len(at_work) <= 4 and len({one.chat for one in at_work}) == len(at_work)
    while at_work:
        turns.leave(at_work.pop(0))
        for one in _all_that_can(turns):
            begun.append(one)
            at_work.append(one)
    assert sorted(ticket.id for ticket in begun) == sorted(ticket.id for ticket in expected)
    for chat in {ticket.chat for ticket in begun}:
        ids = [ticket.id for ticket in begun if ticket.chat == chat]
        assert ids == sorted(ids)
    assert turns.waiting == 0 and not turns._people and not turns._lines
