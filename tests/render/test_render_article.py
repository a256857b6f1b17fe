import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from render_samples import ENERGY, GRID, NOON, NORTHGATE, RELATED, article, look

from bot.content.plain_text import shown
from bot.domain.article import Article, ArticleState, Provider, Related, Story
from bot.domain.chat import Pictures
from bot.domain.limits import CAPTION, TEXT
from bot.domain.message import Photo
from bot.domain.parts import Part
from bot.domain.phrases import MAX_LENGTH, KnownPhrase
from bot.domain.text import Entity, Text, takes_date_time, utf16_len
from bot.domain.topic import Topic
from bot.render.reader.article import caption, headline, push, related_list, without_photo
from bot.render.text import fits
from bot.sandbox.world.detection import tappable

SEED = Path(__file__).resolve().parents[2] / "../shared/corpus/seed.md"
FSI, PDI, JOINER = "\u2068", "\u2069", "\u2060"
PHOTO = Photo(url="https://northgate.example/salt.jpg")
TOPICS = (ENERGY, GRID)

links = st.integers(min_value=0, max_value=10**6).map(lambda number: f"https://story.example/{number}")
long_links = st.integers(min_value=0, max_value=2000).map(lambda length: f"https://story.example/{'x' * length}")
providers = st.builds(Provider, st.none() | st.text(max_size=100), st.none() | st.just("a.example"))
moments = st.datetimes(timezones=st.just(UTC))
related_articles = st.builds(Related, st.text(max_size=300), links | long_links, providers, st.none() | moments)
stories = st.builds(
    Story,
    title=st.text(min_size=1, max_size=2000).filter(shown),
    link=links,
    published_at=moments,
    excerpt=st.none() | st.text(max_size=200) | st.text(min_size=900, max_size=4000),
    provider=providers,
    related=st.lists(related_articles, max_size=14).map(tuple),
)
topic_lists = st.lists(
    st.builds(Topic, st.integers(1, 99), st.just("x"), st.text(max_size=80), hashtags=st.just(())), max_size=30
)


def of(story: Story) -> Article:
    return Article(1, "any", ArticleState.PUBLISHED, 1, story, ())


def covered(text: Text, span: Entity) -> str:
    raw = text.string.encode("utf-16-le")
    return raw[span.offset * 2 : (span.offset + span.length) * 2].decode("utf-16-le")


def spans(text: Text) -> list[tuple[str, str]]:
    return [(span.type, covered(text, span)) for span in text.entities]


def plain(text: Text) -> str:
    return text.string.translate({ord(char): None for char in (FSI, PDI, JOINER)})


@given(stories, topic_lists)
def test_any_article_fits_a_caption_with_whole_entities(story, topics):
    text = caption(of(story), topics, look(), NOON)
    assert 0 < len(text) == utf16_len(text.string) <= CAPTION
    assert fits(text)
    for span in text.entities:
        assert span.length > 0
        assert span.offset + span.length <= len(text)
        covered(text, span)
    assert sum(span.type == "date_time" for span in text.entities) == takes_date_time(story.published_at, NOON)
    assert text.string.count(FSI) <= text.string.count(PDI)


@given(stories)
def test_nothing_foreign_in_a_caption_can_be_tapped(story):
    assert tappable(caption(of(story), (), look(), NOON).string) == []


some_parts = st.permutations(Part).flatmap(lambda order: st.integers(0, len(order)).map(lambda n: tuple(order[:n])))
phrases = st.builds(KnownPhrase, st.integers(1, 99), st.text(min_size=1, max_size=MAX_LENGTH))


@given(stories, topic_lists, some_parts, st.none() | phrases)
def test_whatever_parts_are_chosen_the_caption_fits_and_says_for_which_phrase_it_came(story, topics, parts, reason):
    text = caption(of(story), topics, look(parts=parts), NOON, reason=reason)
    assert 0 < utf16_len(text.string) <= CAPTION
    assert fits(text) and tappable(caption(of(story), (), look(parts=parts), NOON, reason=reason).string) == []
    has_date = Part.DATE in parts and takes_date_time(story.published_at, NOON)
    assert sum(span.type == "date_time" for span in text.entities) == has_date
    if reason is not None:
        assert plain(text).rpartition("\n\n")[2].startswith("For the phrase “")
    if Part.RELATED not in parts:
        assert "Also: " not in plain(text).replace(plain(Text(story.title)), "")


