"""The digest in blocks: the same stories in the same order as the classic one, with what opens below each headline."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from render_samples import ENERGY, GRID, article, look

from bot.domain.chat import DigestForm, Pictures
from bot.domain.delivery_time import Mode, Timing, listing
from bot.domain.limits import RICH_MEDIA, RICH_TEXT
from bot.domain.message import ButtonRow, Details, Footer, Heading, Paragraph, Photo, Picture
from bot.domain.parts import Part
from bot.render.look import Surface
from bot.render.reader.digest import MAX_STORIES, digest, example
from bot.render.reader.rich_digest import MAX_PICTURES
from bot.sandbox.bot_api.method_specs import conform
from bot.telegram_edge.botapi.rich_messages import input_rich_message

EIGHT = datetime(2026, 12, 1, 7, tzinfo=UTC)  # in Berlin
DAILY = Timing(Mode.DAILY, minute=480)


def _photo(number):
    return Photo(url=f"https://pictures.example/{number}.jpg")


def _digest(*titles, pictures=(), excerpt="Cells of salt are cheap.", form=DigestForm.RICH, **how):
    seen = replace(look(**how), digest=form)
    stories = [
        (article(number=n, title=title, excerpt=excerpt, published_at=EIGHT - timedelta(hours=n)), [topic])
        for n, (title, topic) in enumerate(titles, 1)
    ]
    photos = {number: _photo(number) for number in pictures}
    message, many = digest(stories, listing(DAILY, seen.zone, EIGHT), seen, EIGHT, photos)
    assert many == len(stories)
    return message


def _plain(text):
    return text.string.translate(dict.fromkeys(map(ord, "\u2068\u2069\u2060")))


def _walk(blocks):
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from _walk(block.blocks)


def _outline(rich):
    return [(type(one).__name__, _plain(one.text) if hasattr(one, "text") else "") for one in rich.blocks]


def test_a_picture_on_top_topics_as_headings_and_each_headline_a_link_with_what_opens_below():
    message = _digest(("Salt", ENERGY), ("Lines", GRID), ("Wind", ENERGY), pictures=(1, 2))
    assert _outline(message.rich) == [
        ("Heading", "Your 08:00 news: 3 stories"),
        ("Picture", ""),
        ("Heading", "Energy"),
        ("Paragraph", "1. Salt (northgate.example, 1 h ago)"),
        ("Details", ""),
        ("Paragraph", "2. Wind (northgate.example, 3 h ago)"),
        ("Details", ""),
        ("Heading", "Grid Storage"),
        ("Paragraph", "3. Lines (northgate.example, 2 h ago)"),
        ("Details", ""),
        ("Footer", "Next: tomorrow, 08:00 Berlin."),
    ]
    assert message.rich.blocks[1] == Picture(_photo(1), message.rich.blocks[1].credit)
    salt, wind, lines = (one for one in message.rich.blocks if isinstance(one, Details))
    assert [type(one) for one in salt.blocks] == [Paragraph, ButtonRow]  # its picture is the one on top
    assert [type(one) for one in lines.blocks] == [Picture, Paragraph, ButtonRow]
    assert [one.label for one in wind.blocks[-1].buttons] == ["Open 2"]
    assert [[one.label for one in row] for row in message.rich.keyboard] == [["Change time"]]
    linked = [span for one in message.rich.blocks if isinstance(one, Paragraph) for span in one.text.entities]
    assert sum(span.type == "text_link" for span in linked) == 3


def test_both_looks_say_the_same_of_the_same_stories():
    rich = _digest(("Salt", ENERGY), ("Lines", GRID), ("Wind", ENERGY))
    classic = _digest(("Salt", ENERGY), ("Lines", GRID), ("Wind", ENERGY), form=DigestForm.CLASSIC)
    assert replace(rich, rich=None) == classic and classic.rich is None
    said = [_plain(one.text) for one in rich.rich.blocks if isinstance(one, Heading | Paragraph | Footer)]
    assert said == [line for line in _plain(classic.text).splitlines() if line]
    opened = [one.data for block in _walk(rich.rich.blocks) if isinstance(block, ButtonRow) for one in block.buttons]
    assert opened == [one.data for row in classic.keyboard[:-1] for one in row]


@pytest.mark.parametrize("size", [Pictures.SMALL, Pictures.NONE])
def test_who_wants_no_large_pictures_gets_none(size):
    seen = replace(look(pictures=size), digest=DigestForm.RICH)
    message = example([(article(number=1), [ENERGY])], seen, EIGHT, {1: _photo(1)})
    assert message.rich is not None and not message.rich.has_pictures


def test_no_more_pictures_than_telegram_shows_and_as_many_stories_as_the_classic_one_holds():
    message = _digest(
        *((f"Story {n} " + "word " * 15, ENERGY) for n in range(MAX_STORIES)),
        pictures=range(1, MAX_STORIES + 1),
        excerpt="A long sentence about it. " * 60,
    )
    shown = [one for one in _walk(message.rich.blocks) if isinstance(one, Picture)]
    assert len(shown) == MAX_PICTURES <= RICH_MEDIA
    made = input_rich_message(message.rich)
    conform("InputRichMessage", made)
    assert sum(len(_plain(one.text)) for one in _walk(message.rich.blocks) if hasattr(one, "text")) < RICH_TEXT


def test_a_channel_has_no_buttons_and_without_excerpts_there_is_nothing_to_open():
    message = _digest(("Salt", ENERGY), surface=Surface.CHANNEL, excerpt=None)
    assert [type(one) for one in message.rich.blocks] == [Heading, Heading, Paragraph, Footer]
    assert message.rich.keyboard == ()
    seen = replace(look(), digest=DigestForm.RICH, parts=(Part.SOURCE,))
    message = example([(article(number=1), [ENERGY])], seen, EIGHT)
    assert [type(one) for one in message.rich.blocks] == [Heading, Heading, Paragraph, ButtonRow, Footer]


def test_without_its_pictures_nothing_else_is_missing():
    rich = _digest(("Salt", ENERGY), ("Wind", ENERGY), pictures=(1, 2)).rich
    bare = rich.without_pictures()
    assert rich.has_pictures and not bare.has_pictures
    assert list(_walk(bare.blocks)) != [] and bare == _digest(("Salt", ENERGY), ("Wind", ENERGY)).rich


def test_an_example_says_that_it_is_one_also_where_nothing_is_published():
    seen = replace(look(), digest=DigestForm.RICH)
    message = example([], seen, EIGHT)
    assert _plain(message.rich.blocks[0].text) == "An example of a list: 1 story"
    assert _plain(message.text).startswith("An example of a list: 1 story")
