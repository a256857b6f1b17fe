"""
An Eleventy folder is read as Eleventy builds it.

Each address below is where Eleventy 3.1.8 put the page of the same file on 2026-11-30, and each date what it printed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from site_folder import Read, page, read

CONFIG = "export default function (config) { return { dir: { input: 'content', output: '_site' } }; }\n"
DAY = "2026-03-01"


def one(tmp_path: Path, text: str, name: str = "blog/a.md", more: dict[str, str] | None = None) -> Read:
    given = {f"content/{path}": said for path, said in (more or {}).items()}
    return read(tmp_path, {"eleventy.config.js": CONFIG, f"content/{name}": text, **given})


ADDRESSES = {
    "blog/x.md": "/blog/x/",
    "blog/My Post & Größe.md": "/blog/My Post & Größe/",
    "blog/2026-02-03-dated.md": "/blog/2026-02-03-dated/",
    "blog/2026-02-04-fold/index.md": "/blog/2026-02-04-fold/",
    "blog/y/y.md": "/blog/y/",
    "blog/z/index.md": "/blog/z/",
    "blog/_u.md": "/blog/_u/",
    "page.html": "/page/",
    "n.njk": "/n/",
}


def test_pages_lie_where_eleventy_put_them(tmp_path: Path) -> None:
    files = {f"content/{name}": page(title="T", date=DAY) for name in ADDRESSES}
    assert read(tmp_path, {"eleventy.config.js": CONFIG, **files}).addresses() == ADDRESSES


@pytest.mark.parametrize(
    ("name", "permalink", "address"),
    [
        ("blog/a.md", "/p/x/", "/p/x/"),
        ("blog/a.md", '"/q/{{ page.fileSlug }}/index.html"', "/q/a/"),
        ("blog/2026-02-27-name/index.md", '"/q/{{ page.fileSlug }}/"', "/q/name/"),
        ("blog/a.md", '"/s{{ page.filePathStem }}.html"', "/s/blog/a.html"),
        ("blog/a.md", '"/t/{{ title | slugify }}/"', "/t/groesse-and-co-x/"),
    ],
)
def test_a_permalink_replaces_the_address(tmp_path: Path, name: str, permalink: str, address: str) -> None:
    found = one(tmp_path, page(title='"Größe & Co X"', date=DAY, permalink=permalink), name)
    assert found.addresses() == {name: address}


@pytest.mark.parametrize(
    "program",
    [
        "export default { tags: ['x'], permalink: '/web/{{ page.fileSlug }}/' };",
        "export default {\n  permalink: function({page}) {\n    return `/web/${ page.fileSlug }/`\n  },\n};",
        "module.exports = { permalink: (data) => `/web/${data.page.fileSlug}/` };",
        "module.exports = {\n  permalink(data) { return `/web/${data.page.fileSlug}/`; }\n};",
        "module.exports = { permalink: data => `/web/${data.page.fileSlug}/`, layout: 'x' };",
    ],
)
def test_a_program_beside_pages_that_only_writes_an_address_is_read(tmp_path: Path, program: str) -> None:
    found = one(
        tmp_path,
        page(title="T", date=DAY),
        "posts/2026-02-27-name.md",
        {"posts/posts.11tydata.js": program, "posts/own.md": page(title="O", date=DAY, permalink="/o/")},
    )
    assert found.addresses() == {"posts/2026-02-27-name.md": "/web/name/", "posts/own.md": "/o/"}
    assert not found.notes


@pytest.mark.parametrize(
    "program",
    [
        "export default { permalink: ({page, draft}) => draft ? false : `/web/${page.fileSlug}/` };",
        "export default { permalink: (data) => `/web/${data.title.toUpperCase()}/` };",
        "export default { eleventyComputed: { permalink: (d) => {\n if (d.draft) return false;\n return '/x/'; } } };",
        "export default { layout: 'x', permalink };",
    ],
)
def test_an_address_that_a_program_beside_pages_computes_is_said_once(tmp_path: Path, program: str) -> None:
    more = {"posts/posts.11tydata.js": program, "posts/b.md": page(title="B", date=DAY)}
    found = one(tmp_path, page(title="T", date=DAY), "posts/a.md", more)
    assert not found.addresses() and not found.refused
    (note,) = found.notes
    assert "is computed by Eleventy; write what the address is like into newsbot.yaml" in note.reason


def test_what_a_program_computes_is_said_once_with_the_line_that_helps(tmp_path: Path) -> None:
    text = page(title="T", date=DAY, permalink='"/d/{{ title | myFilter }}/"')
    found = one(tmp_path, text, more={"blog/b.md": text, "blog/c.md": page(title="C", date=DAY)})
    assert found.addresses() == {"blog/c.md": "/blog/c/"}
    (note,) = found.notes
    assert "myFilter" in note.reason and "newsbot.yaml, as permalink: /blog/:slug/" in note.reason
    assert not found.refused


def test_a_file_in_another_encoding_that_says_nothing_of_itself_is_no_page(tmp_path: Path) -> None:
    """`test/encoding/ajax.html`, which a site serves as it is, is nothing to complain about; a page is."""
    files = {
        "content/served.html": "<p>Größe</p>".encode("latin-1"),
        "content/page.html": page(title="Größe", date=DAY).encode("latin-1"),
    }
    found = read(tmp_path, {"eleventy.config.js": CONFIG, **files})
    assert set(found.refused) == {"page.html"} and "served.html" in found.others


def test_newsbot_yaml_says_what_a_program_computes(tmp_path: Path) -> None:
    text = page(title="T", date=DAY, permalink='"/d/{{ title | myFilter }}/"')
    more = {"newsbot.yaml": "permalink: /blog/:year/:slug/\n"}
    found = one(tmp_path, text, "posts/2026-02-27-name/index.md", more)
    assert found.addresses() == {"posts/2026-02-27-name/index.md": "/blog/2026/name/"}
    assert not found.notes


def test_data_beside_pages_counts(tmp_path: Path) -> None:
    more = {
        "sec/sec.json": '{"permalink": "/ss/{{ page.fileSlug }}/", "tags": ["s"]}',
        "sec/b.11tydata.json": '{"title": "From data"}',
        "sec/b.md": page(date=DAY),
    }
    found = one(tmp_path, page(title="Q", tags="t"), "sec/2026-01-01-q.md", more)
    assert found.addresses() == {"sec/2026-01-01-q.md": "/ss/q/", "sec/b.md": "/ss/b/"}
    assert found.stories["sec/b.md"].title == "From data"
    assert found.stories["sec/2026-01-01-q.md"].topics == ("t",)


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"draft": "true"}, False),  # no rule of Eleventy's; ours
        ({"draft": "yes"}, False),
        ({"draft": "false"}, True),
        ({"published": "false"}, True),
        ({"eleventyExcludeFromCollections": "true"}, True),
        ({"permalink": "false"}, False),
    ],
)
def test_public_is_what_eleventy_writes_but_for_drafts(tmp_path: Path, fields: dict[str, str], published: bool) -> None:
    assert one(tmp_path, page(title="T", date=DAY, **fields)).story().published is published


@pytest.mark.parametrize(
    ("says", "name", "date", "moment"),
    [
        ("a day is UTC", "a.md", DAY, "2026-03-01T00:00"),
        ("so is a time without a zone", "a.md", "2026-03-01 23:30:00", "2026-03-01T23:30"),
        ("ISO without seconds", "a.md", "2026-03-01T23:30", "2026-03-01T23:30"),
        ("an offset", "a.md", "2026-03-01T23:30:00-05:00", "2026-03-02T04:30"),
        ("an offset without its colon", "a.md", "2026-03-01T23:30:00-0500", "2026-03-02T04:30"),
        ("from the file's name", "2026-02-03-a.md", "", "2026-02-03T00:00"),
        ("from its folder's name", "2026-02-03-a/index.md", "", "2026-02-03T00:00"),
    ],
)
def test_a_date_is_eleventys(tmp_path: Path, says: str, name: str, date: str, moment: str) -> None:
    story = one(tmp_path, page(title="T", date=date), f"blog/{name}").story()
    assert story.published_at.strftime("%Y-%m-%dT%H:%M") == moment


@pytest.mark.parametrize("date", ["2026-03-01 23:30", "2026-03-01 23:30:00 -0500", "Mar 1, 2026", "2026/03/01"])
def test_a_text_that_stops_eleventy_is_refused(tmp_path: Path, date: str) -> None:
    (error,) = one(tmp_path, page(title="T", date=date)).refused.values()
    assert (error.complaints[0].field, error.complaints[0].line) == ("date", 3)


@pytest.mark.parametrize("date", ["", "Last Modified", "git Created"])
def test_a_page_whose_date_is_that_of_its_file_is_undated(tmp_path: Path, date: str) -> None:
    found = one(tmp_path, page(title="T", date=date))
    assert not found.stories and not found.refused


@pytest.mark.parametrize(
    ("given", "title"), [("12:30", "12:30"), ("017", "17"), ('"017"', "017"), ("No", "No"), ("1_000", "1_000")]
)
def test_a_title_has_the_type_of_yaml_1_2(tmp_path: Path, given: str, title: str) -> None:
    assert one(tmp_path, page(title=given, date=DAY)).story().title == title


@pytest.mark.parametrize(
    ("tags", "topics"), [("a, b", ("a", "b")), ("[a, 2024]", ("a", "2024")), ("[posts, x]", ("x",))]
)
def test_tags_are_topics(tmp_path: Path, tags: str, topics: tuple[str, ...]) -> None:
    assert one(tmp_path, page(title="T", date=DAY, tags=tags)).story().topics == topics


def test_json_between_dashes_is_read_and_a_program_is_left_out_and_said_once(tmp_path: Path) -> None:
    text = '---json\n{"title": "J", "date": "2026-03-01"}\n---\nBody\n'
    program = '---js\nconst draft = true;\nconst title = "X";\n---\nBody\n'
    found = one(tmp_path, text, more={"blog/p.md": program, "blog/q.md": program})
    assert found.story().title == "J"
    (note,) = found.notes
    assert "is a program, which is not run here" in note.reason


def test_an_older_configuration_and_other_folders_are_left_out(tmp_path: Path) -> None:
    files = {
        ".eleventy.js": "module.exports = function (c) { return { dir: { input: 'src', includes: '_inc' } }; };\n",
        "src/a.md": page(title="T", date=DAY),
        "src/_inc/b.md": page(title="T", date=DAY),
        "src/_data/c.md": page(title="T", date=DAY),
        "node_modules/x/README.md": page(title="T", date=DAY),
        "_site/a/index.html": page(title="T", date=DAY),
        "README.md": page(title="T", date=DAY),
    }
    assert read(tmp_path, files, ".").addresses() == {"src/a.md": "/a/"}
