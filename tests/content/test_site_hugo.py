"""
A Hugo folder is read as Hugo builds it.

Each address below is where Hugo 0.168.0 (extended, linux/amd64) put the page of that file when it built the same folder
on 2026-11-30; each date, title and absence is what it printed or left out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from site_folder import NOW, Read, page, read

from bot.domain.link import normalised

CONFIG = 'baseURL = "https://example.org/"\n'
DAY = "2026-03-01"


def one(tmp_path: Path, text: str | bytes, name: str = "posts/a.md", config: str = CONFIG) -> Read:
    return read(tmp_path, {"hugo.toml": config, f"content/{name}": text})


# Addresses ------------------------------------------------------------------------------------------------------------

PERMALINKS = """
baseURL = "https://example.org/sub/"
[permalinks]
notes = "/n/:year/:month/:slug/"
fs = "/f/:filename/:contentbasename/"
sec = "/s/:sections/:slugorfilename/"
t = "/t/:title/:weekday/:yearday/:monthname/"
[languages.en]
weight = 1
[languages.de]
weight = 2
"""


def test_pages_lie_where_hugo_put_them(tmp_path: Path) -> None:
    files = {
        "posts/My Post & Größe.md": page(title="T", date=DAY),
        "posts/slugged.md": page(title="T", date=DAY, slug="My Slug & Größe"),
        "posts/slugslash.md": page(title="T", date=DAY, slug="a/B c"),
        "posts/url1.md": page(title="T", date=DAY, url="/X y/Z"),
        "posts/url2.md": page(title="T", date=DAY, url="rel/p.html"),
        "posts/url3.de.md": page(title="T", date=DAY, url="/abs-de/"),
        "posts/url4.de.md": page(title="T", date=DAY, url="rel-de/"),
        "posts/x.de.md": page(title="T", date=DAY),
        "posts/y.fr.md": page(title="T", date=DAY),
        "posts/v1.5.md": page(title="T", date=DAY),
        "posts/under_score.md": page(title="T", date=DAY),
        "posts/_u.md": page(title="T", date=DAY),
        "posts/bundle/index.md": page(title="T", date=DAY),
        "posts/bundle/other.md": page(title="A resource", date=DAY),
        "posts/_index.md": page(title="A list", date=DAY),
        "posts/@at+p~#h,x.md": page(title="T", date=DAY),
        "notes/A Note.md": page(title='"Größe & Co! It\'s"', date=DAY),
        "notes/b.md": page(title='"12:30"', date=DAY),
        "notes/de.de.md": page(title="Deutsch", date=DAY),
        "fs/File Name.md": page(title="T", date=DAY),
        "fs/bun/index.md": page(title="T", date=DAY),
        "sec/a b/c/p.md": page(title="T", date=DAY),
        "t/x.md": page(title='"Hello, World: C# & F+"', date=DAY),
        "top.md": page(title="T", date=DAY),
    }
    read_ = read(tmp_path, {"hugo.toml": PERMALINKS, **{f"content/{name}": text for name, text in files.items()}})
    assert read_.addresses() == {
        "posts/My Post & Größe.md": "/sub/posts/my-post--größe/",
        "posts/slugged.md": "/sub/posts/my-slug-größe/",
        "posts/slugslash.md": "/sub/posts/a/b-c/",
        "posts/url1.md": "/sub/X y/Z",
        "posts/url2.md": "/sub/rel/p.html",
        "posts/url3.de.md": "/sub/abs-de/",
        "posts/url4.de.md": "/sub/de/rel-de/",
        "posts/x.de.md": "/sub/de/posts/x/",
        "posts/y.fr.md": "/sub/posts/y.fr/",
        "posts/v1.5.md": "/sub/posts/v1.5/",
        "posts/under_score.md": "/sub/posts/under_score/",
        "posts/_u.md": "/sub/posts/_u/",
        "posts/bundle/index.md": "/sub/posts/bundle/",
        "posts/@at+p~#h,x.md": "/sub/posts/@at+p~#hx/",
        "notes/A Note.md": "/sub/n/2026/03/größe-co-its/",
        "notes/b.md": "/sub/n/2026/03/1230/",
        "notes/de.de.md": "/sub/de/n/2026/03/deutsch/",
        "fs/File Name.md": "/sub/f/file-name/file-name/",
        "fs/bun/index.md": "/sub/f/bun/bun/",
        "sec/a b/c/p.md": "/sub/s/sec/a-b/c/p/",
        "t/x.md": "/sub/t/hello-world-c#-f-/0/60/march/",
        "top.md": "/sub/top/",
    }
    assert not read_.refused and not read_.notes


@pytest.mark.parametrize(
    ("config", "addresses"),
    [
        (
            'disablePathToLower = true\n[permalinks]\nq = "/Q/:filename/:title/"\n',
            ("/posts/Größe-Co/", "/posts/Straße-Ñ/", "/posts/Slug-X/", "/Q/A-File/Größe-Titel/"),
        ),
        ("removePathAccents = true\n", ("/posts/große--co/", "/posts/straße-n/", "/posts/slug-x/", "/q/a-file/")),
        (
            "uglyURLs = true\n",
            ("/posts/größe--co.html", "/posts/straße-ñ.html", "/posts/slug-x.html", "/q/a-file.html"),
        ),
        (
            "[uglyURLs]\nq = true\n[permalinks]\nq = '/p/:filename/'\n",
            ("/posts/größe--co/", "/posts/straße-ñ/", "/posts/slug-x/", "/p/a-file.html"),
        ),
    ],
)
def test_settings_of_hugo_change_addresses(tmp_path: Path, config: str, addresses: tuple[str, ...]) -> None:
    files = {
        "content/posts/Größe & Co.md": page(title="A", date=DAY),
        "content/posts/Straße Ñ.md": page(title="A", date=DAY),
        "content/posts/b/index.md": page(title="A", date=DAY, slug='"Slug X"'),
        "content/q/A File.md": page(title='"Größe Titel"', date=DAY),
    }
    assert tuple(read(tmp_path, {"hugo.toml": CONFIG + config, **files}).addresses().values()) == addresses


def test_languages_may_have_folders_of_their_own_and_a_path_each(tmp_path: Path) -> None:
    config = """
