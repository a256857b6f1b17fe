from urllib.parse import parse_qs, urlsplit

import pytest
from render_samples import ENERGY, RELATED, article, look

from bot.domain.article import Provider
from bot.domain.message import Keyboard
from bot.domain.press import Press, read_press
from bot.domain.topic import Topic
from bot.render.look import Surface
from bot.render.reader.card import CardView, Verb, keyboard


def labels(keys: Keyboard) -> list[list[str]]:
    return [[button.label for button in row] for row in keys]


def presses(keys: Keyboard) -> list[Press | None]:
    return [read_press(button.data) for row in keys for button in row if button.data is not None]


def test_an_article_offers_reading_saving_sharing_and_more():
    keys = keyboard(article(), look(), reason=ENERGY)
    assert labels(keys) == [["Read"], ["Save", "Share", "More"]]
    assert keys[0][0].url == "https://northgate.example/salt-battery"
    assert presses(keys) == [Press("card_save", (412, 7)), Press("card_more", (412, 7))]


def test_more_swaps_the_row_and_less_offers_three_ways():
    more = keyboard(article(), look(), view=CardView.MORE, reason=ENERGY)
    assert labels(more) == [
        ["Read"],
        ["Related (1)", "Less of this", "Back"],
        ["More like this", "Follow this story"],
    ]
    stop = keyboard(article(), look(), view=CardView.MORE, follows_story=True)
    assert labels(stop)[2] == ["More like this", "Stop this story"]
    less = keyboard(article(), look(), view=CardView.LESS, reason=ENERGY)
    assert labels(less) == [
        ["Read"],
        ["Mute Energy 24 h"],
        ["Unfollow Energy"],
        ["Never from northgate.example"],
        ["Back"],
    ]


@pytest.mark.parametrize(
    ("done", "row", "undo"),
    [(Verb.MUTE, 1, Verb.UNMUTE), (Verb.UNFOLLOW, 2, Verb.REFOLLOW), (Verb.NEVER, 3, Verb.ALLOW)],
)
def test_an_act_leaves_its_undo_in_its_place(done, row, undo):
    before = keyboard(article(), look(), view=CardView.LESS, reason=ENERGY)
    after = keyboard(article(), look(), view=CardView.LESS, reason=ENERGY, done={done})
    assert after[row][0].label == "Undo"
    assert read_press(after[row][0].data or "") == Press(undo, (412, 7))
    assert [keys for number, keys in enumerate(after) if number != row] == [
        keys for number, keys in enumerate(before) if number != row
    ]


def test_an_article_that_was_opened_for_no_topic_can_only_lose_its_source():
    keys = keyboard(article(), look(), view=CardView.LESS)
    assert labels(keys) == [["Read"], ["Never from northgate.example"], ["Back"]]
    assert presses(keys) == [Press("card_never", (412,)), Press("card_back", (412,))]


def test_an_article_without_source_or_related_offers_neither():
    bare = article(provider=Provider(), related=())
    assert labels(keyboard(bare, look(), view=CardView.MORE)) == [
        ["Read"],
        ["Less of this", "Back"],
        ["More like this", "Follow this story"],
    ]
    assert labels(keyboard(bare, look(), view=CardView.LESS)) == [["Read"], ["Back"]]


def test_what_is_saved_says_so_and_can_be_let_go():
    keys = keyboard(article(), look(), saved=True)
    assert labels(keys)[1][0] == "✓ Saved"
    assert presses(keys)[0] == Press(Verb.UNSAVE, (412,))


def test_a_group_shares_one_keyboard_and_opens_related_in_the_bot():
    group = look(surface=Surface.GROUP)
    assert labels(keyboard(article(), group, saved=True)) == [["Read"], ["Save", "Share", "More"]]
    related = keyboard(article(), group, view=CardView.MORE)[1][0]
    assert (related.label, related.url) == ("Related (1)", "https://t.me/northgate_news_bot?start=a_412")


@pytest.mark.parametrize("view", list(CardView))
def test_channel_posts_carry_two_links_and_nothing_to_press(view):
    keys = keyboard(article(), look(surface=Surface.CHANNEL), view=view, reason=ENERGY)
    assert labels(keys) == [["Read", "Open in bot"]]
    assert keys[0][1].url == "https://t.me/northgate_news_bot?start=a_412"
    assert presses(keys) == []


def test_a_video_is_watched_and_its_page_read_when_that_is_another():
    video = "https://www.youtube.com/watch?v=abc"
    assert [button.url for button in keyboard(article(video=video), look())[0]] == [
        video,
        "https://northgate.example/salt-battery",
    ]
    assert labels(keyboard(article(video=video), look()))[0] == ["Watch", "Read"]
    assert labels(keyboard(article(link=video + "&utm_source=x", video=video), look()))[0] == ["Watch"]


def test_sharing_hands_over_link_and_title_whole():
    title = "A & B: 50 % #1?"
    url = keyboard(article(title, link="https://a.example/?x=1&y=ü"), look())[1][1].url or ""
    assert url.startswith("https://t.me/share/url?")
    assert parse_qs(urlsplit(url).query) == {"url": ["https://a.example/?x=1&y=ü"], "text": [title]}


def test_names_on_buttons_are_short_and_keep_their_direction():
    long = Topic(9, "x", "The very long name of a topic that nobody would type")
    mute = keyboard(article(), look(), view=CardView.LESS, reason=long)[1][0].label
    assert mute == "Mute The very long name of a… 24 h"
    hebrew = keyboard(article(provider=Provider("חדשות")), look(), view=CardView.LESS)[1][0].label
    assert hebrew == "Never from \u2068חדשות\u2069"


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_fits_a_button_with_the_largest_numbers(verb):
    assert read_press(str(Press(verb, (2**53, 2**53)))) == Press(verb, (2**53, 2**53))


def test_related_is_counted_without_the_article_itself():
    itself = article().story.link
    keys = keyboard(article(related=(RELATED, RELATED, type(RELATED)("Same", itself))), look(), view=CardView.MORE)
    assert labels(keys)[1][0] == "Related (1)"
