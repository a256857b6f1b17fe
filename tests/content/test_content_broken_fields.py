"""Front matter in which one field is no YAML: what that costs, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from parsed import parse_article, parse_topic

from bot.content.articles.surroundings import ReadingRules
from bot.content.formats import yaml_text
from bot.domain.article import Story
from bot.errors import ContentError

HEAD = "title: T\npublishedDateTime: 2026-11-30\n"
LINK = "webUrl: https://example.com/a\n"
LEFT_OUT = "the field is left out"
OF_PARSERS = ("token", "node", "context", "stream", "scalar", "collection", "expected", "mapping", "found ", "URI")


def read(fields: str, name: str = "a.md") -> Story:
    text = fields if name.endswith("yaml") else f"---\n{fields}---\nThe body.\n"
    return parse_article(Path("/no") / name, text.encode(), root=Path("/no"), rules=ReadingRules(ZoneInfo("UTC")))


def warnings(story: Story) -> list[str]:
    return [str(one) for one in story.as_read.warnings]


SLIPS = [
    ("topics: [AI #ML, Robots]", 3, "topics: not YAML: the list that begins with [ does not end"),
    ("topics: [AI, Robots", 3, "topics: not YAML: the list that begins with [ does not end"),
    ("topics: [AI], [Robots]", 3, "topics: not YAML: this does not go on"),
    ("topics: [, AI]", 3, "topics: not YAML: a text cannot begin with this character"),
    ("topics: - AI", 3, "topics: not YAML: an entry of a list must begin a line of its own"),
    ("topics:\n\t- AI", 4, "topics: not YAML: a text cannot begin with this character (tab"),
    ("provider: {name: X", 3, "provider: not YAML: what begins with { does not end"),
    ('excerpt: "He said "hi" to all"', 3, "excerpt: not YAML: this does not go on"),
    ("excerpt: 'It's so'", 3, "excerpt: not YAML: this does not go on"),
    ('excerpt: "open', 3, "excerpt: not YAML: the quote that begins here never ends"),
    ("excerpt: Note: this", 3, "excerpt: not YAML: a text that holds “: ” must stand in quotes"),
    ("excerpt: @foo", 3, "excerpt: not YAML: a text cannot begin with this character"),
    ("excerpt: `code` is", 3, "excerpt: not YAML: a text cannot begin with this character"),
    ("excerpt: *bold* text", 3, "excerpt: not YAML: a text that begins with & or *"),
    ("excerpt: >text", 3, "excerpt: not YAML: only a line break can follow > or |"),
    ("excerpt: first\nsecond line", 5, "excerpt: not YAML: this line is no field"),
    ('excerpt: "C:\\path"', 3, "excerpt: not YAML: in double quotes a backslash begins an escape"),
    ("excerpt: [Video] The mayor", 3, "excerpt: not YAML: this does not go on"),
    ("excerpt: !foo!bar text", 3, "excerpt: not YAML: a text that begins with !"),
    ("excerpt: a\x07b", 3, "excerpt: holds the control character U+0007"),
    ("images:\n  - url: x\n   width: 3", 5, "images: not YAML: this does not go on"),
    ("heat: 5: 3", 3, "heat: not YAML: a text that holds “: ”"),
    ("secured: %x", 3, "secured: not YAML: a text cannot begin"),
    ("mine: !!set {a, b}", 3, "mine: the tag “!!set” is not read here"),
    ("secured: !!binary x", 3, "secured: the tag “!!binary” is not read here"),
    ("subtitle: *Breaking", 3, "subtitle: the alias *Breaking refers to nothing"),
    ("subtitle: !Breaking news", 3, "subtitle: the tag “!Breaking” is not read here"),
    ("provider:\n  <<: *base", 4, "provider: merge keys (<<) are not read here"),
]


@pytest.mark.parametrize("parser", [yaml.CSafeLoader, yaml.SafeLoader])
@pytest.mark.parametrize(("slip", "line", "warned"), SLIPS)
def test_a_field_that_is_no_yaml_costs_itself_and_is_named_in_our_words(
    monkeypatch: pytest.MonkeyPatch, parser: type, slip: str, line: int, warned: str
):
    monkeypatch.setattr(yaml_text, "_parser", parser)
    story = read(f"title: T\n{slip}\npublishedDateTime: 2026-11-30\n{LINK}published: true\ncategory: news\n")
    assert (story.title, story.link, story.published, story.category) == ("T", "https://example.com/a", True, "news")
    [told] = warnings(story)
    assert told.startswith(f"a.md:{line}: {warned}") and told.endswith(LEFT_OUT)
    assert not [word for word in OF_PARSERS if word in told]


@pytest.mark.parametrize(
    ("slip", "reason"),
    [
        ("title: A: b", "a text that holds “: ” must stand in quotes"),
        ("title: 'Open", "the quote that begins here never ends"),
        ("publishedDateTime: [2026-11-30", "the list that begins with [ does not end"),
        ("published: tr: ue", "a text that holds “: ” must stand in quotes"),
        ("taxonomy: @topic", "a text cannot begin with this character"),
        ("<<: *base", "merge keys (<<) are not read here"),
    ],
)
def test_what_a_story_cannot_be_without_still_refuses_the_file(slip: str, reason: str):
    rest = "".join(
        f"{line}\n" for line in (HEAD + LINK).splitlines() if line.partition(":")[0] != slip.partition(":")[0]
    )
    with pytest.raises(ContentError, match=r"not YAML:|merge keys") as refused:
        read(f"{slip}\n{rest}excerpt: 'and this\n")
    [complaint] = refused.value.complaints
    assert complaint.line == 2 and reason in complaint.reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [("!!python/name:x y", "the tag “!!python/name:x” is not read here"), ("[" * 40 + "]" * 40, "nested more than 32")],
)
def test_what_nobody_writes_by_mistake_refuses_the_file_wherever_it_stands(value: str, reason: str):
    with pytest.raises(ContentError, match=reason):
        read(f"{HEAD}{LINK}mine: {value}\n")


def test_a_link_that_is_no_yaml_costs_itself_where_the_story_has_another():
    story = read(f"{HEAD}webUrl: @foo\noriginalUrl: https://example.com/o\n")
    assert story.link == "https://example.com/o" and warnings(story)[0].startswith("a.md:4: webUrl: not YAML")
    with pytest.raises(ContentError, match=r"a\.md:4: file: not YAML"):
        read(f"{HEAD}webUrl: @foo\nexcerpt: E\n")


@pytest.mark.parametrize("slip", ["draft: @yes", "draft: [true", "draft: 'true", "draft: no: yes"])
def test_a_draft_that_is_no_yaml_hides_the_story(slip: str):
    story = read(f"{HEAD}{LINK}{slip}\npublished: true\n")
    assert story.published is False
    assert any(told.endswith("the story stays a draft") for told in warnings(story))


@pytest.mark.parametrize(
    "lines",
    [
        "excerpt: E\n draft: true",
        "excerpt: E\ndraft true",
        "topics: [AI,\n  published: false",
        "mine: x\npublished false",
    ],
)
def test_a_slip_that_swallows_what_may_hide_the_story_refuses_the_file(lines: str):
    with pytest.raises(ContentError, match="file: not YAML"):
        read(f"{HEAD}{LINK}published: true\n{lines}\n")


def test_one_entry_of_a_list_is_left_out_and_the_others_are_read():
    story = read(f"{HEAD}{LINK}topics:\n  - AI\n  - @foo\n  - Robots\nrelated:\n- title: B: c\n- title: C\n  {LINK}")
    assert story.topics == ("AI", "Robots")
    assert [one.title for one in story.related] == ["C"]
    first, second = warnings(story)
    assert first.startswith("a.md:7: topics: ") and second.startswith("a.md:10: related: ")
    assert first.endswith("the entry is left out")


def test_lines_below_the_slip_keep_their_numbers():
    story = read(f"{HEAD}{LINK}excerpt: 'It's\n  so\nheat: hot\n")
    assert [told.split(": ")[0] for told in warnings(story)] == ["a.md:5", "a.md:7"]


def test_a_document_that_may_not_be_whole_yet_is_refused_at_its_last_field():
    with pytest.raises(ContentError, match="the quote that begins here never ends"):
        read(f"{HEAD}{LINK}excerpt: 'half wri", "a.yaml")
    assert read(f"excerpt: 'It's\n{HEAD}{LINK}", "a.yaml").title == "T"


def test_a_topic_file_is_read_as_a_whole_or_not_at_all():
    with pytest.raises(ContentError, match="not YAML"):
        parse_topic(Path("t.yaml"), b"taxonomy: topic\n_id: ai\nname: AI\nparent: @x\nhashtags: [x]\n")


def test_many_slips_are_each_named():
    story = read(f"{HEAD}{LINK}" + "".join(f"mine{n}: @x\n" for n in range(20)))
    assert len(warnings(story)) == 20


@pytest.mark.parametrize(
    ("field", "warned"),
    [
        ('"heat": NaN', "a.json:1: heat: “NaN” is not a whole number"),
        ('"quality": -Infinity', "a.json:1: quality: “-Infinity” is not a whole number"),
        ('"excerpt": "half an emoji \\ud83d"', "a.json:1: excerpt: not JSON: an escape stands for half a character"),
        ('"topics": ["AI", "\\udc00"]', "a.json:1: topics[1]: not JSON: an escape stands for half a character"),
    ],
)
def test_a_value_that_json_cannot_say_costs_itself(field: str, warned: str):
    text = f'{{"title": "T", "publishedDateTime": "2026-11-30", "webUrl": "https://example.com/a", {field}}}'
    story = parse_article(Path("/no/a.json"), text.encode(), root=Path("/no"), rules=ReadingRules(ZoneInfo("UTC")))
    assert story.title == "T" and any(told.startswith(warned) for told in warnings(story)), warnings(story)


def test_tabs_and_line_breaks_within_json_texts_are_read_as_they_stand():
    text = (
        '{"title": "A\tB", "publishedDateTime": "2026-11-30", "webUrl": "https://example.com/a", "excerpt": "C\nD\\n"}'
    )
    story = parse_article(Path("/no/a.json"), text.encode(), root=Path("/no"), rules=ReadingRules(ZoneInfo("UTC")))
    assert story.title == "A B" and story.excerpt and story.excerpt.split() == ["C", "D"] and not warnings(story)