baseURL = "https://example.org/"
defaultContentLanguage = "de"
defaultContentLanguageInSubdir = true
[languages.de]
contentDir = "content/de"
[languages.en]
contentDir = "content/en"
"""
    files = {
        "content/de/posts/a.md": page(title="A", date=DAY),
        "content/en/posts/b.md": page(title="B", date=DAY),
        "content/en/posts/c.md": page(title="C", date=DAY, url="/abs/"),
    }
    assert read(tmp_path, {"hugo.toml": config, **files}).addresses() == {
        "de/posts/a.md": "/de/posts/a/",
        "en/posts/b.md": "/en/posts/b/",
        "en/posts/c.md": "/abs/",
    }


def test_the_configuration_may_lie_in_a_folder_with_a_file_for_each_part(tmp_path: Path) -> None:
    files = {
        "config/_default/hugo.toml": 'baseURL = "https://example.org/"\ntitle = "The Site"\n',
        "config/_default/permalinks.toml": 'posts = "/:year/:slug/"\n',
        "config/_default/languages.toml": "[en]\nweight = 1\n[fr]\nweight = 2\n",
        "content/posts/a.md": page(title="Un Titre", date=DAY),
        "content/posts/b.fr.md": page(title="Un Titre", date=DAY),
    }
    found = read(tmp_path, files)
    assert found.addresses() == {"posts/a.md": "/2026/un-titre/", "posts/b.fr.md": "/fr/2026/un-titre/"}
    assert found.stories["posts/a.md"].provider.name == "The Site"


def test_an_older_config_toml_is_hugos_when_it_holds_hugos_settings(tmp_path: Path) -> None:
    found = read(tmp_path, {"config.toml": CONFIG, "content/posts/a.md": page(title="A", date=DAY)})
    assert found.addresses() == {"posts/a.md": "/posts/a/"}


# What is a page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.html", "_name.md"])
def test_these_files_are_pages(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, page(title="T", date=DAY), f"posts/{name}").stories


@pytest.mark.parametrize("name", ["a.mdx", "a.txt", "a.md~", ".a.md", "_index.md"])
def test_these_files_are_neither_pages_nor_complaints(tmp_path: Path, name: str) -> None:
    found = one(tmp_path, page(title="T", date=DAY), f"posts/{name}")
    assert not found.stories and not found.refused and not found.notes


def test_what_lies_outside_the_content_folder_of_a_site_is_no_page(tmp_path: Path) -> None:
    files = {
        "hugo.toml": CONFIG,
        "content/posts/a.md": page(title="A", date=DAY),
        "themes/x/exampleSite/content/posts/b.md": page(title="B", date=DAY),
        "archetypes/default.md": page(title="T", date=DAY),
        "data/x.yaml": "title: Data\n",
        "README.md": "# Readme\n",
    }
    found = read(tmp_path, files, ".")
    assert set(found.stories) == {"content/posts/a.md"} and not found.refused


@pytest.mark.parametrize(
    ("says", "text", "title", "excerpt"),
    [
        ("dashes after a byte-order mark, blank lines, with blanks behind them and CRLF",
         b"\xef\xbb\xbf\r\n\r\n---  \r\ntitle: S\r\ndate: 2026-03-01\r\n---  \r\nBody\r\n", "S", "Body"),
        ("TOML between +++", '+++\ntitle = "S"\ndate = 2026-03-01\n+++\nBody\n', "S", "Body"),
        ("a bare JSON object", '{"title": "S", "date": "2026-03-01"}\n\nBody\n', "S", "Body"),
        ("a line that only begins with --- closes, and the rest of it is text",
         "---\ntitle: S\ndate: 2026-03-01\n---x\nBody\n", "S", "x Body"),
        ("six dashes are a fence and a mark of YAML",
         "------\ntitle: S\ndate: 2026-03-01\n------\nBody\n", "S", "Body"),
        ("a comment behind the fence", "--- # c\ntitle: S\ndate: 2026-03-01\n---\nBody\n", "S", "Body"),
    ],
)  # fmt: skip
def test_front_matter_is_found_as_hugo_finds_it(
    tmp_path: Path, says: str, text: str | bytes, title: str, excerpt: str
) -> None:
    story = one(tmp_path, text).story()
    assert (story.title, story.excerpt, story.published_at) == (title, excerpt, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\ntitle: S\ndate: 2026-03-01\n", 3, "the front matter has no end"),
        ("+++\ntitle = 'S'\n", 2, "the front matter has no end"),
        ('{"title": "S",\n', 1, "is no JSON that ends"),
        ("----\ntitle: S\ndate: 2026-03-01\n----\n", 2, "not YAML"),
        ("+++\ntitle = S\n+++\n", 2, "not TOML"),
        ("---\ntitle: S: x\ndate: 2026-03-01\n---\n", 2, "not YAML"),
        ("---\ntitle: S\ndate: 2026-03-01 14:00\n---\n", 3, "is not a date"),
        ("---\ntitle: S\ndate: 2026/11/30\n---\n", 3, "is not a date"),
        ("---\ntitle: S\ndate: Feb 10, 2026\n---\n", 3, "is not a date"),
        ("---\ndate: 2026-03-01\n---\n", 1, "is missing"),
        ("---\ntitle: [a, b]\ndate: 2026-03-01\n---\n", 2, "is missing"),
    ],
)
def test_what_stops_hugo_or_has_no_title_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    found = one(tmp_path, text)
    (error,) = found.refused.values()
    assert error.complaints[0].line == line and reason in str(error)
    assert not found.stories


@pytest.mark.parametrize("text", ["Just text.\n", "", page(title="Undated"), page(title="Year 1", date='""')])
def test_no_front_matter_or_no_date_is_no_story_and_no_complaint(tmp_path: Path, text: str) -> None:
    found = one(tmp_path, text)
    assert found.others == {"posts/a.md"} and not found.refused


# What it says ---------------------------------------------------------------------------------------------------------

DATES = [
    ("a day", page(title="T", date=DAY), "", "2026-03-01T00:00"),
    ("no zone: timeZone",
     page(title="T", date="2026-03-01 23:30:00"), 'timeZone = "America/New_York"', "2026-03-02T04:30"),
    ("no zone and no timeZone: UTC", page(title="T", date="2026-03-01T23:30:00"), "", "2026-03-01T23:30"),
    ("an offset", page(title="T", date="2026-03-01T23:30:00+05:00"), "", "2026-03-01T18:30"),
    ("an offset without its colon", page(title="T", date="2026-03-01 23:30:00 -0500"), "", "2026-03-02T04:30"),
    ("a number is Unix seconds", page(title="T", date="1700000000"), "", "2023-11-14T22:13"),
    ("as in mails", page(title="T", date='"Mon, 02 Mar 2026 10:00:00 +0100"'), "", "2026-03-02T09:00"),
    ("day, month, year", page(title="T", date="02 Mar 2026"), "", "2026-03-02T00:00"),
    ("TOML with an offset", '+++\ntitle = "T"\ndate = 2026-03-01T10:00:00+02:00\n+++\n', "", "2026-03-01T08:00"),
    ("TOML without one", '+++\ntitle = "T"\ndate = 2026-03-01T10:00:00\n+++\n',
     'timeZone = "America/New_York"', "2026-03-01T15:00"),
    ("a TOML day", '+++\ntitle = "T"\ndate = 2026-03-01\n+++\n', 'timeZone = "America/New_York"', "2026-03-01T05:00"),
    ("publishDate in the place of date", page(title="T", publishDate=DAY), "", "2026-03-01T00:00"),
    ("pubdate is another name of it", page(title="T", pubdate=DAY), "", "2026-03-01T00:00"),
    ("lastmod in the place of both", page(title="T", lastmod=DAY), "", "2026-03-01T00:00"),
    ("names are the same in any case", page(TITLE="T", Date=DAY), "", "2026-03-01T00:00"),
    ("date before lastmod", page(title="T", date=DAY, lastmod="2026-04-01"), "", "2026-03-01T00:00"),
    ("a past publishDate beats a date to come",
     page(title="T", date="2027-01-01", publishDate=DAY), "", "2026-03-01T00:00"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "text", "config", "date"), DATES, ids=[row[0] for row in DATES])
def test_a_date_is_hugos(tmp_path: Path, says: str, text: str, config: str, date: str) -> None:
    story = one(tmp_path, text, config=CONFIG + config).story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == date
    assert story.published


FROM_NAMES = [
    ("2026-02-03-dated.md", {}, "/posts/dated/", "2026-02-03T00:00"),
    ("2026-02-04-both.md", {"date": "2026-01-01"}, "/posts/both/", "2026-02-04T00:00"),
    ("2026-02-05-11-12-13-full.md", {}, "/posts/full/", "2026-02-05T11:12"),
    ("2026-02-06_under.md", {}, "/posts/under/", "2026-02-06T00:00"),
    ("2026-02-07-bun/index.md", {}, "/posts/bun/", "2026-02-07T00:00"),
    ("2026-02-08.md", {}, "/posts/2026-02-08/", "2026-02-08T00:00"),
    ("plain.md", {"date": DAY}, "/posts/plain/", "2026-03-01T00:00"),
]


@pytest.mark.parametrize(("name", "fields", "address", "date"), FROM_NAMES)
def test_a_date_comes_from_the_files_name_only_where_the_configuration_says_so(
    tmp_path: Path, name: str, fields: dict[str, str], address: str, date: str
) -> None:
    config = CONFIG + '[frontmatter]\ndate = [":filename", ":default"]\n'
    found = one(tmp_path / "a", page(title="T", **fields), f"posts/{name}", config)
    assert found.addresses() == {f"posts/{name}": address}
    assert found.story().published_at.strftime("%Y-%m-%dT%H:%M") == date
    without = one(tmp_path / "b", page(title="T", **fields), f"posts/{name}")
    assert bool(without.stories) == ("date" in fields)


@pytest.mark.parametrize("word", ["true", '"true"', "1", "yes", "on", "y", "TRUE", '"maybe"'])
def test_a_draft_of_any_truthy_word_is_one(tmp_path: Path, word: str) -> None:
    # Hugo to 0.151 takes yes, on and y for true, from 0.152 on for texts; hidden is what can be mended.
    assert one(tmp_path, page(title="T", date=DAY, draft=word)).story().published is False


HIDDEN = [
    ("headless", {"headless": "true"}),
    ("never rendered", {"build": "{render: never}"}),
    ("render: false", {"build": "{render: false}"}),
    ("render: link", {"build": "{render: link}"}),
    ("the older _build", {"_build": "{render: never}"}),
    ("past its expiryDate", {"expiryDate": "2026-04-01"}),
    ("unpublishdate is another name of it", {"unpublishdate": "2026-04-01"}),
]
SHOWN = [
    ("draft: false", {"draft": "false"}),
    ("an empty draft", {"draft": ""}),
    ("only left out of lists", {"build": "{list: never}"}),
    ("private and isdraft mean nothing", {"private": "true", "isdraft": "true"}),
    ("published is a date for Hugo, not our flag", {"published": "false"}),
    ("an expiryDate to come", {"expiryDate": "2027-04-01"}),
    ("a publishDate that has passed", {"publishDate": "2026-01-01"}),
]


@pytest.mark.parametrize(("says", "fields"), HIDDEN, ids=[row[0] for row in HIDDEN])
def test_what_hugo_does_not_publish_is_a_draft(tmp_path: Path, says: str, fields: dict[str, str]) -> None:
    assert one(tmp_path, page(title="T", date=DAY, **fields)).story().published is False


@pytest.mark.parametrize(("says", "fields"), SHOWN, ids=[row[0] for row in SHOWN])
def test_what_hugo_publishes_is_public(tmp_path: Path, says: str, fields: dict[str, str]) -> None:
    assert one(tmp_path, page(title="T", date=DAY, **fields)).story().published is True


@pytest.mark.parametrize(
    "fields", [{"date": "2027-02-01"}, {"date": DAY, "publishDate": "2027-02-01"}, {"publishDate": "2027-02-01"}]
)
def test_what_hugo_publishes_later_is_an_embargo_until_then(tmp_path: Path, fields: dict[str, str]) -> None:
    story = one(tmp_path, page(title="T", **fields)).story()
    assert story.published and story.published_at == datetime(2027, 2, 1, tzinfo=UTC) > NOW


def test_a_list_passes_fields_on_to_the_pages_below_it_and_their_own_win(tmp_path: Path) -> None:
    files = {
        "hugo.yaml": 'baseURL: https://example.org/\ncascade:\n  - _target: {path: "/casc/**"}\n    draft: true\n',
        "content/casc/a.md": page(title="T", date=DAY),
        "content/casc/b.md": page(title="T", date=DAY, draft="false"),
        "content/casc/deep/c.md": page(title="T", date=DAY),
        "content/dated/_index.md": "---\ntitle: L\ncascade:\n  date: 2026-05-05\n---\n",
        "content/dated/a.md": page(title="T"),
        "content/dated/b.md": page(title="T", date=DAY),
        "content/lost/_index.md": "+++\ntitle = 'L'\n[cascade]\ndraft = true\n+++\n",
        "content/lost/a.md": page(title="T", date=DAY),
        "content/lost/sub/b.md": page(title="T", date=DAY),
    }
    found = read(tmp_path, files)
    assert set(found.addresses()) == {"casc/b.md", "dated/a.md", "dated/b.md"}
    assert found.stories["dated/a.md"].published_at == datetime(2026, 5, 5, tzinfo=UTC)
    assert found.stories["dated/b.md"].published_at == datetime(2026, 3, 1, tzinfo=UTC)


EXCERPTS = [
    ("description", page(title="T", date=DAY, description="Desc", summary="Sum"), "Desc"),
    ("summary", page(title="T", date=DAY, summary="Sum"), "Sum"),
    ("what stands before the mark",
     page("One *two*.\n\nThree.\n\n<!--more-->\n\nRest.", title="T", date=DAY),
     "One two. Three."),
    ("the first paragraph",
     page("## Head\n\n![p](q.png)\n\nFirst **para** with `code` &amp; [link](x) and\nmore.\n\n2", title="T", date=DAY),
     "First para with code & link and more."),
    ("no shortcode, list, quotation or code",
     page('{{< figure src="x" >}}\n\n- item\n- two\n\n> said\n\n```sh\nls\n```\n\n<div>\nx\n</div>\n\nText.',
          title="T", date=DAY),
     "Text."),
]  # fmt: skip


@pytest.mark.parametrize(("says", "text", "excerpt"), EXCERPTS, ids=[row[0] for row in EXCERPTS])
def test_the_excerpt_is(tmp_path: Path, says: str, text: str, excerpt: str) -> None:
    assert one(tmp_path, text).story().excerpt == excerpt


@pytest.mark.parametrize(
    ("fields", "topics"),
    [
        ({"tags": "a, b"}, ("a, b",)),  # one term, as Hugo has it
        ({"tags": "[a, B c]", "categories": "[News]"}, ("a", "B c", "News")),
        ({"tags": "[2024, 1.0, No]"}, ("2024", "1.0", "No")),
        ({}, ()),
    ],
)
def test_terms_are_topics(tmp_path: Path, fields: dict[str, str], topics: tuple[str, ...]) -> None:
    assert one(tmp_path, page(title="T", date=DAY, **fields)).story().topics == topics


@pytest.mark.parametrize("title", ["12:30", "017", "No", "1_000", "2026-01-01"])
def test_a_title_is_always_text(tmp_path: Path, title: str) -> None:
    assert one(tmp_path, page(title=title, date=DAY)).story().title == title


JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 64 + b"\xff\xd9"
PICTURES = [
    ({"cover": "x.jpg"}, "posts/b/x.jpg", True),
    ({"cover": "{image: x.jpg, alt: An x}"}, "posts/b/x.jpg", True),
    ({"images": "[/img/s.jpg]"}, "https://example.org/img/s.jpg", False),
    ({"featured_image": "img/s.jpg"}, "https://example.org/img/s.jpg", False),
    ({"image": "https://cdn.example/x.png"}, "https://cdn.example/x.png", False),
    ({"featureImage": "/img/gone.jpg"}, "https://example.org/img/gone.jpg", False),
]


@pytest.mark.parametrize(("fields", "url", "is_local"), PICTURES)
def test_a_picture_lies_beside_the_page_or_on_the_site(
    tmp_path: Path, fields: dict[str, str], url: str, is_local: bool
) -> None:
    files = {
        "hugo.toml": CONFIG,
        "content/posts/b/index.md": page(title="T", date=DAY, **fields),
        "content/posts/b/x.jpg": JPEG,
        "static/img/s.jpg": JPEG,
    }
    (picture,) = read(tmp_path, files).story().pictures
    assert (picture.url, picture.is_local) == (url, is_local)


def test_a_picture_in_static_is_taken_from_there_when_the_whole_site_is_the_content_folder(tmp_path: Path) -> None:
    files = {
        "hugo.toml": CONFIG,
        "content/posts/a.md": page(title="T", date=DAY, cover="/img/s.jpg"),
        "static/img/s.jpg": JPEG,
    }
    (picture,) = read(tmp_path, files, ".").story().pictures
    assert (picture.url, picture.is_local) == ("static/img/s.jpg", True)


def test_a_picture_of_a_bundle_that_is_not_there_yet_is_waited_for_beside_the_page(tmp_path: Path) -> None:
    files = {"hugo.toml": CONFIG, "content/posts/b/index.md": page(title="T", date=DAY, cover="x.jpg")}
    story = read(tmp_path, files).story()
    assert not story.pictures and "neither a link nor a file" in str(story.as_read.warnings[0])


def test_fields_may_stand_in_params_and_terms_are_those_of_the_configuration(tmp_path: Path) -> None:
    text = page(title="T", date=DAY, params="{cover: /x.jpg}", topics="[A]", tags="[b]", series="[S]")
    config = CONFIG + '[taxonomies]\ntopic = "topics"\nseries = "series"\n'
    story = one(tmp_path, text, config=config).story()
    assert [picture.url for picture in story.pictures] == ["https://example.org/x.jpg"]
    assert story.topics == ("A",)


def test_aliases_are_links_from_the_root_or_beside_the_page(tmp_path: Path) -> None:
    # Hugo 0.168.0 wrote its redirect pages to these addresses.
    story = one(tmp_path, page(title="T", date=DAY, aliases="[/old/x/, rel, ../up]"), "f/al.md").story()
    assert story.as_read.aliases == (
        "https://example.org/old/x/",
        "https://example.org/f/rel",
        "https://example.org/up",
    )


@pytest.mark.parametrize("alias", ["http://[", "https://old.example:99999/x", "//[/x"])
def test_an_alias_that_is_no_link_costs_the_page_nothing(tmp_path: Path, alias: str) -> None:
    story = one(tmp_path, page(title="T", date=DAY, aliases=f'["{alias}", /old/]')).story()
    assert "https://example.org/old/" in story.as_read.aliases
    assert all(normalised(link) is not None for link in story.as_read.aliases)
