"""`newsbot.yaml` says what a site's own files cannot, and each slip in it has one clear answer with its line."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from site_folder import NOW, page, read, write

from bot.content.articles.surroundings import ReadingRules
from bot.content.files.folder import Found, scan
from bot.content.sites.recognition import load
from bot.errors import ContentError

DAY = "2026-03-01"
SLIPS = [
    ("", [(1, "file", "names no field; write generator, site, permalink, fields or published")]),
    ("# nothing\n", [(1, "file", "names no field")]),
    ("site:\n", [(1, "file", "names no field")]),
    ("just text\n", [(1, "file", "names no field")]),
    ("generator: hugoo\n", [(1, "generator", "“hugoo” is unknown; write hugo, jekyll,")]),
    ("generator: hugo\nsite: example.org\n", [(2, "site", "is not a link; write it like https://example.org")]),
    ("site: javascript:alert(1)\n", [(1, "site", "write it like https://example.org")]),
    ("site: http://127.0.0.1/\n", [(1, "site", "is a private address")]),
    ("site: https://example.org/?x=1\n", [(1, "site", "is no address")]),
    ("site: [a]\n", [(1, "site", "is no address")]),
    ("permalink: blog\n", [(1, "permalink", "is no permalink; write it like /blog/:slug/")]),
    ("permalink: /blog/\n", [(1, "permalink", "is the same for all pages")]),
    ("permalink: /blog/:slag/\n", [(1, "permalink", ":slag is unknown; these are read: :categories,")]),
    ("permalink:\n  posts: /blog/:slug/\n  notes: nowhere\n", [(3, "permalink.notes", "is no permalink")]),
    ("fields:\n", [(1, "file", "names no field")]),
    ("generator: hugo\nfields: {}\n", [(2, "fields", "names no field; write {title: title,")]),
    ("fields: title\n", [(1, "fields", "names no field")]),
    ("fields:\n  titel: title\n", [(2, "fields.titel", "is unknown; write title")]),
    ("fields:\n  title: []\n", [(2, "fields.title", "names no field of the pages")]),
    ("fields:\n  title: {a: b}\n", [(2, "fields.title", "names no field of the pages")]),
    ("published: not a draft\n", [(1, "published", "is no condition")]),
    ("published: true\n", [(1, "published", "is no condition")]),
    ("premalink: /:slug/\nsite: https://example.org\n", [(1, "premalink", "is unknown; write permalink")]),
    ("site: https://a.example\nsite: https://b.example\n", [(2, "site", "is given twice")]),
    ("generator: x\nsite: y\n", [(1, "generator", "is unknown"), (2, "site", "is not a link")]),
    ("site: 'https://example.org\n", [(1, "file", "not YAML")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "complaints"), SLIPS, ids=[text or "empty" for text, _ in SLIPS])
def test_a_slip_is_named_with_its_line(tmp_path: Path, text: str, complaints: list[tuple[int, str, str]]) -> None:
    write(tmp_path, {"newsbot.yaml": text, "a.md": page(title="A", date=DAY)})
    with pytest.raises(ContentError) as raised:
        load(tmp_path, address="https://example.org", zone=ZoneInfo("UTC"), now=NOW)
    found = raised.value.complaints
    assert len(found) == len(complaints)
    for one, (line, field, reason) in zip(found, complaints, strict=True):
        assert (one.path, one.field) == ("newsbot.yaml", field) and reason in one.reason
        assert one.line == line
    # Nothing is said of any other file, and nothing is gone, until it is mended.
    (only,) = scan(tmp_path, {"b.md": "known"}, rules=ReadingRules(ZoneInfo("UTC")), site=raised.value)
    assert isinstance(only, Found) and only.path == "newsbot.yaml"


def test_a_site_at_a_private_host_is_taken_where_the_operator_allows_it(tmp_path: Path) -> None:
    from bot.domain.fetch_rules import FetchRules

    write(tmp_path, {"hugo.toml": "", "newsbot.yaml": "site: https://wiki.local/docs\n"})
    allow = FetchRules.parse("wiki.local")
    site = load(tmp_path, address=None, zone=ZoneInfo("UTC"), now=NOW, allow=allow)
    assert site is not None and site.address == "https://wiki.local/docs"


def test_a_generator_of_none_leaves_files_to_our_own_rules(tmp_path: Path) -> None:
    write(tmp_path, {"_config.yml": "title: x\n", "content/newsbot.yaml": "generator: none\n"})
    assert load(tmp_path / "content", address=None, zone=ZoneInfo("UTC"), now=NOW) is None


def test_a_folder_without_any_generators_files_is_ours(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/c/d.md": page(title="A"), "hugo.toml": "", "config.toml": "x = 1\n"})
    # Three folders above is too far, and a config.toml may be anybody's.
    assert load(tmp_path / "a/b/c", address=None, zone=ZoneInfo("UTC"), now=NOW) is None
    (tmp_path / "hugo.toml").unlink()
    assert load(tmp_path, address=None, zone=ZoneInfo("UTC"), now=NOW) is None


SITE = {
    "newsbot.yaml": """
