"""Which picture goes with an article: decided here from what files claim, fetched and settled elsewhere."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.article import Article, Picture
from bot.domain.limits import PHOTO_RATIO, PHOTO_SIDES

_TOO_SMALL = 100  # pixels: a stamp or a strip, enlarged to the width of a phone


def candidates(article: Article, banners: Collection[str]) -> tuple[Picture, ...]:
    """Return the pictures worth trying, best first; empty when the article goes out as text.

    `banners` are URLs that more than three articles of one provider share. A provider's own picture is its logo
    and never stands for a story. Pictures that claim no size are tried.
    """
    usable: dict[str, Picture] = {}
    for picture in article.story.pictures:
        if picture.url not in banners and _may_be_a_photo(picture):
            usable.setdefault(picture.url, picture)
    return tuple(usable.values())


def _may_be_a_photo(picture: Picture) -> bool:
    """Source: https://core.telegram.org/bots/api#sendphoto (sum of sides, ratio)"""
    sides = [side for side in (picture.width, picture.height) if side]
    if any(side <= _TOO_SMALL for side in sides) or sum(sides) > PHOTO_SIDES:
        return False
    return max(sides, default=1) <= PHOTO_RATIO * min(sides, default=1)
