import pytest
from render_samples import article

from bot.domain.article import Picture, Provider
from bot.render.picture_choice import candidates

GOOD = Picture("https://a.example/good.jpg", 1200, 630)
SMALL = Picture("https://a.example/other.jpg", 335, 250)


def test_pictures_are_tried_in_the_order_of_the_file_and_each_once():
    assert candidates(article(pictures=(GOOD, SMALL, GOOD)), ()) == (GOOD, SMALL)


def test_a_picture_that_claims_no_size_is_tried():
    unsized = Picture("charts/storage.png", is_local=True)
    assert candidates(article(pictures=(unsized,)), ()) == (unsized,)


def test_a_banner_is_not_a_picture():
    assert candidates(article(pictures=(GOOD, SMALL)), {GOOD.url}) == (SMALL,)


@pytest.mark.parametrize(
    ("width", "height"),
    [(1, 1), (50, 50), (100, 100), (728, 90), (2101, 105), (9000, 1200), (6000, 4001), (None, 40)],
)
def test_stamps_strips_and_giants_are_left_out(width, height):
    assert candidates(article(pictures=(Picture("https://a.example/x.jpg", width, height),)), ()) == ()


@pytest.mark.parametrize(("width", "height"), [(101, 101), (2100, 105), (6000, 4000), (0, 0), (640, None)])
def test_what_telegram_takes_is_kept(width, height):
    picture = Picture("https://a.example/x.jpg", width, height)
    assert candidates(article(pictures=(picture,)), ()) == (picture,)


def test_a_providers_logo_never_stands_for_a_story():
    provider = Provider("A", "a.example", pictures=(GOOD,))
    assert candidates(article(provider=provider), ()) == ()
