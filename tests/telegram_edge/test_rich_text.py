"""Text with entities as a tree: https://core.telegram.org/bots/api#richtext"""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.text import Entity, Text
from bot.render.text import bold, date_time, foreign, italic, join, link
from bot.sandbox.bot_api.method_specs import conform
from bot.telegram_edge.botapi.rich_messages import rich_text


def words(tree):
    """Return what a tree says."""
    if isinstance(tree, str):
        return tree
    return "".join(map(words, tree)) if isinstance(tree, list) else words(tree["text"])


def test_a_headline_is_its_place_a_link_and_when():
    text = "1. " + link("Storm 🌪 ends", "https://news.example/a") + " (Northgate)"
    assert rich_text(text) == [
        "1. ",
        {"type": "url", "text": "Storm 🌪 ends", "url": "https://news.example/a"},
        " (Northgate)",
    ]


def test_spans_within_spans_become_trees_within_trees():
    text = bold("Storm " + italic("ends") + " now")
    inner = ["Storm ", {"type": "italic", "text": "ends"}, " now"]
    assert rich_text(text) == {"type": "bold", "text": inner}


def test_a_time_and_what_the_tree_has_no_word_for():
    at = Entity("date_time", 0, 5, unix_time=1_700_000_000, format="r")
    assert rich_text(Text("today", (at,))) == {
        "type": "date_time",
        "text": "today",
        "unix_time": 1_700_000_000,
        "date_time_format": "r",
    }
    assert rich_text(Text("#AI news", (Entity("hashtag", 0, 3),))) == ["#AI", " news"]
    assert rich_text(Text("")) == ""


_PIECES = st.one_of(
    st.text(),
    st.text(min_size=1).map(bold),
    st.text(min_size=1).map(lambda text: bold(italic(foreign(text)))),
    st.text(min_size=1).map(lambda text: link(bold(text), "https://news.example/a")),
)


@given(st.lists(_PIECES, max_size=8))
def test_no_letter_is_lost_and_telegram_takes_the_tree(pieces):
    text = join(pieces, " 🌪 ")
    tree = rich_text(text)
    assert words(tree) == text.string
    conform("RichText", tree)
    assert str(tree).count("'type': 'url'") >= sum(span.type == "text_link" for span in text.entities)


def test_a_time_of_the_renderer_keeps_its_form():
    now = datetime(2026, 3, 2, tzinfo=UTC)
    assert rich_text(date_time("2 h ago", now, now, "r"))["date_time_format"] == "r"
