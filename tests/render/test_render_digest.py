"""The digest as a message: its first and last lines, its sections, and what fits into one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_samples import ENERGY, GRID, article, look

from bot.domain.chat import Pictures
from bot.domain.delivery_time import Mode, Quiet, Timing, listing
from bot.domain.limits import TEXT
from bot.render.look import Surface
from bot.render.reader.digest import MAX_STORIES, digest
from bot.render.text import fits

EIGHT = datetime(2026, 12, 1, 7, tzinfo=UTC)  # in Berlin
NIGHT = Quiet(22 * 60, 7 * 60)


def _digest(timing=Timing(Mode.DAILY, minute=480), stories=(), now=EIGHT, **how):  # noqa: B008
    seen = look(**how)
    return digest(stories, listing(timing, seen.zone, now), seen, now)


def _plain(message):
    return message.text.string.translate(dict.fromkeys(map(ord, "\u2068\u2069\u2060")))


def _stories(*titles):
    return [
        (article(number=n, title=title, published_at=EIGHT - timedelta(hours=n)), [topic] if topic else [])
        for n, (title, topic) in enumerate(titles, 1)
    ]


def test_headlines_stand_under_their_topics_newest_first_each_a_link_with_a_button():
    stories = _stories(("Salt", ENERGY), ("Lines", GRID), ("Wind", ENERGY), ("Nothing", None))
    message, many = _digest(stories=stories)
    assert many == 4
    assert _plain(message).splitlines() == [
        "Your 08:00 news: 4 stories",
        "",
        "Energy",
        "1. Salt (northgate.example, 1 h ago)",
        "2. Wind (northgate.example, 3 h ago)",
        "",
        "Grid Storage",
        "3. Lines (northgate.example, 2 h ago)",
        "",
        "4. Nothing (northgate.example, 4 h ago)",
        "",
        "Next: tomorrow, 08:00 Berlin.",
    ]
    assert sum(entity.type == "text_link" for entity in message.text.entities) == 4
    assert [[button.label for button in row] for row in message.keyboard] == [
        ["Open 1", "Open 2", "Open 3"],
        ["Open 4"],
        ["Change time"],
    ]
    assert message.preview == stories[0][0].story.link  # the top story's picture


@pytest.mark.parametrize(
    ("timing", "now", "first", "last"),
    [
        (Timing(Mode.HOURLY), EIGHT, "Your 08:00 news: 1 story", "Next: today, 09:00 Berlin."),
        (
            Timing(Mode.CALM, per_hour=3),
            EIGHT,
            "Your 08:00 news: 1 story",
            "More than 3 an hour come as a list. Next: today, 09:00 Berlin.",
        ),
        (Timing(quiet=NIGHT), EIGHT, "Your 07:00 news: 1 story", "Quiet hours: 22:00 to 07:00 Berlin."),
        (Timing(), EIGHT, "Your 08:00 news: 1 story", "From now on news comes at once."),
        (Timing(Mode.DAILY, minute=480, days=1), EIGHT, "Your 08:00 news: 1 story", "Next: Monday, 08:00 Berlin."),
        (
            Timing(Mode.DAILY, minute=360, quiet=NIGHT),
            EIGHT,
            "Your 07:00 news: 1 story",
            "Next: tomorrow, 07:00 Berlin.",
        ),
        (  # there was no 02:30 in this night
            Timing(Mode.DAILY, minute=150),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            "Your 03:00 news: 1 story",
            "Next: tomorrow, 02:30 Berlin.",
        ),
    ],
)
def test_the_first_line_names_the_time_and_the_last_when_the_next_comes(timing, now, first, last):
    message, _ = _digest(timing, _stories(("Salt", ENERGY)), now)
    lines = _plain(message).splitlines()
    assert (lines[0], lines[-1]) == (first, last)


def test_a_channel_has_no_buttons_and_who_wants_no_pictures_no_preview():
    message, _ = _digest(stories=_stories(("Salt", ENERGY)), surface=Surface.CHANNEL, pictures=Pictures.NONE)
    assert (message.keyboard, message.preview) == ((), None)


@given(st.lists(st.text(min_size=1, max_size=300).filter(str.strip), min_size=1, max_size=60))
def test_as_many_stand_in_it_as_fit_each_with_its_link_and_the_first_line_counts_them(titles):
    stories = _stories(*((title, ENERGY if n % 3 else GRID) for n, title in enumerate(titles)))
    message, many = _digest(stories=stories)
    assert 1 <= many <= min(len(stories), MAX_STORIES)
    assert len(message.text) <= TEXT and fits(message.text)
    assert sum(entity.type == "text_link" for entity in message.text.entities) == many
    assert _plain(message).startswith(f"Your 08:00 news: {many} stor")
