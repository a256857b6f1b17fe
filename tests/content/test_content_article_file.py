"""Article files, as they are met in the wild and as authors get them wrong."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsed import parse_article

from bot.content.articles.schema import ArticleSchema
from bot.content.articles.surroundings import ReadingRules
from bot.content.files.reader import read_file
from bot.domain.article import Picture, Provider, Related, Story
from bot.domain.fetch_rules import FetchRules
from bot.errors import ContentError

LINKLESS = "title: A\npublishedDateTime: 2021-02-12T10:37:00Z\n"
BERLIN = ZoneInfo("Europe/Berlin")
RULES = ReadingRules(BERLIN)
SHARED = Path(__file__).resolve().parents[2] / "../shared"
MINIMAL = "title: A\nwebUrl: https://example.com/a\npublishedDateTime: 2021-02-12T10:37:00Z\n"


def story(text: str, *, name: str = "a.yaml", root: Path = Path("/nowhere")) -> Story:
    return parse_article(root / name, text.encode(), root=root, rules=RULES)


def complaints(text: str, *, name: str = "a.yaml", root: Path = Path("/nowhere")) -> list[str]:
    with pytest.raises(ContentError) as caught:
        story(text, name=name, root=root)
    return [str(complaint) for complaint in caught.value.complaints]


def test_the_reference_article_is_read_in_full():
    path = SHARED / "corpus/seed.md"
    if not path.exists():
        pytest.skip("the shared corpus is not here")
    seed = parse_article(path, path.read_bytes(), root=path.parent, rules=RULES)
    assert seed.title.startswith("Met Police's arrested one person after scanning 13,000")
    assert seed.link == "https://www.newsoneplace.com/6811692012/met-police-arrested-person-scanning-people-facial"
    assert seed.published_at == datetime(2021, 2, 12, 10, 37, tzinfo=UTC)
    assert (seed.category, seed.type, seed.quality, seed.heat, seed.published) == ("news", "article", 28, 28, False)
    assert seed.provider == Provider("newsoneplace.com", "newsoneplace.com")
    assert seed.topics == ("Computer Vision", "AI")
    assert [(picture.width, picture.height, picture.is_local) for picture in seed.pictures] == [(335, 250, False)]
    assert [related.provider.name for related in seed.related] == ["Daily Mail"]
    assert seed.related[0].published_at == datetime(2021, 2, 12, 10, 5, tzinfo=UTC)
    assert str(seed.payload["secured"]).endswith("==") and seed.payload["publishedDateTime"] == "2021-02-12T10:37:00Z"
    json.dumps(seed.payload)


def test_every_article_of_the_corpus_is_accepted():
    files = sorted((SHARED / "corpus/articles").glob("*.md"))
    if not files:
        pytest.skip("the shared corpus is not here")
    stories = [read_file(path, root=path.parent, rules=RULES) for path in files]
    assert len(stories) >= 70 and all(isinstance(found, Story) for found in stories)
    videos = [found for found in stories if isinstance(found, Story) and found.type == "video"]
    assert videos and all(
        found.video is not None and found.video.startswith("https://www.youtube.com/watch?v=") for found in videos
    )
    shown = [text for found in stories if isinstance(found, Story) for text in (found.title, found.excerpt or "")]
    assert not any("&#" in text or "&amp;" in text or "..." in text for text in shown)


def test_the_least_an_article_needs():
    least = story(MINIMAL)
    assert least == Story("A", "https://example.com/a", datetime(2021, 2, 12, 10, 37, tzinfo=UTC), published=None)


@pytest.mark.parametrize(
    ("written", "flag"),
    [
        ("", None),
        ("published:", None),
        ("published: no", False),
        ("published: on", True),
        ("draft: true", False),
        ("draft: in the works", False),
        ("draft: [1]", False),
        ("draft: false", None),
        ("draft:", None),
        ("published: true\ndraft: yes", False),
        ("draft: True\npublished: true", False),
        ("published: true\ndraft: 0", True),
        ("published: false\ndraft: off", False),
    ],
)
def test_a_flag_that_is_missing_says_nothing_and_a_draft_beside_it_wins(written, flag):
    assert story(MINIMAL + written).published is flag


def test_a_video_without_web_url_opens_its_original():
    markup = '<iframe src="https://www.youtube.com/embed/1z2GLm3xzTs" allowfullscreen></iframe>'
    video = story(
        "title: V\noriginalUrl: https://youtube.com/watch?v=rigZ1FvrgSY\npublishedDateTime: 2021-01-01\ntype: video\n"
    )
    assert (video.link, video.video) == (
        "https://youtube.com/watch?v=rigZ1FvrgSY",
        "https://www.youtube.com/watch?v=rigZ1FvrgSY",
    )
    framed = story(MINIMAL + f"featuredContent: '{markup}'\n")
    assert framed.video == "https://www.youtube.com/watch?v=1z2GLm3xzTs"
    assert framed.payload["featuredContent"] == markup
    assert story(MINIMAL + "type: video").video is None


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2021-02-12T10:37:00Z", datetime(2021, 2, 12, 10, 37, tzinfo=UTC)),
        ("'2021-02-12 10:37'", datetime(2021, 2, 12, 9, 37, tzinfo=UTC)),
        ("2021-07-12 10:37:01.5", datetime(2021, 7, 12, 8, 37, 1, 500000, tzinfo=UTC)),
        ("2021-02-12", datetime(2021, 2, 11, 23, 0, tzinfo=UTC)),
        ("2021-2-3", datetime(2021, 2, 2, 23, 0, tzinfo=UTC)),
        ("2021-02-12T10:37+05:30", datetime(2021, 2, 12, 5, 7, tzinfo=UTC)),
        ("2021-02-12T10:37:00.123456789-0800", datetime(2021, 2, 12, 18, 37, 0, 123456, tzinfo=UTC)),
    ],
)
def test_times_are_utc_and_those_without_a_zone_are_local(written, moment):
    found = story(MINIMAL.replace("2021-02-12T10:37:00Z", written))
    assert found.published_at == moment and found.published_at.tzinfo is UTC
    assert found.payload["publishedDateTime"] == written.strip("'")


@pytest.mark.parametrize(
    "written", ["31.02.2026", "2026-02-31", "yesterday", "20260228", "2026-02-28T25:00", "5", "[]"]
)
def test_what_is_no_date_is_refused_with_an_example(written):
    (only,) = complaints(MINIMAL.replace("2021-02-12T10:37:00Z", written))
    assert only.startswith("a.yaml:3: publishedDateTime: “")
    assert only.endswith("” is not a date; write 2026-02-28 or 2026-02-28T14:00+01:00")


@pytest.mark.parametrize("written", ["0001-01-01", "0021-02-12T10:37:00Z", "9999-12-31", "2101-01-01"])
def test_absurd_years_are_refused(written):
    (only,) = complaints(MINIMAL.replace("2021-02-12T10:37:00Z", written))
    assert "years go from 1900 to 2100" in only


def test_all_complaints_and_warnings_of_a_file_come_at_once_with_their_lines():
    text = (
        "---\nexcerpt: x\nexcerpt: y\nwebUrl: 'javascript:alert(1)'\npublishedDateTime: soon\nheat: warm\n"
        "published: maybe\nimages:\n  - url: https://example.com/a.jpg\n  - url: file:///etc/passwd\n"
        "related:\n  - title: R\n    ampWebUrl: http://10.0.0.1/\n---\n"
    )
    with pytest.raises(ContentError) as caught:
        story(text, name="deep/a.md")
    assert list(map(str, caught.value.complaints)) == [
        "deep/a.md:0: title: is missing",
        "deep/a.md:5: publishedDateTime: “soon” is not a date; write 2026-02-28 or 2026-02-28T14:00+01:00",
        "deep/a.md:4: webUrl: “javascript:alert(1)” is a javascript: link, which is never shown or opened",
        "deep/a.md:7: published: “maybe” is neither true nor false",
    ]
    assert list(map(str, caught.value.warnings)) == [
        "deep/a.md:3: excerpt: given twice, first on line 2",
        "deep/a.md:6: heat: “warm” is not a whole number",
        "deep/a.md:10: images[1].url: “file:///etc/passwd” is a file: link, which is never shown or opened",
        "deep/a.md:13: related[0].ampWebUrl: “http://10.0.0.1/” is a private address",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("title: ''\n" + MINIMAL[9:], "a.yaml:1: title: is empty"),
        ("title: '\u202e\u200b \u200d'\n" + MINIMAL[9:], "a.yaml:1: title: is empty"),
        ("title: [A]\n" + MINIMAL[9:], "a.yaml:1: title: must be text"),
        ("title: A\npublishedDateTime: 2021-01-01", "a.yaml:0: webUrl: is missing; give webUrl or originalUrl"),
        (
            "title: A\nwebUrl:\npublishedDateTime: 2021-01-01",
            "a.yaml:2: webUrl: is missing; give webUrl or originalUrl",
        ),
        ("title: A\nwebUrl: https://example.com/", "a.yaml:0: publishedDateTime: is missing"),
        (
            LINKLESS + "originalUrl: www.example.com",
            "a.yaml:3: originalUrl: “www.example.com” is not a link; it begins",
        ),
        (LINKLESS + "webUrl: http://192.168.0.1/a", "“http://192.168.0.1/a” is a private address"),
        (
            LINKLESS + "webUrl: 'javascript:alert(1)'\noriginalUrl: nothing",
            "a.yaml:3: webUrl: “javascript:alert(1)” is",
        ),
        (LINKLESS + "webUrl: 'javascript:alert(1)'\noriginalUrl: nothing", "a.yaml:4: originalUrl: “nothing” is not"),
        (LINKLESS + f"webUrl: https://example.com/{'x' * 2048}", "is longer than 2,048 characters"),
        (MINIMAL + "title: B", "a.yaml:4: title: given twice, first on line 1"),
        (MINIMAL + "published: true\npublished: false", "a.yaml:5: published: given twice, first on line 4"),
        (LINKLESS.replace("2021-02-12", "9999-12-31") + "webUrl: https://example.com/", "years go from 1900 to 2100"),
    ],
)
def test_each_refusal_names_line_field_and_reason(text, complaint):
    assert any(complaint in line for line in complaints(text))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (MINIMAL + "originalUrl: www.example.com", "a.yaml:4: originalUrl: “www.example.com” is not a link; it begins"),
        (MINIMAL + "originalUrl: 'javascript:x'", "a.yaml:4: originalUrl: “javascript:x” is a javascript: link"),
        (
            LINKLESS + "webUrl: 'javascript:x'\noriginalUrl: https://example.com/a",
            "a.yaml:3: webUrl: “javascript:x” is a",
        ),
        (
            LINKLESS + "webUrl: http://10.0.0.1/\noriginalUrl: https://example.com/a",
            "a.yaml:3: webUrl: “http://10.0.0.1",
        ),
        (MINIMAL + "quality: 1.5", "a.yaml:4: quality: “1.5” is not a whole number"),
        (MINIMAL + "heat: 12.5", "a.yaml:4: heat: “12.5” is not a whole number"),
        (MINIMAL + "heat: very", "a.yaml:4: heat: “very” is not a whole number"),
        (MINIMAL + "heat: [1]", "a.yaml:4: heat: “[1]” is not a whole number"),
        (
            MINIMAL + "quality: 99999999999999999999",
            "a.yaml:4: quality: “99999999999999999999” is too large a number; at",
        ),
        (
            MINIMAL + "heat: -2000000000000",
            "“-2000000000000” is too small a number; at least -1,000,000,000,000 is taken",
        ),
        (MINIMAL + "heat: '1000000000001'", "is too large a number; at most 1,000,000,000,000 is taken"),
        (MINIMAL + "heat: 10000000000000.0", "is too large a number"),
        (MINIMAL + f"heat: '+{'9' * 5000}'", "is too large a number"),
        (MINIMAL + f"heat: {'9' * 5000}", "is too large a number"),
        (MINIMAL + "images: [{url: //e.example/a.png, height: 200000}]", "“200000” is more than 100,000 pixels"),
        (MINIMAL + "heat: 1\nheat: 2", "a.yaml:5: heat: given twice, first on line 4"),
        (MINIMAL + "excerpt: {a: b}", "a.yaml:4: excerpt: must be text"),
        (MINIMAL + "category: [news]", "a.yaml:4: category: must be text"),
        (MINIMAL + "featuredContent: {a: 1}", "a.yaml:4: featuredContent: must be text"),
        (MINIMAL + "secured: {key: hush}", "a.yaml:4: secured: must be text"),
        (MINIMAL + "provider: [The Paper]", "a.yaml:4: provider: must hold fields, or be a text that is its name"),
        (MINIMAL + "provider: {name: {a: b}}", "a.yaml:4: provider.name: must be text"),
        (MINIMAL + "images: 5", "a.yaml:4: images[0]: must hold fields, or be a text that is its url"),
        (MINIMAL + "images:\n  width: 3\n  url: mailto:a@b", "a.yaml:6: images[0].url: “mailto:a@b” is not an http"),
        (MINIMAL + "images: ['data:image/gif;base64,R0']", "a.yaml:4: images[0].url: an image inside the file cannot"),
        (MINIMAL + "images: [{url: //e.example/a.png, width: wide}]", "images[0].width: “wide” is not a whole number"),
        (MINIMAL + "images: [{url: //e.example/a.png, width: -3}]", "images[0].width: “-3” is no number of pixels"),
        (
            MINIMAL + "images: https://e.example/a.png, ftp://b.png",
            "a.yaml:4: images[1].url: “ftp://b.png” is not an http",
        ),
        (MINIMAL + f"images: [{'//e.example/a.png,' * 51}]", "images: has 51 images; the first 50 are read"),
        (MINIMAL + f"related: [{'x,' * 101}]", "related: has 101 related articles; the first 100 are read"),
        (MINIMAL + "ampWebUrl: not a link", "a.yaml:4: ampWebUrl: “not a link” is not a link; it begins with https://"),
        (
            MINIMAL + "related:\n  - title: R\n    webUrl: http://127.0.0.1/\n",
            "a.yaml:6: related[0].webUrl: “http://127.0.0.1/” is a private address",
        ),
        (
            MINIMAL + "related:\n  - title: R\n    webUrl: http://127.0.0.1/\n",
            "a.yaml:5: related[0]: is left out; it needs a title and a link",
        ),
        (
            MINIMAL + "related: [{title: R, webUrl: //e.example/r, publishedDateTime: 9999-12-31}]",
            "a.yaml:4: related[0].publishedDateTime: “9999-12-31” is out of range",
        ),
        (
            MINIMAL + "published: true\ndraft: true",
            "a.yaml:5: draft: wins over published: true; the story stays a draft",
        ),
        (MINIMAL + "cdnAmpWebUrl: 'javascript:x'", "a.yaml:4: cdnAmpWebUrl: “javascript:x” is a javascript: link"),
        (
            MINIMAL + "provider:\n  images: [{url: 'http://localhost/x'}]",
            "a.yaml:5: provider.images[0].url: “http://loc",
        ),
        (MINIMAL + "images: http://10.1.1.1/", "a.yaml:4: images[0].url: “http://10.1.1.1/” is a private address"),
        (
            MINIMAL + "images: [{url: '{evil}file:///x', a: 1}, {url: 'FILE:///{x}'}]",
            "images[1].url: “FILE:///{x}” is a",
        ),
    ],
)
def test_what_is_wrong_elsewhere_costs_the_value_and_is_a_warning(text, complaint):
    found = story(text)
    assert any(complaint in str(warning) for warning in found.as_read.warnings), found.as_read.warnings
    assert (found.title, found.link, found.published) == (
        "A",
        "https://example.com/a",
        False if "draft" in text else None,
    )
    assert not found.pictures or found.pictures[0].url == "https://e.example/a.png"
    assert (found.heat, found.quality, found.category, found.excerpt) == (
        1 if "heat: 1\n" in text else None,
        None,
        None,
        None,
    )


def test_what_is_beyond_the_entries_that_are_read_costs_only_that():
    many = [{"title": f"R{n}", "webUrl": f"https://example.com/{n}"} for n in range(103)]
    many[3]["webUrl"] = "http://10.0.0.1/"
    many[4]["images"] = [f"https://example.com/{n}.png" for n in range(60)] + ["file:///etc/passwd"]
    found = story(MINIMAL + f"related: {json.dumps(many)}\nimages: {json.dumps(many[4]['images'])}\n")
    assert [one.title for one in found.related] == [f"R{n}" for n in range(100) if n != 3]
    assert len(found.pictures) == 50
    assert found.payload["related"] == many  # what is kept is the document as given


def test_the_warnings_of_a_file_are_bounded_and_the_last_one_counts_the_rest():
    related = ", ".join("{title: R, webUrl: http://10.0.0.1/}" for _ in range(60))
    found = story(MINIMAL + f"related: [{related}]\n")
    assert found.related == () and len(found.as_read.warnings) == 30
    assert str(found.as_read.warnings[-1]) == "a.yaml:0: file: has 91 more warnings"


def test_a_draft_that_is_given_twice_hides_the_story():
    found = story(MINIMAL + "published: true\ndraft: false\ndraft: true\n")
    assert found.published is False


def test_an_excerpt_of_several_texts_is_all_of_them_and_a_headline_may_be_one_sign():
    assert story(MINIMAL + "excerpt: [Rain today., Sun tomorrow.]").excerpt == "Rain today. Sun tomorrow."
    assert story(MINIMAL + "excerpt: 2024").excerpt == "2024"
    assert story(MINIMAL.replace("title: A", "title: '#'")).title == "#"


def test_harmless_oddities_are_tamed():
    found = story(
        MINIMAL
        + """
