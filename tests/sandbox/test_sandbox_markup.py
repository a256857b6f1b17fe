"""Markup as Telegram's three parse modes read it; refusals as in the server's own tests."""

import pytest

from bot.sandbox.world.api_error import Refused
from bot.sandbox.world.entities import formatted_text


def shown(text: str, mode: str) -> tuple[str, list[tuple[str, str]]]:
    plain, entities = formatted_text(text, mode, None, 4096)
    units = plain.encode("utf-16-le")
    pieces = [(one["offset"] * 2, (one["offset"] + one["length"]) * 2, one["type"]) for one in entities]
    return plain, [(units[start:end].decode("utf-16-le"), kind) for start, end, kind in pieces]


def test_html_is_read_with_nesting_and_references() -> None:
    assert shown("<b>a <i>b</i></b> &lt;&amp;&#33;&#x21; <u>c</u><tg-spoiler>d</tg-spoiler>", "HTML") == (
        "a b <&!! cd",
        [("a b", "bold"), ("b", "italic"), ("c", "underline"), ("d", "spoiler")],
    )
    assert formatted_text('<a href="https://x.org/?a=1&amp;b=2">l</a>', "html", None, 4096)[1][0]["url"] == (
        "https://x.org/?a=1&b=2"
    )
    code = formatted_text('<pre><code class="language-py">x</code></pre>', "HTML", None, 4096)[1]
    assert code == [{"offset": 0, "length": 1, "type": "pre", "language": "py"}]
    assert shown("<blockquote expandable>q</blockquote>", "HTML")[1] == [("q", "expandable_blockquote")]
    assert shown("&laquo;x&raquo;", "HTML")[0] == "&laquo;x&raquo;"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_bad_html_is_refused_in_telegrams_words(text: str, complaint: str) -> None:
    with pytest.raises(Refused) as refused:
        formatted_text(text, "HTML", None, 4096)
    assert str(refused.value) == f"Bad Request: can't parse entities: {complaint}"


def test_a_bad_time_in_html_is_left_out_and_not_refused() -> None:
    """A number of 0 or less is dropped, and so is one too large for 32 bits, because it turns negative; what turns
    positive again is another date.

    Sources: parse_html in https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp, and what was seen in
    https://github.com/tdlib/telegram-bot-api/issues/852: the years 2045 and 2091 "work but do not get formatted".
    """
    for number in ("0", "-1", "-58000000", "2378550818", "3822122018", "4102444800", "soon", ""):
        assert formatted_text(f'<tg-time unix="{number}" format="D">then</tg-time>', "HTML", None, 4096) == ("then", [])
    kept = formatted_text('<tg-time unix="12345" format="dt">then</tg-time>', "HTML", None, 4096)[1]
    assert kept == [{"offset": 0, "length": 4, "type": "date_time", "unix_time": 12345, "date_time_format": "dt"}]
    assert formatted_text('<tg-time unix="4294967297">then</tg-time>', "HTML", None, 4096)[1][0]["unix_time"] == 1
    for form in ("rt", "ts"):
        with pytest.raises(Refused, match="can't parse entities: Invalid date format used"):
            formatted_text(f'<tg-time unix="12345" format="{form}">then</tg-time>', "HTML", None, 4096)


def test_markdown_v2_is_read() -> None:
    assert shown("*b _i_* __u__ ~s~ ||p|| `c` [l](https://x.org/\\)) \\. end", "MarkdownV2") == (
        "b i u s p c l . end",
        [
            ("b i", "bold"),
            ("i", "italic"),
            ("u", "underline"),
            ("s", "strikethrough"),
            ("p", "spoiler"),
            ("c", "code"),
            ("l", "text_link"),
        ],
    )
    assert shown("```py\nx = 1\n```", "markdownv2")[1] == [("x = 1", "pre")]
    assert shown(">q1\n>q2\nrest", "MarkdownV2") == ("q1\nq2\nrest", [("q1\nq2\n", "blockquote")])
    assert shown(">q1\n>q2||", "MarkdownV2") == ("q1\nq2", [("q1\nq2", "expandable_blockquote")])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("ä *b", "Can't find end of Bold entity at byte offset 3"),
        ("`c", "Can't find end of Code entity at byte offset 0"),
    ],
)
def test_bad_markdown_v2_is_refused_in_telegrams_words(text: str, complaint: str) -> None:
    with pytest.raises(Refused) as refused:
        formatted_text(text, "MarkdownV2", None, 4096)
    assert str(refused.value) == f"Bad Request: can't parse entities: {complaint}"


def test_old_markdown_is_read_and_an_open_end_refused() -> None:
    assert shown("*b* _i_ [l](https://x.org/a) `c` a\\_b", "Markdown") == (
        "b i l c a_b",
        [("b", "bold"), ("i", "italic"), ("l", "text_link"), ("c", "code")],
    )
    with pytest.raises(Refused, match="Can't find end of the entity starting at byte offset 1"):
        formatted_text("a_b", "Markdown", None, 4096)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(Refused, match="unsupported parse_mode"):
        formatted_text("x", "bbcode", None, 4096)
