import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.limits import ENTITIES
from bot.domain.text import Entity, Text, utf16_len
from bot.render.text import bold, clip, date_time, fit, fits, foreign, hashtag, isolate, italic, join, link, tame
from bot.sandbox.world.detection import tappable

FSI, PDI = "\u2068", "\u2069"

# Each is one grapheme, none of them a blank or something a cut would leave away at the end.
CLUSTERS = [
    "a",
    "ü",
    "e\u0301",
    "o\u0308\u0323\u0302",
    "😀",
    "👍🏽",
    "❤\ufe0f",
    "👨‍👩‍👧‍👦",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "🇩🇪",
    "🇯🇵",
    "1\ufe0f\u20e3",
    "한",
    "\u1112\u1161\u11ab",
    "क्षि",
    "ที่",
    "נ\u05b0",
]
styles = st.sampled_from([bold, italic, lambda text: link(text, "https://a.example/"), str])


@st.composite
def texts(draw: st.DrawFn) -> Text:
    pieces = draw(st.lists(st.tuples(styles, st.text(max_size=20)), max_size=12))
    return join((style(piece) for style, piece in pieces), draw(st.sampled_from([" ", "", "\n"])))


def covered(text: Text, span: Entity) -> str:
    raw = text.string.encode("utf-16-le")
    return raw[span.offset * 2 : (span.offset + span.length) * 2].decode("utf-16-le")


@given(st.text(), st.integers(min_value=1, max_value=1024))
def test_clipped_strings_always_fit(text, limit):
    assert utf16_len(clip(text, limit)) <= limit


@given(st.text())
def test_a_string_that_fits_is_left_as_it_is(text):
    assert clip(text, utf16_len(text)) == text


@given(texts(), st.integers(min_value=1, max_value=120))
def test_clipped_texts_fit_and_cut_no_link(text, limit):
    clipped = clip(text, limit)
    assert len(clipped) <= limit
    whole = [(span.type, covered(text, span)) for span in text.entities]
    for span in clipped.entities:
        assert span.length > 0
        assert span.offset + span.length <= len(clipped)
        if span.type == "text_link":
            assert ("text_link", covered(clipped, span)) in whole
        covered(clipped, span)  # would not decode if it began or ended inside a surrogate pair


@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=40), st.integers(min_value=1, max_value=80))
def test_no_grapheme_is_ever_cut(clusters, limit):
    clipped = clip("".join(clusters), limit)
    kept = clipped.removesuffix("…")
    assert any(kept == "".join(clusters[:count]) for count in range(len(clusters) + 1))


def test_flags_are_cut_between_countries_and_never_inside_one():
    assert clip("🇩🇪🇯🇵🇫🇷", 10) == "🇩🇪🇯🇵…"
    assert clip("🇩🇪🇯🇵🇫🇷", 8) == "🇩🇪…"


def test_a_cut_is_made_at_a_word_end_when_one_is_near():
    assert clip("Deployments of facial recognition technology", 32) == "Deployments of facial…"
    assert clip("Deployments of facial, recognition", 23) == "Deployments of facial…"


def test_a_word_longer_than_the_room_is_cut_inside():
    assert clip("Donaudampfschifffahrtsgesellschaft", 11) == "Donaudampf…"


@pytest.mark.parametrize("limit", [0, -3])
def test_no_room_leaves_nothing(limit):
    assert clip("news", limit) == ""
    assert clip(bold("news"), limit) == Text()


def test_one_grapheme_that_does_not_fit_leaves_only_the_ellipsis():
    assert clip("e" + "\u0301" * 5000, 100) == "…"


def test_bold_is_shortened_and_a_link_goes_whole():
    text = bold("Salt battery") + " " + link("feeds a town", "https://a.example/")
    clipped = clip(text, 20)
    assert clipped.string == "Salt battery feeds…"
    assert [span.type for span in clipped.entities] == ["bold"]
    assert clip(bold("Salt battery feeds"), 13) == Text("Salt battery…", (Entity("bold", 0, 12),))


@given(st.text(alphabet=f"ab {FSI}{PDI}", max_size=60), st.integers(min_value=1, max_value=40))
@example(FSI * 30, 10)
def test_isolates_left_open_by_a_cut_are_closed(text, limit):
    clipped = clip(text, limit)
    assert utf16_len(clipped) <= limit
    if clipped != text:
        assert clipped.count(FSI) <= clipped.count(PDI) or "…" not in clipped


def test_a_clipped_isolate_still_ends():
    assert clip(isolate("מזג האוויר בצפון"), 13) == f"{FSI}מזג האוויר…{PDI}"


TAPPABLE = [
    "/stop @someone example.com",
    "/stop@other_bot now",
    "(/start)",
    "see t.me/spam and www.example.co.uk/a?b=c",
    "write to first.last+tag@mail.example.org",
    "tg://resolve?domain=spam",
    "https://example.com/path.html#top",
    "HTTP://EXAMPLE.COM",
    "ftp://files.example.net",
    "http://example.1and1",
    "#breaking and #МОСКВА, #a#b",
    "$AAPL up, $1INCH down",
    "at 192.168.0.1 or 1.2.3.4.5",
    "сайт.рф, भारत.भारत, 例え.みんな",
    "xn--e1afmkfd.xn--p1ai",
    "call +1 212 555 0123 or +12125550123",
    "a.io.b.com…x.co",
]


@pytest.mark.parametrize("text", TAPPABLE)
def test_foreign_text_offers_nothing_to_tap(text):
    assert tame(text) != text
    assert tappable(tame(text)) == []
    assert tappable(foreign(text)) == []


