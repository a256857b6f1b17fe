"""Slugs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.articles.slug import slug_of, slugs_of


@pytest.mark.parametrize(
    ("path", "short", "longer"),
    [
        ("grid-storage.md", "grid-storage", "grid-storage"),
        ("2021/grid-storage.md", "grid-storage", "2021-grid-storage"),
        ("news/2021/index.md", "2021", "news-2021"),
        ("2021/Index.yaml", "2021", "2021"),
        ("index.md", "index", "index"),
        ("a/Grüße an  alle!.md", "Grüße-an-alle", "a-Grüße-an-alle"),
        ("a/v1.2_x.md", "v1.2_x", "a-v1.2_x"),
        ("a/---.md", "article", "a-article"),
    ],
)
def test_the_file_name_is_the_slug(path, short, longer):
    assert slugs_of(path) == (short, longer) and slug_of(path) == short


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3).map("/".join))
def test_slugs_hold_only_what_can_be_typed_as_one_word(path):
    for slug in slugs_of(path):
        assert re.fullmatch(r"[\w.-]{1,200}", slug)
