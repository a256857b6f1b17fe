"""Texts that YAML cuts without a word, and comments that are comments indeed."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from parsed import parse_article

from bot.content.articles.surroundings import ReadingRules
from bot.content.formats import yaml_text
from bot.errors import ContentError

NEXT_TITLE = "\ntitle:"
REST = "webUrl: https://example.com/a\npublishedDateTime: 2021-02-12\n"


def warnings(fields: str) -> list[str]:
    text = (
        f"---\n{fields}{'' if fields.startswith('title:') or NEXT_TITLE in fields else NEXT_TITLE + ' A'}\n{REST}---\n"
    )
    found = parse_article(Path("/no/a.md"), text.encode(), root=Path("/no"), rules=ReadingRules(ZoneInfo("UTC")))
    return [str(warning) for warning in found.as_read.warnings]


QUOTE = "put the whole text in quotes if it belongs to it"


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ("title: Minister resigns over tweet #MeToo says", "a.md:2: title: “#MeToo says” is a comment and is left out"),
        ("title: Minister resigns\n  over a tweet #MeToo", "a.md:3: title: “#MeToo” is a comment"),
        ("title: Rank\t#1 at last", "a.md:2: title: “#1 at last” is a comment"),
        ("excerpt: The #1 of us", "a.md:2: excerpt: “#1 of us” is a comment"),
        ("topics: AI #ML", "a.md:2: topics: “#ML” is a comment"),
        ("topics:\n  - AI\n  - Robots #ML", "a.md:4: topics[1]: “#ML” is a comment"),
        ("topics: [AI, #ML\n  Robots]", "a.md:2: topics[0]: “#ML” is a comment"),
        ("topics: [#ML,\n  AI]", "a.md:2: topics[0]: “#ML,” is a comment"),
        ("topics: [AI, Robots #ML,\n  ]", "a.md:2: topics[1]: “#ML,” is a comment"),
        ("excerpt: #MeToo says", "a.md:2: excerpt: “#MeToo says” is a comment"),
        ("title: &Breaking The mayor", "a.md:2: title: “&Breaking” names an anchor and is left out"),
        ("topics: [AI, &Co]", "a.md:2: topics[1]: “&Co” names an anchor and is left out"),
        ("excerpt: ! The mayor", "a.md:2: excerpt: “!” is a tag and is left out"),
        ("related:\n  - title: B #b\n    webUrl: https://example.com/b", "a.md:3: related[0].title: “#b” is a comment"),
    ],
)  # fmt: skip
def test_a_text_that_yaml_cuts_is_a_warning_that_names_its_line(fields: str, warned: str):
    found = warnings(fields)
    assert [one for one in found if one.startswith(warned) and one.endswith(QUOTE)], found


@pytest.mark.parametrize(
    ("fields", "warned"),
    [
        ("excerpt: !Breaking The mayor", "a.md:2: excerpt: the tag “!Breaking” is not read here"),
        ("topics: [AI, !important, Robots]", "a.md:2: topics[1]: the tag “!important” is not read here"),
        ("excerpt: *Breaking", "a.md:2: excerpt: the alias *Breaking refers to nothing"),
    ],
)
def test_a_text_that_yaml_takes_for_a_tag_or_alias_costs_itself(fields: str, warned: str):
    assert any(one.startswith(warned) for one in warnings(fields))


@pytest.mark.parametrize("title", ["!Breaking The mayor", "*Breaking", "*Breaking* news", "&amp; more"])
def test_a_title_that_yaml_takes_for_something_else_is_refused_with_the_way_out(title: str):
    with pytest.raises(ContentError, match="in quotes"):
        warnings(f"title: {title}")


@pytest.mark.parametrize(
    "fields",
    [
        "title: 'Over a tweet #MeToo says'",
        'title: "Over a tweet #MeToo says" # a comment',
        "excerpt: |\n  The #1 of &us\n  # all",
        "excerpt: >  # folded\n  The #1 of us",
        "# a comment\ntitle: A\n  # another\ntopics:\n  # of today\n  - AI\n  # and\n  - Robots",
        "topics: [AI, Robots]  # of today",
        "topics: # of today\n  - AI",
        "topics: [ # of today\n  AI, # artificial\n  Robots]",
        "excerpt: # none yet",
        "published: true # at last",
        "heat: 3 # mild",
        "category: news # as ever",
        "title: R&D in C# and F#, at last! *Really* &c",
        "title: &words The mayor\nexcerpt: *words",
        "title: !!str 2024",
        "excerpt: https://example.com/#top",
    ],
)
def test_a_comment_that_is_one_is_no_warning(fields: str):
    assert warnings(fields) == []


def test_the_pure_parser_warns_of_the_same(monkeypatch):
    fields = "title: &x Over a tweet #MeToo\ntopics: [AI, #ML\n  Robots]\nexcerpt: ! so"
    fast = warnings(fields)
    monkeypatch.setattr(yaml_text, "_parser", yaml.SafeLoader)
    assert warnings(fields) == fast and len(fast) == 4