SIGNS = [
    *" ./@#$:+-_aZ1\r",
    "com",
    "://",
    "http",
    "stop",
    "例",
    "é",
    "\u0301",
    "\u030a",
    *"\u2060\u2028\u202e\u2068\u2069",
]


@given(st.lists(st.sampled_from(SIGNS), max_size=30))
@example(["@", "\u2068", "stop"])
@example(["@", "\u202e", "stop"])
@example(["a.", "\u030a", "com"])
def test_no_mixture_of_signs_becomes_tappable(pieces):
    text = "".join(pieces)
    assert tappable(as_telegram_stores(tame(text))) == []
    assert tappable(as_telegram_stores(foreign(text))) == []


def as_telegram_stores(text: str) -> str:
    """Without what https://github.com/tdlib/td/blob/master/td/telegram/misc.cpp (clean_input_string) takes out."""
    return re.sub("[\r\u2028-\u202e\u030a\u0333\u033f]", "", text)


def test_a_ring_above_survives_telegram():
    assert as_telegram_stores(tame("A\u030angstro\u0308m")) == "Ångström"


@given(st.sampled_from(TAPPABLE), st.integers(min_value=1, max_value=60))
def test_cutting_a_tamed_text_uncovers_nothing(text, limit):
    assert tappable(clip(tame(text), limit)) == []


@pytest.mark.parametrize(
    "prose",
    [
        "It rose 3.5 % to 1.2.3, e.g. this, i.e. that.",
        "1/2 of it and/or that; 24/7",
        "He is #1. It costs $5, or US$ 7. No. 4 at 10:30",
        "Wait... what? Yes.No",
        "C# & C++, +5 and a +1",
        "The U.S. and the U.K. agree: yes",
    ],
)
def test_ordinary_prose_is_not_lengthened(prose):
    assert tame(prose).replace("Yes.\u2060No", "Yes.No") == prose


def test_taming_shows_no_difference():
    assert tame("/stop @someone example.com").replace("\u2060", "") == "/stop @someone example.com"


def test_an_isolated_title_cannot_end_its_own_isolation():
    assert isolate(f"left{PDI}\u202eright\u2066") == f"{FSI}leftright{PDI}"
    assert isolate("two\nlines") == f"{FSI}two lines{PDI}"
    assert isolate(" ") == ""


def test_a_hashtag_is_one_word_with_a_letter_or_nothing():
    assert hashtag("#GridStorage") == Text("#GridStorage", (Entity("hashtag", 0, 12),))
    assert hashtag("AI").string == "#AI"
    for wrong in ("", "#", "#2024", "/stop", "#a b", "#a#b", "@someone"):
        assert hashtag(wrong) == Text()


def test_a_date_carries_its_moment_for_new_clients():
    at = datetime(2021, 2, 12, 10, 37, tzinfo=UTC)
    span = Entity("date_time", 0, 11, unix_time=1613126220, format="D")
    assert date_time("12 Feb 2021", at, at) == Text("12 Feb 2021", (span,))


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),
)
def test_no_time_that_telegram_would_refuse_is_ever_an_entity(at, now):
    """A 400 for the whole message: `unix_time` of 0 or less, above 2^31-1, or from 1,099 days ahead.

    Source: https://github.com/tdlib/td/blob/master/td/telegram/FormattedDate.cpp ("Invalid date specified") and
    https://github.com/tdlib/telegram-bot-api/issues/852 ("ENTITY_DATE_INVALID")
    """
    text = date_time("then", at, now)
    assert text.string == "then"
    for span in text.entities:
        assert 0 < span.unix_time < 2**31
        # Also when it waits before it leaves, or when our clock is half a year ahead of Telegram's.
        assert at - (now - timedelta(days=180)) < timedelta(days=1098)


@given(st.integers(1, 2**31 - 1), st.integers(-730 * 86400, 2**31))
def test_every_time_up_to_two_years_ahead_is_an_entity(number, age):
    at = datetime.fromtimestamp(number, UTC)
    [span] = date_time("then", at, at + timedelta(seconds=age)).entities
    assert span.unix_time == number


def test_a_link_holds_styles_and_no_other_spans():
    text = link(bold("a") + link("b", "https://b.example/"), "https://a.example/")
    assert [(span.type, span.url) for span in text.entities] == [("text_link", "https://a.example/"), ("bold", None)]


def test_empty_texts_bear_no_spans():
    assert bold("") == link("", "https://a.example/") == join([], ", ") == Text()


def test_joining_skips_what_is_empty():
    assert join(["a", "", Text(), bold("b")], ", ") == Text("a, b", (Entity("bold", 3, 1),))


def test_links_go_before_other_entities_when_telegram_would_not_take_all():
    many = fit(join([link("x", "https://a.example/"), *[bold("y")] * 99, link("z", "https://z.example/")], " "))
    assert [span.type for span in many.entities] == ["text_link"] + ["bold"] * 99
    address = "https://a.example/" + "ä" * 1500
    long = join([bold("x"), *[link("y", address)] * 4, bold("z")], " ")
    assert [span.type for span in fit(long).entities] == ["bold", "text_link", "text_link", "bold"]
    assert fit(long).string == long.string


@given(texts())
def test_what_fits_is_left_as_it_is_and_what_does_not_comes_to_fit(text):
    assert fits(fit(text)) and fit(text).string == text.string
    if fits(text):
        assert set(fit(text).entities) == set(text.entities)


def test_more_entities_than_telegram_takes_are_left_out_from_the_end():
    text = fit(join([bold("x")] * 140, " "))
    assert len(text.entities) == ENTITIES
    assert text.entities[-1].offset == 2 * (ENTITIES - 1)