quality: "7"
heat: -1
published: yes
ampWebUrl: not a link
provider: The Paper
topics: [AI, ai, "", 5G, 2048, null]
images:
  - https://example.com/a b.jpg
  - url: "data:image/gif;base64,R0lGOD"
  - url: "https://example.com/?x=%s"
  - {url: "", width: 3}
  - {width: wide}
  - null
  - url: //example.com/c.png
    width: 0
    height: "200"
    credit: "Ann &amp; Bob\u202e"
related:
  - no link
  - {title: no link either}
  - {title: "R &amp; S", webUrl: "https://example.com/r s", publishedDateTime: whenever}
  - {title: odd, webUrl: "https://[oops/"}
"""
        % ("x" * 2100)
    )
    assert (found.quality, found.heat, found.published) == (7, -1, True)
    assert found.provider == Provider("The Paper")
    assert found.topics == ("AI", "5G", "2048")
    assert found.pictures == (
        Picture("https://example.com/a%20b.jpg"),
        Picture("https://example.com/c.png", None, 200, "Ann & Bob"),
    )
    assert found.related == (Related("R & S", "https://example.com/r%20s"),)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<em>Nature</em> on <b>AI</b>", "Nature on AI"),
        ("H<sub>2</sub>O at last", "H2O at last"),
        ("First line<br/>second line", "First line second line"),
        ("<script>alert(1)</script>Storm", "Storm"),
        ("List<T> and a < b", "List<T> and a < b"),
        ("Rock <i>&amp;</i> Roll", "Rock & Roll"),
    ],
)
def test_tags_are_cleaned_from_titles_and_related_titles_as_from_excerpts(written, shown):
    found = story(
        f"title: {json.dumps(written)}\nrelated:\n  - title: {json.dumps(written)}\n    webUrl: https://example.com/r\n"
        + MINIMAL[9:]
    )
    assert found.title == shown
    assert [one.title for one in found.related] == [shown]


def test_a_title_of_tags_alone_is_empty():
    with pytest.raises(ContentError, match="title: is empty"):
        story("title: <p></p>\n" + MINIMAL[9:])


def test_titles_and_excerpts_are_cleaned_and_capped():
    found = story(f'title: "A &amp; B\u202e {"x" * 600}"\nexcerpt: "{"w " * 20000}"\n' + MINIMAL[9:])
    assert found.title.startswith("A & B x") and len(found.title) == 500
    assert found.excerpt is not None and len(found.excerpt) <= 10_000
    assert story(MINIMAL + "excerpt: a...").excerpt is None


def test_unknown_fields_and_ciphertext_are_kept_as_given():
    cipher = "GRUNh6t7UpcVY550gkLArp+/==;mmloiOzDSd04\u200b &amp; "
    found = story(MINIMAL + f'secured: "{cipher}"\nextra: {{when: 2021-01-01 10:00:00, list: [1, 1.5, yes]}}\n')
    assert found.payload["secured"] == cipher
    assert found.payload["extra"] == {"when": "2021-01-01 10:00:00", "list": [1, 1.5, "yes"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    (root / "news/pictures").mkdir(parents=True)
    (root / "news/pictures/a b.png").write_bytes(b"\x89PNG")
    (root / "top.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "outside.png").write_bytes(b"\x89PNG")
    return root


def test_a_relative_picture_is_a_file_beside_the_article(folder):
    text = MINIMAL + "images: [{url: pictures/a b.png, width: 3}, {url: ./../top.jpg}]"
    assert story(text, name="news/a.yaml", root=folder).pictures == (
        Picture("news/pictures/a b.png", 3, is_local=True),
        Picture("top.jpg", is_local=True),
    )


def test_pictures_outside_the_folder_or_of_another_kind_are_left_out_and_the_next_one_counts(folder):
    for name in ("hero.avif", "logo.svg", "scan.TIFF"):
        (folder / name).write_bytes(b"\xff\xd8\xff")
    (folder / "renamed.jpg").write_bytes(b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00")
    (folder / "drawn.png").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    (folder / "sound.webp").write_bytes(b"RIFF\x10\x00\x00\x00WAVEfmt ")
    with (folder / "huge.jpg").open("wb") as huge:
        huge.write(b"\xff\xd8\xff")
        huge.truncate(10 * 2**20 + 1)
    for name in ("begun.jpg", "short.webp"):
        (folder / name).write_bytes(b"\xff\xd8\xff" if name == "begun.jpg" else b"RIFF\x10")
        assert story(MINIMAL + f"images: {name}", root=folder).pictures == (Picture(name, is_local=True),)
    (folder / "link.png").symlink_to("../outside.png")
    (folder / "notes.txt").write_text("x")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "dir.png").mkdir()
    os.mkfifo(folder / "pipe.png")
    for url, reason in {
        "../outside.png": "lies outside the content folder",
        "/etc/passwd": "lies outside the content folder",
        "link.png": "lies outside the content folder",
        "hero.avif": "is not a picture that Telegram takes; jpg, png, webp and gif are",
        "logo.svg": "is not a picture that Telegram takes",
        "scan.TIFF": "is not a picture that Telegram takes",
        "renamed.jpg": "is not a picture that Telegram takes",
        "drawn.png": "is not a picture that Telegram takes",
        "sound.webp": "is not a picture that Telegram takes",
        "huge.jpg": "is larger than 10 MiB, which Telegram does not take",
        "notes.txt": "is not a picture; jpg, png, webp and gif are",
        "dir.png": "is not a file",
        "pipe.png": "is not a file",
        "loop.png": "",
        "a\\0.png": "is not a file name",
    }.items():
        found = story(MINIMAL + f'images: [{{url: "{url}"}}, top.jpg]', root=folder)
        assert found.pictures == (Picture("top.jpg", is_local=True),)
        only = str(found.as_read.warnings[0])
        assert only.startswith("a.yaml:4: images[0].url: “") and reason in only


def test_a_picture_that_is_not_there_is_named(folder):
    found = story(MINIMAL + "heat: x\nimages: [{url: no.png}]", name="news/a.yaml", root=folder)
    assert found.pictures == () and list(map(str, found.as_read.warnings)) == [
        "news/a.yaml:4: heat: “x” is not a whole number",
        "news/a.yaml:5: images[0].url: “no.png” is neither a link nor a file beside this one",
    ]


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just("https://example.com/x")
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["url", "title", "webUrl", "name", "images", "width"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_FIELDS = list(ArticleSchema.model_fields)


@given(st.dictionaries(st.sampled_from(_FIELDS), _VALUES), st.booleans())
def test_any_values_give_a_story_or_complaints(fields, is_complete):
    if is_complete:
        fields = {**fields, "title": "A", "webUrl": "https://example.com/", "publishedDateTime": "2021-01-01"}
    try:
        found = parse_article(Path("/no/a.json"), json.dumps(fields).encode(), root=Path("/no"), rules=RULES)
    except ContentError as error:
        assert error.complaints and all("\n" not in str(complaint) for complaint in error.complaints)
    else:
        json.dumps(found.payload, allow_nan=False).encode()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_story_or_complaints(data):
    for text in (data, b"---\n" + MINIMAL.encode() + data):
        try:
            parse_article(Path("/no/a.md"), text, root=Path("/no"), rules=RULES)
        except ContentError as error:
            assert error.complaints


# Lists as other tools write them, and words that YAML and JSON take for something else


def warnings(text: str, *, name: str = "a.yaml") -> list[str]:
    return [str(warning) for warning in story(text, name=name).as_read.warnings]


@pytest.mark.parametrize(
    ("written", "topics"),
    [
        ("AI", ("AI",)),
        ("AI, Robotics", ("AI", "Robotics")),
        ("AI,Robotics , ", ("AI", "Robotics")),
        ("AI; Robotics", ("AI", "Robotics")),
        ("'#Robotics'", ("Robotics",)),
        ("'#AI #Robotics'", ("AI", "Robotics")),
        ("'#AI, #machine learning'", ("AI", "machine learning")),
        ("AI、机器人，Energy", ("AI", "机器人", "Energy")),
        ("|\n  AI\n  Robotics", ("AI", "Robotics")),
        ("'[AI, Robotics]'", ("[AI", "Robotics]")),
        ("['#Robotics', '##AI', C#]", ("Robotics", "AI", "C#")),
        ('["Robotics, AI"]', ("Robotics, AI",)),
        ("[Food, 'Drink, and Travel']", ("Food", "Drink, and Travel")),
        ("[2024, 1.0, No, true, 1.10, 12:30, 2024-01-01, -0, 1e3]",
         ("2024", "1.0", "No", "true", "1.10", "12:30", "2024-01-01", "-0", "1e3")),
        ("2024", ("2024",)),
        ("[~, null, '', AI]", ("AI",)),
        ("", ()),
        ("','", ()),
    ],
)  # fmt: skip
def test_topics_are_read_from_a_text_as_from_a_list_and_as_they_are_written(written: str, topics: tuple[str, ...]):
    assert story(f"{MINIMAL}topics: {written}\n").topics == topics


def test_json_numbers_and_flags_are_text_where_text_is_wanted():
    given = '"title": true, "excerpt": 2024.10, "topics": [2024, 1.0, 1.10, false, null], "category": 7'
    found = story(
        f'{{{given}, "webUrl": "https://example.com/a", "publishedDateTime": "2021-02-12", "published": true}}',
        name="a.json",
    )
    assert (found.title, found.excerpt, found.category, found.published) == ("true", "2024.10", "7", True)
    assert found.topics == ("2024", "1.0", "1.10", "false")


@pytest.mark.parametrize("written", ["12:30", "true", "No", "1.10", "0x1F", "2026-02-28", "-0", "007", "1_000"])
def test_a_title_and_names_stay_as_they_are_written(written: str):
    found = story(
        MINIMAL.replace("title: A", f"title: {written}")
        + f"excerpt: {written} words\ntype: {written}\nprovider: {{name: {written}}}\n"
    )
    assert (found.title, found.type, found.provider.name) == (written, written, written)
    assert story(MINIMAL + f"excerpt: {written}\nprovider: {written}").provider.name == written


@pytest.mark.parametrize("written", ["~", "null", ""])
def test_a_title_that_is_nothing_is_still_refused(written: str):
    (only,) = complaints(MINIMAL.replace("title: A", f"title: {written}"))
    assert only == "a.yaml:1: title: is empty"


def test_images_in_a_text_are_a_list_and_a_comma_in_a_link_stays():
    one = "https://cdn.example/w_100,h_50/a.jpg"
    found = story(f"{MINIMAL}images: {one}, https://cdn.example/b.png\n")
    assert [picture.url for picture in found.pictures] == [one, "https://cdn.example/b.png"]
    assert [picture.url for picture in story(f"{MINIMAL}images: {one}\n").pictures] == [one]


def test_a_topic_that_is_none_costs_that_topic_and_is_a_warning():
    text = f"{MINIMAL}topics: [AI, [b], '###', {'x' * 101}, Energy]\n"
    assert story(text).topics == ("AI", "Energy")
    assert warnings(text) == [
        "a.yaml:4: topics[1]: must be text",
        "a.yaml:4: topics[2]: “###” is no name",
        "a.yaml:4: topics[3]: is longer than 100 characters",
    ]
    assert warnings(f"{MINIMAL}topics: {{AI: 1}}\n") == ["a.yaml:4: topics: must be a list of names"]
    for written in ("topics: #Robotics", "topics:\n  - AI\n  - #Robotics", "topics: null"):
        [warning] = warnings(f"{MINIMAL}{written}\n")
        assert warning.endswith(": is empty; put a name that begins with # in quotes")
    assert warnings(f"{MINIMAL}topics: []\n") == []
    many = f"{MINIMAL}topics: [{', '.join(f't{n}' for n in range(60))}]\n"
    assert warnings(many) == ["a.yaml:4: topics: has 60 topics; the first 50 are read"]
    assert len(story(many).topics) == 50


# Names of fields that look like a slip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tags: [AI]", "topics"),
        ("topic: AI", "topics"),
        ("Topics: [AI]", "topics"),
        ("TOPICS: [AI]", "topics"),
        ("topcis: [AI]", "topics"),
        ("categories: [AI]", "topics"),
        ("publised: true", "published"),
        ("pubilshed: true", "published"),
        ("Published: true", "published"),
        ("status: published", "published"),
        ("exerpt: Words", "excerpt"),
        ("description: Words", "excerpt"),
        ("image: a.jpg", "images"),
        ("amp_web_url: https://example.com/", "ampWebUrl"),
        ("provder: Paper", "provider"),
    ],
)
def test_a_field_that_looks_like_a_slip_is_a_warning_and_the_story_goes_in(written: str, meant: str):
    name = written.partition(":")[0]
    assert warnings(f"{MINIMAL}{written}\n") == [f"a.yaml:4: {name}: is not read; perhaps {meant} is meant"]


@pytest.mark.parametrize("written", ["date: 2026-02-28", "pubDate: 2026-02-28", "publishedDateTme: 2026-02-28"])
def test_a_required_field_under_another_name_is_refused_and_named(written: str):
    name = written.partition(":")[0]
    text = f"title: A\nwebUrl: https://example.com/a\n{written}\n"
    with pytest.raises(ContentError) as caught:
        story(text)
    assert list(map(str, caught.value.complaints)) == [f"a.yaml:0: publishedDateTime: is missing; “{name}” is not read"]
    [warning] = caught.value.warnings
    assert str(warning) == f"a.yaml:3: {name}: is not read; perhaps publishedDateTime is meant"


@pytest.mark.parametrize(
    "written",
    [
        "topics: [AI]\ntags: [AI]",  # a file that serves two tools
        "date: 2026-02-28\ntopics: [AI]",
        "layout: post\nauthor: Ann\nlocale: en\nid: 5\nslug: a\nwords: 300\ndraft: false\naliases: [/b]",
        "updatedDateTime: 2026-02-28\nsubtitle: B\nexcerpt: C\nurl: https://example.com/",
    ],
)
def test_unknown_fields_that_are_no_slips_are_kept_and_ignored(written: str):
    assert warnings(f"{MINIMAL}{written}\n") == []


def test_slips_within_provider_images_and_related_are_named_by_their_place():
    text = (
        f"{MINIMAL}provider: {{nmae: Paper}}\nimages:\n  - src: https://example.com/a.jpg\n"
        "related:\n  - {titel: B, webUrl: 'https://example.com/b'}\n"
    )
    assert warnings(text) == [
        "a.yaml:4: provider.nmae: is not read; perhaps name is meant",
        "a.yaml:6: images[0].src: is not read; perhaps url is meant",
        "a.yaml:8: related[0].titel: is not read; perhaps title is meant",
        "a.yaml:8: related[0]: is left out; it needs a title and a link",
    ]


@pytest.mark.parametrize("written", ["https://example.com/b", "[{title: B}]", "[{webUrl: https://example.com/b}]"])
def test_a_related_article_without_title_or_link_is_left_out_with_a_warning(written: str):
    text = f"{MINIMAL}related: {written}\n"
    assert story(text).related == ()
    [warning] = warnings(text)
    assert warning.startswith("a.yaml:4: related") and warning.endswith("is left out; it needs a title and a link")


def test_a_private_host_that_the_operator_named_may_be_linked_to_and_no_other() -> None:
    """A newsroom's wiki is no danger to whoever has named it; a file's word alone opens nobody's network."""
    allowing = ReadingRules(BERLIN, FetchRules.parse("10.0.0.0/8, wiki.local"))
    text = LINKLESS + "webUrl: http://{}/a\nimages: [http://wiki.local/a.png]\n"

    def read(host: str, rules: ReadingRules) -> Story:
        return parse_article(Path("/no/a.yaml"), text.format(host).encode(), root=Path("/no"), rules=rules)

    for host in ("10.1.1.1:8000", "wiki.local"):
        taken = read(host, allowing)
        assert (taken.link, taken.pictures) == (f"http://{host}/a", (Picture("http://wiki.local/a.png"),))
        with pytest.raises(ContentError, match="is a private address"):
            read(host, RULES)
    for host in ("127.0.0.1", "192.168.0.1", "other.local"):
        with pytest.raises(ContentError, match="is a private address"):
            read(host, allowing)
