"""Which of a chat's wishes for topics counts for an article."""

from datetime import UTC, datetime

import pytest

from bot.domain.chat import Chat
from bot.domain.delivery_time import AT_ONCE, Mode, Quiet, Timing
from bot.domain.timing_text import from_stored, said_of_topics, stored
from bot.domain.topic import TopicTree
from bot.domain.topic_wishes import OWN, as_wished, says_of

# 1 ← 2 ← 3, and 4 apart
TREE = TopicTree({1: None, 2: 1, 3: 2, 4: None})
NOON = datetime(2026, 3, 2, 12, 10, tzinfo=UTC)
MORNING, EVENING = Timing(Mode.DAILY, minute=480), Timing(Mode.DAILY, minute=1200)
HOURLY, CALM, SILENT = Timing(Mode.HOURLY), Timing(Mode.CALM, per_hour=1), Timing(silent=True)
NIGHT = Quiet(1320, 420)


@pytest.mark.parametrize(
    ("worn", "follows", "left_out", "wishes", "by_phrase", "says"),
    [
        ([3], {3}, (), {3}, False, (3,)),
        ([3], {3}, (), (), False, (OWN,)),
        ([3], {1}, (), {3}, False, (3,)),  # a child has a wish of its own, the parent is followed
        ([3], {1}, (), {1}, False, (1,)),
        ([3], {1, 3}, (), {1}, False, (OWN,)),  # it is followed by its own name, as all else
        ([3], {2}, (), {1}, False, (OWN,)),  # what is above the one that is followed has no say
        ([3], {1}, {2}, {1}, False, ()),  # left out on the way
        ([3, 4], {3, 4}, (), {4}, False, (OWN, 4)),
        ([3, 4], {4}, (), {3, 4}, False, (4,)),  # what does not bring it has no say
        ([3], (), (), {3}, True, (OWN,)),
        ([3], {3}, (), {3}, True, (OWN, 3)),
        ([3], (), (), {3}, False, ()),
    ],
)
def test_each_topic_that_brings_an_article_has_a_say(worn, follows, left_out, wishes, by_phrase, says):
    assert says_of(TREE, worn, follows=follows, left_out=left_out, wishes=wishes, by_phrase=by_phrase) == says


@pytest.mark.parametrize(
    ("own", "wishes", "topic"),
    [
        (MORNING, {1: EVENING}, 1),  # the next evening is before the next morning
        (AT_ONCE, {1: EVENING}, OWN),
        (MORNING, {1: HOURLY, 2: CALM}, 2),
        (CALM, {1: SILENT}, 1),
        (AT_ONCE, {1: SILENT}, OWN),
        (CALM, {1: Timing(Mode.CALM, per_hour=9)}, 1),
        (Timing(Mode.DAILY, minute=780), {1: HOURLY}, 1),  # both at one o'clock
    ],
)
def test_the_most_eager_of_several_wishes_counts(own, wishes, topic):
    found = as_wished(Chat(1, timing=own), (OWN, *wishes), wishes, UTC, NOON)
    assert (found.topic, found.chat.timing) == (topic, own if topic == OWN else wishes[topic])
    assert found.chat.silent is found.chat.timing.silent


def test_quiet_hours_are_the_chats_and_so_is_silence():
    chat = Chat(1, timing=Timing(Mode.HOURLY, quiet=NIGHT), silent=True)
    found = as_wished(chat, (1,), {1: AT_ONCE}, UTC, NOON).chat
    assert (found.timing, found.silent) == (Timing(quiet=NIGHT), True)
    assert as_wished(chat, (), {}, UTC, NOON).chat == chat


@pytest.mark.parametrize("timing", [SILENT, Timing(quiet=NIGHT, silent=True), CALM, MORNING])
def test_a_wish_is_read_as_it_was_stored(timing):
    assert from_stored(stored(timing)) == timing


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Robotics daily 08:00", [("Robotics", "daily 08:00")]),
        ("Computer Vision  Calm 3", [("Computer Vision", "Calm 3")]),
        ("Live now now", [("Live now", "now"), ("Live", "now now")]),
        ('"Daily News" daily 08:00', [("Daily News", "daily 08:00")]),
        ("„Robotik“", [("Robotik", "")]),
        ("Mumbai", []),
        ("daily 08:00", []),
        ("", []),
    ],
)
def test_the_name_of_a_topic_ends_where_the_wish_begins(text, said):
    assert said_of_topics(text) == said