@given(stories, topic_lists, some_parts, st.text(min_size=1, max_size=300).filter(shown))
def test_whose_a_picture_is_stands_below_the_photo_and_nothing_of_it_can_be_tapped(story, topics, parts, credit):
    photo = replace(PHOTO, credit=shown(credit))
    with_photo = push(of(story), topics, look(parts=parts), NOON, photo=photo).text
    assert fits(with_photo) and utf16_len(with_photo.string) <= CAPTION
    assert plain(with_photo).splitlines()[-1].startswith("Picture: ")
    assert tappable(push(of(story), (), look(parts=parts), NOON, photo=photo).text.string) == []


def test_only_a_message_that_shows_the_picture_says_whose_it_is():
    photo = replace(PHOTO, credit="Jo Lens")
    small = replace(look(), pictures=Pictures.SMALL)
    assert plain(push(article(), TOPICS, look(), NOON, photo=photo).text).endswith("\nPicture: Jo Lens")
    assert "Picture:" not in plain(push(article(), TOPICS, small, NOON, photo=photo).text)
    assert "Picture:" not in plain(push(article(), TOPICS, look(), NOON).text)
    assert plain(push(article(), TOPICS, small, NOON, credit="Jo Lens").text).endswith("\nPicture: Jo Lens")


def test_source_and_date_share_a_line_only_where_they_stand_together():
    def said(*parts: Part, **given: Any) -> str:
        return plain(caption(article(**given), TOPICS, look(parts=parts), NOON))

    title = "Salt battery feeds a town for a winter night"
    assert said(Part.DATE, Part.SOURCE) == f"{title}\n\n7 Mar 2026, northgate.example"
    assert said(Part.SOURCE) == f"{title}\n\nnorthgate.example"
    assert said(Part.DATE, Part.HASHTAGS, Part.SOURCE) == (
        f"{title}\n\n7 Mar 2026\n#Energy #GridStorage\nnorthgate.example"
    )
    assert said(Part.SOURCE, Part.DATE, provider=Provider()) == f"{title}\n\n7 Mar 2026"
    assert said() == title


def test_a_push_reads_as_the_house_writes_it():
    message = push(article(), TOPICS, look(), NOON, photo=PHOTO, reason=ENERGY)
    assert plain(message.text) == (
        "Salt battery feeds a town for a winter night\n"
        "\n"
        "The store gave 40 MWh between dusk and dawn & lost a tenth of it.\n"
        "\n"
        "northgate.example, 7 Mar 2026\n"
        "Also: Harbour Post: Why the coast is buying batteries\n"
        "#Energy #GridStorage"
    )
    assert spans(message.text) == [
        ("bold", f"{FSI}Salt battery feeds a town for a winter night{PDI}"),
        ("date_time", "7 Mar 2026"),
        ("text_link", f"{FSI}Harbour Post{PDI}: {FSI}Why the coast is buying batteries{PDI}"),
        ("hashtag", "#Energy"),
        ("hashtag", "#GridStorage"),
    ]
    assert message.photo == PHOTO


def test_the_seed_article_reads_as_in_the_model():
    if not SEED.exists():
        pytest.skip("the shared corpus is not beside this repository")
    seed = next(iter(yaml.safe_load_all(SEED.read_text("utf-8"))))
    story = Story(
        title=seed["title"],
        link=seed["webUrl"],
        published_at=seed["publishedDateTime"].astimezone(UTC),
        excerpt=seed["excerpt"],
        provider=Provider(seed["provider"]["name"], seed["provider"]["domain"]),
        related=tuple(
            Related(one["title"], one["webUrl"], Provider(one["provider"]["name"]), one["publishedDateTime"])
            for one in seed["related"]
        ),
    )
    topics = [Topic(number, name, name) for number, name in enumerate(seed["topics"], start=1)]
    text = caption(of(story), topics, look(), NOON)
    assert plain(text) == (
        f"{seed['title']}\n"
        "\n"
        f"{seed['excerpt']}\n"
        "\n"
        "newsoneplace.com, 12 Feb 2021\n"
        "Also: Daily Mail: Minority reported: Met Police's facial recognition cameras scanned 13,000 people leading…\n"
        "#ComputerVision #AI"
    )
    kinds = [span.type for span in text.entities]
    assert kinds == ["bold", "date_time", "text_link", "hashtag", "hashtag"]
    assert text.entities[1].unix_time == 1613126220
    assert text.entities[2].url == seed["related"][0]["webUrl"]


