"""Why a source gives no feed, in the editor's language: every reason that can come up has its words."""

from __future__ import annotations

import pytest

from bot.content.feeds.reading import NotAFeed, read_feed
from bot.render.editor.source_faults import fault_text
from bot.render.locale import words_for

ENGLISH, GERMAN = words_for("en"), words_for("de")
DOCUMENTS = (
    "",
    "<opml version='2.0'><body/></opml>",
    "<urlset/>",
    "<entry xmlns='http://www.w3.org/2005/Atom'/>",
    "<svg/>",
    "<error>no</error>",
    "<!doctype html><title>x</title>",
    "<html><form><input type='password'></form></html>",
    '{"a": 1}',
    '{"version": "https://jsonfeed.org/version/1.1", "items": [}',
    "<?xml version='1.0'?><wave a='1'><b/></wave>",
    "<rss",
    "<rss><channel><item><title>x",
    "<rss version='2.0'></rss>",
    "%PDF-1.7\n\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12",
    "Service unavailable, try again",
)


def refusal(document: str) -> str:
    with pytest.raises(NotAFeed) as caught:
        read_feed(document.encode(), "text/plain", "https://a.example/feed")
    return f"it is {caught.value}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_a_document_is_instead_of_a_feed_is_said_in_german(document: str) -> None:
    fault = refusal(document)
    assert fault_text(ENGLISH, fault) == fault
    said = fault_text(GERMAN, fault)
    assert said.startswith("sie ist ") and " is " not in said


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            "it is a web page, not a feed, and names no feed",
            "sie ist eine Webseite und kein Feed und nennt auch keinen",
        ),
        ("it is a web page that asks to log in, not a feed, and names no feed", "Anmeldung"),
        ("it is something that cannot be read within 20 s", "sie ist etwas, das sich nicht lesen lässt"),
        ("it lists nothing any more", "sie listet nichts mehr auf"),
        ("its server answered 500", "ihr Server hat 500 geantwortet"),
        ("a.example has a certificate that has expired", "a.example hat ein abgelaufenes Zertifikat"),
        ("a.example gave no whole answer within 20 seconds", "a.example hat innerhalb von 20 Sekunden"),
        ("a.example cannot be reached: connection refused", "a.example ist nicht erreichbar"),
        (
            "the feed that this page names cannot be read: its server knows no such page (404)",
            "der Feed, den diese Seite nennt, ist nicht zu lesen: ihr Server kennt keine solche Seite (404)",
        ),
        (
            "none of the 2 feeds that this page names can be read; of the first, it is empty",
            "keiner der 2 Feeds, die diese Seite nennt, ist zu lesen; vom ersten: sie ist leer",
        ),
    ],
)
def test_other_reasons_are_said_in_german(fault: str, said: str) -> None:
    assert said in fault_text(GERMAN, fault)


def test_what_a_document_says_is_only_quoted_and_an_unknown_reason_is_shown_as_it_is() -> None:
    begins = "it is a text, not a feed: “{host} {0} its server answered 500”"
    assert fault_text(GERMAN, begins) == "sie ist ein Text und kein Feed: “{host} {0} its server answered 500”"
    for fault in ("port 22 of a.example is not asked", "", "it is empty and more"):
        assert fault_text(GERMAN, fault) == fault
