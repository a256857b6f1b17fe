"""Articles that a chat takes along from elsewhere: found again by their link, or by number and title."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.exported import FollowedStory, SavedArticle
from bot.domain.link import normal_link
from bot.store.engine.lists import document_list

FIND_AGAIN = """
    SELECT a.number, min(CAST(w.value ->> 'kept' AS INTEGER)) AS kept
    FROM json_each(:wanted) AS w CROSS JOIN articles AS a ON a.number = CASE
        WHEN w.value ->> 'link' IS NULL THEN CAST(w.value ->> 'number' AS INTEGER)
        ELSE (SELECT article FROM article_links WHERE link = w.value ->> 'link')
    END
    WHERE a.state IN ('published', 'archived')
      AND (w.value ->> 'link' IS NOT NULL OR a.title = w.value ->> 'title')
    GROUP BY a.number ORDER BY min(w.key)
"""
"""Those of some articles that readers may see, in the order in which they are wanted, and what is `kept` of each."""


def wanted_list(wanted: Iterable[tuple[SavedArticle | FollowedStory, int]]) -> str:
    """Return articles for `FIND_AGAIN`, each with a number to keep: the least, where one is wanted twice."""
    return document_list(
        {
            "link": None if one.link is None else normal_link(one.link),
            "number": one.number,
            "title": one.title,
            "kept": kept,
        }
        for one, kept in wanted
    )
