"""What Telegram would make tappable in foreign text, and how a word joiner prevents it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.world.detection import as_entities, tappable
from bot.sandbox.world.entities import formatted_text


def found(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], kind) for start, end, kind in tappable(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("send /stop now", [("/stop", "bot_command")]),
        ("/help@newsbot_sandbox_bot", [("/help@newsbot_sandbox_bot", "bot_command")]),
        ("and/or, 10/12, </b> and /a/b", []),
        ("ask @someone_else.", [("@someone_else", "mention")]),
        ("@ab and mail@", []),
        ("#Computer_Vision #2021 #a1", [("#Computer_Vision", "hashtag"), ("#a1", "hashtag")]),
        ("#Ökonomie and c#sharp", [("#Ökonomie", "hashtag")]),
        ("$AAPL rose, $aapl not", [("$AAPL", "cashtag")]),
        ("see example.com, www.bbc.co.uk/news?x=1.", [("example.com", "url"), ("www.bbc.co.uk/news?x=1", "url")]),
        ("(https://x.org/a_(b))", [("https://x.org/a_(b)", "url")]),
        ("the end.Next one. node.js v1.2 and file.xyzzy", []),
        ("write to me@example.com", [("me@example.com", "email")]),
        (
            "http://localhost:8080/x tg://resolve?domain=a",
            [("http://localhost:8080/x", "url"), ("tg://resolve?domain=a", "url")],
        ),
        ("пример.рф и é.com", [("пример.рф", "url"), ("é.com", "url")]),
        ("call +14155550123", [("+14155550123", "phone_number")]),
        ("nothing here at all", []),
    ],
)
def test_what_a_reader_could_tap(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text", ["/\u2060stop", "@\u2060someone", "#\u2060tag", "example.\u2060com", "me@\u2060example.\u2060com"]
)
def test_a_word_joiner_makes_it_untappable(text: str) -> None:
    assert found(f"now {text} then") == []
    assert formatted_text(text, None, None, 4096) == (text, [])


def test_offsets_are_utf16_code_units() -> None:
    text = "😀😀 /stop"
    assert as_entities(text, tappable(text)) == [{"type": "bot_command", "offset": 5, "length": 5}]


@given(st.text(alphabet=st.sampled_from("ab./@#:$+1 \n😀é_-()?=com"), max_size=60))
def test_detected_spans_never_overlap_and_are_never_empty(text: str) -> None:
    end = 0
    for start, stop, _ in tappable(text):
        assert end <= start < stop <= len(text)
        end = stop
