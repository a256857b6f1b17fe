"""Links in what editors write: where one begins and ends, and what of it is shown."""

import pytest

from bot.domain.pasted_link import links_in, without_tracking


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://news.example/a", ["https://news.example/a"]),
        ("HTTP://News.example/a?b=c#d", ["HTTP://News.example/a?b=c#d"]),
        ("See https://a.example/a, and (https://b.example/b).", ["https://a.example/a", "https://b.example/b"]),
        ("https://en.wikipedia.org/wiki/Salt_(chemistry)", ["https://en.wikipedia.org/wiki/Salt_(chemistry)"]),
        ("(https://en.wikipedia.org/wiki/Salt_(chemistry))", ["https://en.wikipedia.org/wiki/Salt_(chemistry)"]),
        ("“https://news.example/a”…", ["https://news.example/a"]),
        ("*https://news.example/a*", ["https://news.example/a"]),
        ("https://news.example/a https://news.example/a", ["https://news.example/a"]),
        ("https://news.example/塩", ["https://news.example/塩"]),
        ("www.news.example", ["https://www.news.example"]),
        ("news.example/2026/salt", ["https://news.example/2026/salt"]),
        ("http://127.0.0.1:8000/a", ["http://127.0.0.1:8000/a"]),
        ("node.js and AI.Robotics", []),
        ("anna@news.example/x", []),
        ("and/or", []),
        ("https://", []),
        ("http://[::1", []),
        ("mailto:anna@news.example", []),
        ("ftp://news.example/a", []),
        ("Robotics", []),
    ],
)  # fmt: skip
def test_links_in_a_text(text: str, links: list[str]) -> None:
    assert links_in(text) == links


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://news.example/a?utm_source=x&id=7&fbclid=y", "https://news.example/a?id=7"),
        ("https://news.example/a?utm_source=x", "https://news.example/a"),
        ("https://News.example:8443/A%20b?q=%3D&r=a+b", "https://News.example:8443/A%20b?q=%3D&r=a+b"),
        ("https://news.example/a#:~:text=salt", "https://news.example/a"),
        ("https://news.example/a#comments", "https://news.example/a"),
        ("https://news.example/#/story/7", "https://news.example/#/story/7"),
        ("https://news.example/#!story", "https://news.example/#!story"),
    ],
)
def test_what_only_tracks_readers_goes(link: str, shown: str) -> None:
    assert without_tracking(link) == shown
