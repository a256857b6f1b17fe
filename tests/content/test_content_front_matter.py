"""From bytes to fields: every way to write a file, and every way in which one cannot be read."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.formats import yaml_text
from bot.content.formats.document import MAX_DEPTH, TEXT_FIELDS
from bot.content.formats.front_matter import read_document
from bot.errors import ContentError


def fields(text: str | bytes, name: str = "a.md") -> dict[str, object]:
    return read_document(name, text if isinstance(text, bytes) else text.encode()).fields


def refusal(text: str | bytes, name: str = "a.md") -> str:
    with pytest.raises(ContentError) as caught:
        read_document(name, text if isinstance(text, bytes) else text.encode())
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("---\ntitle: A\nheat: -1\n---\nBody: [unread", "a.md"),
        ("\n  \n---  \ntitle: A\nheat: -1\n---", "a.txt"),
        ("---\ntitle: A\nheat: -1\n...\nBody: [unread", "a.md"),
        ("---\ntitle: A\nheat: -1\n", "a.yaml"),
        ("---\ntitle: A\nheat: -1\n...\n", "a.yml"),
        ("title: A\nheat: -1", "a.markdown"),
        ("# a remark\n---\ntitle: A\nheat: -1\n---\n", "a.yaml"),
        ('{"title": "A", "heat": -1}', "a.json"),
        ('{\n  "title": "A",\n  "heat": -1\n}\n\nBody: [unread', "a.md"),
        ("# a remark\n\n---\ntitle: A\nheat: -1\n---\nBody: [unread", "a.md"),
        ("<!-- markdownlint-disable -->\n---\ntitle: A\nheat: -1\n---\nBody", "a.md"),
        ('{\n\t"title":\t"A",\n\t"heat": -1\n}', "a.md"),
        ("{title: A, heat: -1}", "a.yaml"),
        ("---yaml\ntitle: A\nheat: -1\n---\nBody", "a.md"),
        ("--- yml\ntitle: A\nheat: -1\n---\nBody", "a.md"),
    ],
)
def test_front_matter_bare_yaml_and_json_say_the_same(text, name):
    assert fields(text, name) == {"title": "A", "heat": -1}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_newline_and_a_byte_order_mark_are_read(newline, mark):
    text = newline.join(["---", "title: Grüße", "heat: 3", "---", "", "Body"])
    document = read_document("a.md", mark + text.encode())
    assert document.fields == {"title": "Grüße", "heat": 3}
    assert document.line_of(("heat",)) == 3


def test_lines_are_those_of_the_file_also_in_nested_fields():
    document = read_document("a.md", b"\n---\ntitle: A\nimages:\n  - url: x\n  - width: 3\n    url: y\n---\n")
    assert document.line_of(("images",)) == 4
    assert document.line_of(("images", 1, "url")) == 7
    assert document.line_of(("images", 1, "height")) == 6
    assert document.line_of(("images", 7, "url")) == 4
    assert document.line_of(("webUrl",)) == 0


def test_lines_of_json_are_known_too():
    document = read_document("a.json", b'{\n\t"title": "A",\n\t"images": [\n\t\t{"url": "x"},\n\t\t{"url": 1}\n\t]\n}')
    assert document.line_of(("images", 1, "url")) == 5


def test_a_line_separator_inside_a_text_moves_no_line():
    document = read_document("a.md", '---\ntitle: "a\u2028b"\nheat: 1\n---'.encode())
    assert document.line_of(("heat",)) == 3


def test_values_keep_a_spelling_that_numbers_would_lose():
    assert fields("a: 007\nb: 1.10\nc: 2021-02-12\nd: No\ne: 1e3\nf: 99999999999999999999\ng: +5\nh: '5'") == {
        "a": "007",
        "b": "1.10",
        "c": "2021-02-12",
        "d": "No",
        "e": "1e3",
        "f": "99999999999999999999",
        "g": "+5",
        "h": "5",
    }
    assert fields("a: 7\nb: 1.5\nc: true\nd:\ne: ~\nf: -1") == {
        "a": 7,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": None,
        "f": -1,
    }


def test_json_keeps_emoji_and_huge_numbers():
    assert fields(r'{"a": "\ud83d\ude00\/", "b": 123456789012345678901234567890, "c": 1e999, "d": 2.50}', "a.json") == {
        "a": "😀/",
        "b": "123456789012345678901234567890",
        "c": "1e999",
        "d": 2.5,
    }


def test_aliases_stand_for_what_they_name():
    assert fields("a: &x [1, 2]\nb: *x") == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "a.md", "a.md:0: file: is empty"),
        ("\ufeff \r\n\n", "a.md", "is empty"),
        ("---\n---\n", "a.md", "has no fields"),
        ("---\ntitle: Mayor says she is\n", "a.md", "a.md:2: file: the front matter has no end; put a line of ---"),
        ("---\ntitle: A\n--", "a.txt", "has no end"),
        ("---\ntitle: A\n---x\n ---\n", "a.markdown", "has no end"),
        ("---\n", "a.md", "a.md:1: file: the front matter has no end"),
        (
            "+++\ntitle = 'A'\n+++\n",
            "a.md",
            "a.md:1: file: the front matter between +++ lines is not read here",
        ),
        ('---json\n{"title": "A"}\n---\n', "a.md", "a.md:1: file: the front matter between ---json lines is not read"),
        ('"title": "A"\n;;;\n', "a.md", "a.md:"),
        (';;;\n"title": "A"\n;;;\n', "a.md", "a.md:1: file: the front matter between ;;; lines is not read here"),
        ("Just some words.\n", "README.md", "put them at the top, between two --- lines"),
        ("- a\n- b\n", "a.yaml", "holds a list"),
        ("[1]", "a.json", "holds a list"),
        ("---\n- a\n---\n", "a.md", "a.md:2: file: holds a list; put each article in a file of its own"),
        ("5", "a.json", "must hold fields"),
        (b"---\ntitle: caf\xe9\n---", "a.md", "a.md:2: file: is not UTF-8"),
        ("---\ntitle: x\n---".encode("utf-16"), "a.md", "UTF-16"),
        (b"a: " + b"x" * 2**20, "a.md", "larger than 1 MiB"),
        ("---\ntitle: A: b\n---", "a.md", "a.md:2: file: not YAML: a text that holds “: ” must stand in quotes"),
        ("---\na: 1\ntitle: 'open\nb: 2\n---", "a.md", "a.md:3: file: not YAML: the quote that begins here never"),
        ("---\na: 1\n\tb: 2\n---", "a.md", "a.md:3: file: not YAML"),
        ("---\ntitle: a\x07b\n---", "a.md", "a.md:2: file: holds the control character U+0007"),
        ("a: !!python/object/apply:os.system ['true']", "a.yaml", "a.yaml:1: file: the tag “!!python/object/apply:os"),
        ("a: !secret x", "a.yaml", "the tag “!secret”"),
        ("a: !!binary eA==", "a.yaml", "the tag “!!binary”"),
        ("a: &x [*x]", "a.yaml", "refers to nothing finished"),
        ("a: *nothing", "a.yaml", "refers to nothing finished"),
        ("a: {<<: {b: 1}}", "a.yaml", "merge keys"),
        ("? [a]\n: b", "a.yaml", "a field's name must be text"),
        ("%TAG ! x\n---\na: 1", "a.yaml", "%TAG"),
        ("a: 1\n---\nb: 2", "a.yaml", "a.yaml:2: file: holds more than one document"),
        ("---\na: 1\n---\nb: 2", "a.yaml", "a.yaml:4: file: holds more than one document"),
        ('{"a": 1,\n "b": }', "a.json", "a.json:2: file: not JSON: a value is missing here"),
        ("----\ntitle: A\n----\n", "a.md", "a.md:1: file: the front matter between ---- lines is not read here"),
        ("—\ntitle: A\n—\n", "a.md", "a.md:1: file: the front matter between — lines is not read here"),
        ("======\ntitle: A\n======\n", "a.md", "front matter between ====== lines is not read here"),
        ('{"a": 1,}', "a.json", "is one too many"),
        ('{"a": 05}', "a.json", "a comma, or the end of what was begun, is missing before this"),
        ('{"a" 5}', "a.json", "a colon is missing"),
        ('{"a": "b}', "a.json", "the quote that begins here never ends"),
        ('{"a": "C:\\p"}', "a.json", "a backslash begins an escape"),
        ('{"a": 1} {"a": 2}', "a.json", "something follows the end"),
        ('{"a": "\\ud83d"}', "a.json", "half a character"),
        ("title: x", "a.json", "not JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_and_reason(text, name, words):
    assert words in refusal(text, name)


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.txt"])
def test_no_part_of_a_front_matter_is_taken_for_the_whole(name):
    whole = "---\ntitle: Mayor says she is not the one to blame\npublished: true\ntopics:\n  - AI\n---"
    for end in range(whole.index("\n") + 1, len(whole)):
        assert "has no end" in refusal(whole[:end], name), whole[:end]
    assert fields(whole, name)["topics"] == ["AI"]


def test_fields_given_twice_are_all_named():
    document = read_document("a.md", b"---\ntitle: A\nx: [{b: 1, b: 2}]\ntitle: B\n---")
    assert [str(complaint) for complaint in document.complaints] == [
        "a.md:3: x[0].b: given twice, first on line 3",
        "a.md:4: title: given twice, first on line 2",
    ]


@pytest.mark.parametrize("opening", ["[", "{", "- ", '{"a":', "[\n"])
@pytest.mark.parametrize("name", ["a.md", "a.json"])
def test_deep_nesting_is_refused_at_any_depth(opening, name):
    for depth in (MAX_DEPTH + 2, 900, 100_000):
        assert refusal(opening * depth, name)


def test_a_json_file_nested_too_deeply_is_refused():
    assert "levels deep" in refusal('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "a.json")
    assert "levels deep" in refusal('{"a":' + "[" * 50 + "]" * 50 + "}", "a.json")


def test_an_alias_bomb_is_refused():
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 20)]
    assert "aliases that multiply" in refusal("\n".join(lines))
    assert "aliases that multiply" in refusal(f"a: &a {'x' * 500_000}\nb: [*a, *a, *a, *a, *a]")


def test_a_mebibyte_of_values_is_refused():
    assert "too many values" in refusal("a: [" + "b," * 500_000 + "]")
    assert "too many values" in refusal('{"a": [' + "1," * 500_000 + "1]}", "a.json")


@given(st.binary(max_size=300), st.sampled_from(["a.md", "a.yaml", "a.json"]))
def test_any_bytes_are_read_or_refused(data, name):
    try:
        read_document(name, data)
    except ContentError as error:
        assert error.complaints


@given(
    st.text("{}[]:,-&*!|>'\"%@`#? \n\t\\abx01.~<=\x85\u2028\ufeff\x00", max_size=60),
    st.sampled_from(["a.md", "a.yaml", "a.json"]),
)
def test_any_punctuation_is_read_or_refused(text, name):
    try:
        document = read_document(name, text.encode())
    except ContentError as error:
        assert error.complaints
    else:
        json.dumps(document.fields).encode()


NAMES = st.text().filter(lambda name: name not in TEXT_FIELDS)  # a number is text in those


@given(
    st.dictionaries(
        NAMES,
        st.recursive(
            st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
            max_leaves=10,
        ),
    )
)
def test_json_reads_as_it_was_written(value):
    text = json.dumps(value)
    assert fields(text, "a.json") == value


def test_the_pure_parser_reads_the_same(monkeypatch):
    text = "---\ntitle: 'A &amp; B'\nimages:\n  - {url: x, width: 3}\nlist: &l [1, two]\nmore: *l\n"
    text += "words: >\n  a\n  b\n---\n"
    fast = read_document("a.md", text.encode())
    monkeypatch.setattr(yaml_text, "_parser", yaml.SafeLoader)
    slow = read_document("a.md", text.encode())
    assert slow.fields == fast.fields
    assert slow.line_of(("images", 0, "width")) == fast.line_of(("images", 0, "width")) == 4
    for bad in ("a: !x y", "a: [", "a: \x07", "a: *x", "a: '\\", '"\\UFFFFFFFF": 1'):
        assert refusal(bad)