def test_a_title_cannot_offer_commands_mentions_or_links():
    text = caption(article("/stop @someone example.com", excerpt="t.me/spam, #now, $AAPL"), (), look(), NOON)
    assert tappable(text.string) == []
    assert plain(text).startswith("/stop @someone example.com\n")


def test_a_long_excerpt_shortens_first_and_three_related_links_stay():
    many = tuple(replace(RELATED, link=f"https://harbour.example/{number}") for number in range(12))
    text = caption(article(excerpt="Steady words " * 230, related=many), TOPICS, look(), NOON)
    assert CAPTION - 30 < len(text) <= CAPTION
    assert [kind for kind, _ in spans(text)].count("text_link") == 3
    assert re.search(r"(words|Steady)…\n\n", text.string)
    assert text.string.endswith("#Energy #GridStorage")


def test_related_links_go_before_an_excerpt_becomes_a_stump():
    text = caption(
        article("A long title. " * 60, excerpt="Steady words " * 230, related=(RELATED,)), TOPICS, look(), NOON
    )
    assert len(text) <= CAPTION
    assert "text_link" not in [kind for kind, _ in spans(text)]
    assert "Steady words" in text.string


def test_a_title_is_clipped_last():
    text = caption(article("Endless news " * 200), TOPICS, look(), NOON)
    assert len(text) <= CAPTION
    assert [kind for kind, _ in spans(text)] == ["bold", "date_time"]
    assert plain(text).endswith("…\n\nnorthgate.example, 7 Mar 2026")


@pytest.mark.parametrize("ending", ["...", " ...", "…", " […]", "[...]", "...."])
def test_an_excerpt_cut_by_its_source_ends_with_one_ellipsis(ending):
    text = caption(article(excerpt=f"It gave 40 MWh{ending}"), (), look(), NOON)
    assert "It gave 40 MWh…\n" in text.string


def test_an_article_without_excerpt_topics_related_or_source_is_a_title_and_a_date():
    bare = article(excerpt=None, related=(), provider=Provider())
    assert plain(caption(bare, (), look(), NOON)) == "Salt battery feeds a town for a winter night\n\n7 Mar 2026"


def test_titles_of_the_other_direction_do_not_turn_their_surroundings():
    hebrew = article("סוללת מלח", provider=Provider("חדשות הצפון"))
    text = caption(hebrew, (), look(), NOON)
    assert text.string.startswith(f"{FSI}סוללת מלח{PDI}\n")
    assert f"{FSI}חדשות הצפון{PDI}, 7 Mar 2026" in text.string


