"""Which picture goes with an article: decided here from what files claim, fetched and settled elsewhere."""

from __future__ import annotations

from collections.abc import Collection

from bot.domain.article import Article, Picture
from bot.domain.picture_size import may_be_a_photo


def candidates(article: Article, banners: Collection[str]) -> tuple[Picture, ...]:
    """Return the pictures worth trying, best first; empty when the article goes out as text.

    `banners` are URLs that more than three articles of one provider share, which says nothing of what an editor sent.
    A provider's own picture is its logo and never stands for a story. Pictures that claim no size are tried.
    """
    usable: dict[str, Picture] = {}
    for picture in article.story.pictures:
        is_banner = picture.url in banners and picture.file_id is None
        if not is_banner and may_be_a_photo(picture.width, picture.height):
            usable.setdefault(picture.url, picture)
    return tuple(usable.values())