site: https://example.org/de
permalink: /news/:year/:slug.html
fields:
  title: [newstitle, heading, filename]
  publishedDateTime: [published]
  excerpt: lead
  topics: [subjects]
  image: [photo.src]
published: "not hidden"
""",
    "a.md": page(newstitle="Named", published=DAY, lead="The lead", subjects="[A, B]", photo="{src: /x.jpg}"),
    "b.md": page("Text.\n\n# The *heading*\n", published=DAY),
    "sub/the-name.md": page("Text.", published=DAY, slug="other"),
    "hidden.md": page(newstitle="H", published=DAY, hidden="true"),
    "undated.md": page(newstitle="U"),
    "README.md": "# Readme\n",
}


def test_a_folder_of_no_known_generator_is_read_by_what_newsbot_yaml_says(tmp_path: Path) -> None:
    found = read(tmp_path, SITE, ".", address="https://elsewhere.example")
    links = {path: story.link for path, story in found.stories.items()}
    assert links == {
        "a.md": "https://example.org/de/news/2026/a.html",
        "b.md": "https://example.org/de/news/2026/b.html",
        "hidden.md": "https://example.org/de/news/2026/hidden.html",
        "sub/the-name.md": "https://example.org/de/news/2026/other.html",
    }
    story = found.stories["a.md"]
    assert (story.title, story.excerpt, story.topics) == ("Named", "The lead", ("A", "B"))
    assert [picture.url for picture in story.pictures] == ["https://example.org/de/x.jpg"]
    assert [found.stories[path].title for path in ("b.md", "sub/the-name.md")] == ["The heading", "the-name"]
    assert {path for path, story in found.stories.items() if not story.published} == {"hidden.md"}
    assert not found.refused and not found.notes


@pytest.mark.parametrize(
    ("generator", "folder", "name", "address"),
    [
        ("hugo", "content", "posts/a.md", "/posts/a/"),
        ("hugo", "pages", "posts/a.md", "/posts/a/"),
        ("hugo", "site", "content/posts/a.md", "/posts/a/"),
        ("jekyll", "site", "_posts/2026-03-01-a.md", "/2026/03/01/a.html"),
        ("jekyll", "_posts", "2026-03-01-a.md", "/2026/03/01/a.html"),
        ("eleventy", "pages", "blog/a.md", "/blog/a/"),
        ("astro", "blog", "a.md", "/blog/a/"),
        ("astro", "src/content", "blog/a.md", "/blog/a/"),
        ("hexo", "source", "_posts/a.md", "/2026/03/01/a/"),
        ("pelican", "content", "a.md", "/t.html"),
        ("pelican", "pages", "a.md", "/t.html"),
    ],
)
def test_a_generator_that_is_only_named_is_followed_without_its_own_files(
    tmp_path: Path, generator: str, folder: str, name: str, address: str
) -> None:
    files = {f"{folder}/newsbot.yaml": f"generator: {generator}\n", f"{folder}/{name}": page(title="T", date=DAY)}
    assert read(tmp_path, files, folder).addresses() == {name: address}


def test_fields_go_before_those_of_the_generator_and_do_not_shut_them_out(tmp_path: Path) -> None:
    files = {
        "hugo.toml": "",
        "content/newsbot.yaml": "fields: {title: headline, publishedDateTime: [live_at], topics: subjects}\n",
        "content/posts/a.md": page(headline="H", title="T", live_at=DAY, date="2026-01-01", tags="[x]", subjects="[S]"),
        "content/posts/b.md": page(title="T", date="2026-01-01", tags="[x]"),
    }
    found = read(tmp_path, files)
    a, b = found.stories["posts/a.md"], found.stories["posts/b.md"]
    assert (a.title, f"{a.published_at:%Y-%m-%d}", a.topics) == ("H", DAY, ("S",))
    assert (b.title, f"{b.published_at:%Y-%m-%d}") == ("T", "2026-01-01")


@pytest.mark.parametrize(
    ("condition", "fields", "published"),
    [
        ("live", {"live": "true"}, True),
        ("live", {"live": "yes"}, True),
        ("live", {"live": "false"}, False),
        ("live", {}, False),
        ("live", {"live": "true", "draft": "true"}, True),  # what it names is all that counts
        ('"not draft"', {"draft": "true"}, False),
        ('"not draft"', {}, True),
        ('"!draft"', {"draft": "false"}, True),
        ("published", {"published": "true"}, True),
        ("published", {"published": "false"}, False),
    ],
)
def test_published_is_a_condition(tmp_path: Path, condition: str, fields: dict[str, str], published: bool) -> None:
    files = {
        "astro.config.mjs": "",
        "src/content/newsbot.yaml": f"published: {condition}\n",
        "src/content/blog/a.md": page(title="T", date=DAY, **fields),
    }
    assert read(tmp_path, files, "src/content").story().published is published