def test_emoji_count_twice_and_are_never_halved():
    text = caption(article("👩‍🚀" * 400), (), look(), NOON)
    assert len(text) <= CAPTION
    title = plain(text).split("…")[0]
    assert title == "👩‍🚀" * (len(title) // 3)


def test_the_date_is_that_of_the_chat_and_its_moment_travels_along():
    late = replace(article().story, published_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    text = caption(of(late), (), look("de"), NOON)
    assert ("date_time", "1. Jan. 2027") in spans(text)
    assert next(span.unix_time for span in text.entities if span.type == "date_time") == 1798759800


def test_topics_that_make_no_hashtag_are_left_out_and_none_stands_twice():
    hostile = Topic(3, "c", "/stop", hashtags=("/stop",))
    topics = [Topic(1, "a", "AI"), Topic(2, "b", "a i", hashtags=("#ai",)), hostile]
    assert caption(article(), topics, look(), NOON).string.endswith("batteries\u2069\n#AI")


def test_an_article_is_not_related_to_itself_nor_twice_to_another():
    itself = replace(RELATED, link="https://northgate.example/salt-battery/?utm_source=feed")
    text = caption(article(related=(itself, RELATED, RELATED)), (), look(), NOON)
    assert text.string.count("Also: ") == 1


@pytest.mark.parametrize(
    ("pictures", "photo", "preview", "small"),
    [
        (Pictures.LARGE, PHOTO, True, False),
        (Pictures.SMALL, None, True, True),
        (Pictures.NONE, None, False, False),
    ],
)
def test_pictures_are_as_the_chat_wants_them(pictures, photo, preview, small):
    message = push(article(), TOPICS, look(pictures=pictures), NOON, photo=PHOTO)
    assert message.photo == photo
    assert message.preview == ("https://northgate.example/salt-battery" if preview else None)
    assert message.preview_small is small


def test_a_push_that_loses_its_photo_says_the_same():
    message = push(article(), TOPICS, look(), NOON, photo=PHOTO)
    text = without_photo(message)
    assert text == push(article(), TOPICS, look(), NOON)
    assert (text.text, text.keyboard) == (message.text, message.keyboard)
    assert text.preview == "https://northgate.example/salt-battery"


def test_a_headline_is_one_line_with_a_link():
    line = headline(article(), look(), NOON + timedelta(hours=2))
    assert plain(line) == "Salt battery feeds a town for a winter night (northgate.example, 2 h ago)"
    assert spans(line)[0] == ("text_link", f"{FSI}Salt battery feeds a town for a winter night{PDI}")
    assert line.entities[1].format == "r"


def test_an_old_headline_bears_its_date():
    line = headline(article("Old\nnews", provider=Provider()), look(), NOON + timedelta(days=400))
    assert plain(line) == "Old news (7 Mar 2026)"


@pytest.mark.parametrize(
    ("published_at", "when"),
    [
        (datetime(1968, 2, 29, 12, tzinfo=UTC), "29 Feb 1968"),
        (datetime(1970, 1, 1, tzinfo=UTC), "1 Jan 1970"),
        (datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC), "19 Jan 2038"),
        (NOON + timedelta(days=1099), "10 Mar 2029"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=UTC), "31 Dec 9999"),
    ],
)
def test_a_date_that_telegram_would_refuse_is_mere_text_in_a_list_and_in_a_push(published_at, when):
    story = article(provider=Provider(), published_at=published_at)
    related = article(related=(replace(RELATED, published_at=published_at),))
    for text in (
        headline(story, look(), NOON),
        caption(story, (), look(), NOON),
        related_list(related, look(), NOON).text,
    ):
        assert when in plain(text)
        assert "date_time" not in [kind for kind, _ in spans(text)]


def test_what_was_published_before_its_date_bears_the_date():
    line = headline(article(provider=Provider(), published_at=NOON + timedelta(days=400)), look(), NOON)
    assert plain(line) == "Salt battery feeds a town for a winter night (11 Apr 2027)"
    assert line.entities[1].unix_time == int((NOON + timedelta(days=400)).timestamp())


def test_a_headline_without_room_is_clipped_with_its_link():
    line = headline(article("Endless news " * 40), look(), NOON)
    linked = covered(line, line.entities[0])
    assert utf16_len(linked) <= 122
    assert linked.endswith(f"…{PDI}")


def test_the_related_list_names_every_source():
    other = replace(RELATED, link="https://other.example/", provider=Provider(), published_at=None, title="No source")
    message = related_list(article(related=(RELATED, other)), look(), NOON)
    assert plain(message.text) == (
        "Related to Salt battery feeds a town for a winter night:\n"
        "\n"
        "Harbour Post: Why the coast is buying batteries\n"
        "6 Mar 2026\n"
        "\n"
        "No source"
    )
    assert message.preview is None


@given(st.lists(related_articles, max_size=120))
def test_the_related_list_fits_one_message(related):
    text = related_list(article(related=tuple(related)), look(), NOON).text
    assert len(text) <= TEXT
    assert fits(text)


def test_a_push_speaks_the_language_of_the_chat():
    message = push(article(), TOPICS, look("de"), NOON, photo=PHOTO)
    assert "northgate.example, 7. März 2026\nAuch: Harbour Post" in plain(message.text)
    assert [[button.label for button in row] for row in message.keyboard] == [["Lesen"], ["Merken", "Teilen", "Mehr"]]


def test_equal_looks_prepare_equal_messages():
    one = push(article(), TOPICS, look(), NOON, photo=PHOTO, reason=ENERGY)
    other = push(article(provider=NORTHGATE), TOPICS, look(), NOON, photo=PHOTO, reason=ENERGY)
    assert one == other
    assert look() == look()
    assert look().zone == ZoneInfo("Europe/Berlin")
