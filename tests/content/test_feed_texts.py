"""Feeds: from bytes to text, what is mended before parsing, and titles and excerpts as readers see them."""

from __future__ import annotations

import pytest
from feed_samples import URL, atom, atom03, feed, item, json_feed, rdf, rss

from bot.content.feeds.bytes_to_text import text_of
from bot.content.feeds.reading import NotAFeed, read_feed

# Bytes to text


def _titled(title: bytes, encoding: bytes | None) -> bytes:
    declared = b' encoding="' + encoding + b'"' if encoding else b""
    return (
        b'<?xml version="1.0"'
        + declared
        + b"?><rss><channel><item><title>"
        + title
        + b"</title></item></channel></rss>"
    )


@pytest.mark.parametrize(
    ("why", "body", "content_type", "title"),
    [
        (
            "a mark is believed before HTTP",
            b"\xef\xbb\xbf" + _titled("é".encode(), None),
            "text/xml; charset=latin1",
            "é",
        ),
        ("UTF-16 with a mark", _titled(b"x", b"utf-16").decode().replace("x", "é").encode("utf-16"), None, "é"),
        ("UTF-16 without a mark", _titled(b"x", b"utf-16").decode().replace("x", "é").encode("utf-16-le"), None, "é"),
        ("UTF-32 without a mark", _titled(b"x", None).decode().replace("x", "é").encode("utf-32-be"), None, "é"),
        ("HTTP is believed before XML", _titled("ш".encode("koi8-r"), b"utf-8"), "text/xml; charset=koi8-r", "ш"),
        ("HTTP that does not decode is not", _titled("é".encode("latin-1"), b"iso-8859-1"), "a/b; charset=utf-8", "é"),
        ("XML is believed before UTF-8", _titled("ж".encode("cp1251"), b"windows-1251"), None, "ж"),
        ("nothing is said: UTF-8", _titled("é".encode(), None), "application/rss+xml", "é"),
        ("iso-8859-1 means windows-1252", _titled(b"\x93a\x94 \x80", b"iso-8859-1"), None, "“a” €"),
        ("us-ascii means UTF-8", _titled("é".encode(), b"us-ascii"), "text/xml; charset=us-ascii", "é"),
        ("gb2312 means gb18030", _titled("㐀镕".encode("gb18030"), b"gb2312"), None, "㐀镕"),
        ("Shift_JIS means cp932", _titled("①".encode("cp932"), b"Shift_JIS"), None, "①"),
        ("euc-kr means cp949", _titled("똠".encode("cp949"), b"euc-kr"), None, "똠"),
        ("a wrong UTF-16 beside ASCII is not believed", _titled("é".encode(), b"utf-16"), None, "é"),
        ("a name that nobody knows", _titled("é".encode(), b"x-unknown"), "text/xml; charset=bogus", "é"),
        ("a codec that is no encoding", _titled("é".encode(), b"unicode_escape"), "text/xml; charset=rot13", "é"),
        ("one bad byte is read singly", _titled("“é”".encode() + b" \x92", b"utf-8"), None, "“é” ’"),
        ("what decodes is not repaired", _titled("Ã©crit".encode(), b"utf-8"), None, "Ã©crit"),
    ],
)
def test_bytes_become_text_by_the_order_of_belief(why: str, body: bytes, content_type: str | None, title: str) -> None:
    assert item(body, content_type).title == title, why


def test_bytes_that_fit_nothing_become_text_all_the_same() -> None:
    assert text_of(b"\x81\x8d caf\xe9", "text/plain; charset=utf-8") == "\x81\x8d café"


# Repair before parsing


@pytest.mark.parametrize(
    ("why", "before"),
    [
        ("blank lines before the declaration (WordPress plugins)", "\n\n  "),
        ("a warning of PHP", "<br />\n<b>Warning</b>: Undefined index in <b>/x.php</b> on line <b>3</b><br />\n"),
        ("a comment that names a root", "<!-- <rss> is below, <html> is not -->"),
        ("a style sheet", '<?xml-stylesheet href="/rss.xsl"?>'),
        (
            "a DOCTYPE of Netscape",
            '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd">',
        ),
        ("a DOCTYPE of HTML before a feed (JS.SSG 0.1)", "<!DOCTYPE html>"),
    ],
)
def test_what_stands_before_the_root_is_cut(why: str, before: str) -> None:
    assert item(before + rss("<title>T</title>")).title == "T", why


@pytest.mark.parametrize("content_type", [None, "text/html", "text/plain; charset=utf-8", "application/octet-stream"])
def test_the_content_type_says_nothing_about_whether_it_is_a_feed(content_type: str | None) -> None:
    assert item(rss("<title>T</title>"), content_type).title == "T"
    assert item(json_feed('{"id": 1, "title": "T"}'), content_type).title == "T"


@pytest.mark.parametrize("root", ["rss", "RSS", "rdf:RDF", "RDF", "x:RDF", "feed", "a:feed"])
def test_a_root_is_known_with_any_prefix(root: str) -> None:
    inner = "entry" if "feed" in root else "item"
    prefix = "a:" if root.startswith("a:") else ""
    declared = 'xmlns:a="http://www.w3.org/2005/Atom"' if prefix else ""
    entry = f"<{prefix}{inner}><{prefix}title>T</{prefix}title></{prefix}{inner}>"
    assert item(f"<{root} {declared}>{entry}</{root}>").title == "T"


@pytest.mark.parametrize(
    ("why", "title", "seen"),
    [
        ("an entity of HTML", "Caf&eacute; &hellip;&nbsp;x", "Café … x"),
        ("a bare ampersand", "R&D & more", "R&D & more"),
        ("an entity without its semicolon", "&copy 2026 &lang=de", "&copy 2026 &lang=de"),
        ("an entity that nobody knows", "&foo; bar", "&foo; bar"),
        ("a number of windows-1252, as browsers read it", "it&#146;s", "it’s"),
        ("an entity in CDATA, undone once more as RSS is", "<![CDATA[Caf&eacute; & R&D]]>", "Café & R&D"),
        ("control characters", "a\x00b\x0bc\x1b", "abc"),
        ("signs that are none, beside others of three bytes", "a\ufffeb\uffff€", "ab€"),
        ("the number of a control character", "a&#8;b&#x1F;c", "abc"),
    ],
)
def test_signs_that_are_no_xml_are_mended(why: str, title: str, seen: str) -> None:
    assert item(rss(f"<title>{title}</title>")).title == seen, why


def test_an_ampersand_in_a_link_begins_no_entity() -> None:
    assert (
        item(rss("<link>https://blog.example/?a=1&lang=de&copy=2</link>")).link
        == "https://blog.example/?a=1&lang=de&copy=2"
    )


def test_a_quotation_mark_by_number_does_not_end_an_attribute() -> None:
    entry = "<link rel='alternate' href='https://blog.example/a' title='at least 1989&#39;s &#60;i&#62;'/>"
    assert item(atom(entry)).link == "https://blog.example/a"


def test_simple_entities_of_a_doctype_are_kept_and_others_neither_fetched_nor_expanded() -> None:
    document = (
        '<!DOCTYPE rss [<!ENTITY us "Northgate News"><!ENTITY twice "&us;&us;"><!ENTITY long "' + "x" * 501 + '">'
        '<!ENTITY file SYSTEM "file:///etc/hostname">]>'
        + rss("<title>&us; &twice; &long; &file;</title>").partition("?>\n")[2]
    )
    assert item(document).title == "Northgate News &twice; &long; &file;"


@pytest.mark.parametrize(
    ("why", "tail"),
    [
        ("cut in a tag", "<item><title>C</ti"),
        ("cut in a text", "<item><title>C"),
        ("cut in CDATA", "<item><title><![CDATA[C"),
        ("cut in an attribute", '<item><enclosure url="https://x.exam'),
        ("an error page after the cut", "<item><title>C<html><body><h1>504</h1></body></html>"),
        ("junk after the root", "</channel></rss><!-- 0.2 s --><script>x()</script>"),
        ("a second root", "</channel></rss><rss><channel><item><title>D</title></item></channel></rss>"),
        ("a warning of PHP after the root", "</channel></rss>\n<br /><b>Notice</b>: x & y"),
    ],
)
def test_complete_items_are_kept_and_the_torn_one_dropped(why: str, tail: str) -> None:
    document = "<rss><channel><item><title>A</title></item><item><title>B</title></item>" + tail
    assert [one.title for one in feed(document).items] == ["A", "B"], why


@pytest.mark.parametrize(
    ("why", "broken"),
    [
        ("tags that were not escaped, and not closed", "<description>one<br>two <p>three</description>"),
        ("a tag that closes nothing", "<description>one</b></p></description>"),
        ("tags that cross", "<description><b><i>one</b></i></description>"),
        ("a bare less-than", "<description>1 < 2 and 3 <4</description>"),
        ("an attribute without quotation marks", "<enclosure url=https://x.example/a.mp3 type=audio/mpeg />"),
        ("an attribute twice", '<enclosure url="a" url="b"/>'),
        ("an end tag is missing", "<pubDate>Mon, 30 Nov 2026 08:00:00 GMT"),
        ("a declaration in the middle", '<?xml version="1.0"?>'),
    ],
)
def test_an_error_in_the_middle_costs_no_item(why: str, broken: str) -> None:
    items = "".join(
        f"<item><title>{name}</title>{broken if name == 'B' else ''}<link>https://x.example/{name}</link></item>"
        for name in "ABC"
    )
    read = feed(f"<rss><channel>{items}</channel></rss>").items
    assert [(one.title, one.link) for one in read] == [(name, f"https://x.example/{name}") for name in "ABC"], why


def test_an_item_whose_end_is_missing_ends_where_the_next_begins() -> None:
    document = "<rss><channel><item><title>A</title><item><title>B</title></item></channel></rss>"
    assert [one.title for one in feed(document).items] == ["A", "B"]


# What is no feed


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!doctype html><title>Northgate</title><p>News", "a web page, not a feed"),
        (b"<html><body>the <rss> tag</body></html>", "a web page, not a feed"),
        (b"<html><form><input name=u><input type='password'></form>", "a web page that asks to log in, not a feed"),
        (b"<title>Sign in</title><input class='x' type=password>", "a web page that asks to log in, not a feed"),
        (b'{"error": "rate limited"}', "JSON, but no JSON Feed"),
        (b"[1, 2]", "JSON, but no JSON Feed"),
        (b'{"version": "7.0", "items": []}', "JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "JSON, but no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "broken JSON (line 1: Expecting value)"),
        (b"Internal Server Error", "a text, not a feed: “Internal Server Error”"),
        (b"<?xml version='1.0'?><urlset/>", "a site map, not a feed"),
        (b"<?xml version='1.0'?><entry><title>x</title></entry>", "a single Atom entry, not a feed"),
        (b"<opml version='2.0'/>", "a list of feeds (OPML), not a feed; import it instead"),
        (
            b"<?xml version='1.0'?><!-- mine --><opml version='2.0'><head><title>Feeds</title></head><body/></opml>",
            "a list of feeds (OPML), not a feed; import it instead",
        ),
        (b"<svg><title>A lake</title></svg>", "a picture, not a feed"),
        (b"<!doctype html><svg><title>A lake</title></svg><body>News</body>", "a web page, not a feed"),
        (b"<?xml version='1.0'?><note>x</note>", "XML, but neither RSS nor Atom: it begins with <note>"),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x01\x02\x03\x04",
            "a file of another kind, not a feed",
        ),
        (
            b"<rss><channel><title>Blog</title><item><title>A",
            "a feed that breaks off before the end of its first entry",
        ),
        (b"<rss version='2.0'/>", "XML, but a feed has a channel or items"),
    ],
)
def test_what_is_no_feed_is_named_and_never_an_empty_feed(body: bytes, reason: str) -> None:
    with pytest.raises(NotAFeed) as refusal:
        read_feed(body, "application/rss+xml", URL)
    assert str(refusal.value) == reason


def test_a_feed_that_lists_nothing_is_a_feed() -> None:
    assert feed("<rss><channel><title>New blog</title></channel></rss>").items == ()
    assert feed('<feed xmlns="http://www.w3.org/2005/Atom"><title>New blog</title></feed>').title == "New blog"
    assert feed(json_feed("")).items == ()


# Titles


@pytest.mark.parametrize(
    ("why", "document", "title"),
    [
        (
            "Atom, no type: as it is, brackets and all",
            atom("<title>Using &lt;b&gt; in HTML</title>"),
            "Using <b> in HTML",
        ),
        ("Atom text: as it is", atom('<title type="text">Depth &lt; 5 m</title>'), "Depth < 5 m"),
        ("Atom text: R&D stays", atom("<title>R&amp;D &amp; more</title>"), "R&D & more"),
        (
            "Django 5.2 (Atom) escapes twice",
            atom("<title>R&amp;amp;D &amp;#x27;26 &amp;lt;b&amp;gt;</title>"),
            "R&D '26 <b>",
        ),
        ("... but an entity beside a bare < is meant", atom("<title>a &lt; b &amp;amp; c</title>"), "a < b &amp; c"),
        ("... and so is one beside a bare &", atom("<title>R&amp;D is R&amp;amp;D</title>"), "R&D is R&amp;D"),
        ("... and an entity that no software writes", atom("<title>&amp;eacute;</title>"), "&eacute;"),
        (
            "Atom html: tags go, entities once",
            atom('<title type="html">&lt;b&gt;A&lt;/b&gt; &amp;amp; B</title>'),
            "A & B",
        ),
        ("jekyll-feed 0.17", atom('<title type="html">“Ærø” &amp;amp; Łódź</title>'), "“Ærø” & Łódź"),
        (
            "Docusaurus 3.10 (Atom)",
            atom('<title type="html"><![CDATA[Maps <b>move</b> & turn]]></title>'),
            "Maps move & turn",
        ),
        (
            "Atom xhtml: the text of all in the div",
            atom(
                '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>b<i>c</i></b> &amp;amp; d</div></title>'
            ),
            "A bc &amp; d",
        ),
        (
            "Atom xhtml with a prefix",
            atom(
                '<title type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>A</x:p><x:p>b</x:p></x:div></title>'
            ),
            "A b",
        ),
        (
            "Atom 0.3 escaped: as html",
            atom03('<title mode="escaped">&lt;i&gt;A&lt;/i&gt; &amp;amp; B</title>'),
            "A & B",
        ),
        ("Atom 0.3 xml", atom03('<title type="application/xhtml+xml"><div>A <b>B</b></div></title>'), "A B"),
        ("Atom 0.3 base64", atom03('<title type="text/html" mode="base64">PGI+QTwvYj4=</title>'), "A"),
        ("RSS: known tags go", rss("<title>&lt;i&gt;A&lt;/i&gt; moves</title>"), "A moves"),
        ("RSS: unknown tags stay", rss("<title>List&lt;T&gt; and Map&lt;K, V&gt;</title>"), "List<T> and Map<K, V>"),
        ("RSS: a lone < stays", rss("<title><![CDATA[Depth < 5 m, a <b]]></title>"), "Depth < 5 m, a <b"),
        ("RSS: entities once more", rss("<title>R&amp;amp;D</title>"), "R&D"),
        ("RSS: a tag that was escaped twice is text", rss("<title>The &amp;lt;b&amp;gt; tag</title>"), "The <b> tag"),
        ("RSS: tags that were not escaped", rss("<title>A <b>b</b><br/>c</title>"), "A b c"),
        ("WordPress 6.1 (RSS)", rss("<title>Fish &#038; &#8220;Chips&#8221;</title>"), "Fish & “Chips”"),
        ("Ghost 6.65: CDATA, as typed", rss("<title><![CDATA[Fish & <b>Chips</b>]]></title>"), "Fish & Chips"),
        ("Material blog 9.8 + rss plugin 1.19", rss("<title>Fish &amp;amp; Chips</title>"), "Fish & Chips"),
        ("RSS 1.0", rdf('<item rdf:about="https://x.example/a"><title>A</title></item>'), "A"),
        ("br and p are a space", rss("<title>A&lt;br/&gt;b&lt;p&gt;c</title>"), "A b c"),
        ("white space is one space", rss("<title>\n  A\t\u00a0 \u00a0b&amp;nbsp;c\n</title>"), "A b c"),
        ("an attribute with a bracket in it", rss('<title>A &lt;img alt="x &gt; y"&gt;b</title>'), "A b"),
        ("nothing of scripts", rss("<title>A&lt;script&gt;x()&lt;/script&gt;b</title>"), "A b"),
        ("Atom, a type that nobody knows", atom('<title type="application/x-custom">A</title>'), "A"),
        (
            "JSON Feed with the bare number of its version",
            '{"version": "1.0", "items": [{"id": "1", "title": "A"}]}',
            "A",
        ),
        ("JSON Feed: as it is", json_feed('{"id": "1", "title": "Using <b> & R&D"}'), "Using <b> & R&D"),
        (
            "Eleventy RSS 3.0 (JSON)",
            json_feed('{"id": "1", "title": "Ærø &amp; Łódź &quot;x&quot;"}'),
            'Ærø & Łódź "x"',
        ),
        ("dc:title only if there is no plain one", rss("<dc:title>D</dc:title><title>P</title>"), "P"),
        (
            "media:title and itunes:title too",
            rss("<media:title>M</media:title><itunes:title>I</itunes:title><title>P</title>"),
            "P",
        ),
        ("... wherever they stand", rss("<title>P</title><dc:title>D</dc:title>"), "P"),
        ("dc:title when there is none", rss("<title/><dc:title>D</dc:title>"), "D"),
        (
            "not the title of an image",
            rss("<image><title>I</title><url>https://x.example/i.png</url></image><title>P</title>"),
            "P",
        ),
        ("not the title of the source", atom("<source><title>S</title></source><title>P</title>"), "P"),
        (
            "none: the first words of the text",
            rss("<description>&lt;p&gt;One two.&lt;/p&gt;</description>"),
            "One two.",
        ),
    ],
)
def test_titles_are_plain_text(why: str, document: str, title: str) -> None:
    assert item(document).title == title, why


def test_an_item_without_a_title_is_kept_with_the_first_words_of_its_text() -> None:
    kept = item(rss("<description>" + "word " * 100 + "</description>"))
    assert kept.title == "word " * 15 + "word…"
    assert any("no title" in one for one in kept.warnings)
    assert item(rss("<guid>7</guid>")).title == ""


# Excerpts and texts


def titled(document: str) -> str:
    """Give an item a title, if it has none, so that its text does not become one."""
    if document.startswith("{"):
        return document.replace('{"id": "1"', '{"id": "1", "title": "A title"')
    if "<title>Maps" in document:
        return document
    return document.replace("<item>", "<item><title>A title</title>").replace(
        "<entry>", "<entry><title>A title</title>"
    )


@pytest.mark.parametrize(
    ("why", "document", "excerpt"),
    [
        ("description first", rss("<content:encoded>whole</content:encoded><description>short</description>"), "short"),
        (
            "... wherever it stands",
            rss("<description>short</description><content:encoded>whole</content:encoded>"),
            "short",
        ),
        (
            "an empty description is none",
            rss("<description> </description><content:encoded>whole</content:encoded>"),
            "whole",
        ),
        (
            "itunes:summary is not the description",
            rss("<itunes:summary>i</itunes:summary><description>d</description>"),
            "d",
        ),
        ("media:description neither", rss("<media:description>m</media:description><description>d</description>"), "d"),
        (
            "... nor the content",
            rss("<media:description>m</media:description><content:encoded>c</content:encoded>"),
            "c",
        ),
        ("but when both are missing", rss("<media:description>m</media:description>"), "m"),
        ("Atom summary", atom("<content>whole</content><summary>short</summary>"), "short"),
        ("Atom text stays text", atom("<summary>the &lt;b&gt; tag</summary>"), "the <b> tag"),
        (
            "Atom html",
            atom('<summary type="html">&lt;p&gt;a&lt;/p&gt;&lt;p&gt;b &amp;amp; c&lt;/p&gt;</summary>'),
            "a b & c",
        ),
        (
            "Atom xhtml, without scripts and styles",
            atom(
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><style>p{}</style><p>a</p>b<script>x</script></div></content>'
            ),
            "a b",
        ),
        ("a content that lies elsewhere", atom('<content type="image/png" src="https://x.example/a.png"/>'), None),
        (
            "RSS: script and style gone",
            rss("<description>a&lt;style&gt;p{}&lt;/style&gt;b&lt;!-- c --&gt;</description>"),
            "a b",
        ),
        ("undeclared prefixes are what they say", rss("<content:encoded>c</content:encoded>", namespaces=""), "c"),
        (
            "another prefix for the same",
            rss('<c:encoded xmlns:c="http://purl.org/rss/1.0/modules/content/">c</c:encoded>'),
            "c",
        ),
        ("JSON summary", json_feed('{"id": "1", "summary": "s <b>", "content_html": "<p>c</p>"}'), "s <b>"),
        ("JSON content", json_feed('{"id": "1", "content_html": "<p>c &amp; d</p>"}'), "c & d"),
        ("JSON text", json_feed('{"id": "1", "content_text": "c <b> d"}'), "c <b> d"),
        ("Hexo 3.0: a tag cut in two", rss('<description>&lt;p&gt;One two &lt;a href="/thr</description>'), "One two"),
        ("a tag cut in two where no block began", rss('<description>One &lt;a href="/thr</description>'), "One"),
        ("... an end tag", rss("<description>One &lt;b&gt;two&lt;/b</description>"), "One two"),
        ("... but not what may be words", rss("<description>if a &lt;b and c</description>"), "if a <b and c"),
        ("Hexo 3.0: an entity cut in two", rss("<description>&lt;p&gt;Fish &amp;am</description>"), "Fish"),
        ("... but not a text that ends so", rss("<description>All of R&amp;D</description>"), "All of R&D"),
        (
            "mkdocs 1.19: the title as a heading",
            rss(
                "<title>Maps</title><description>&lt;h1 id=&quot;m&quot;&gt;Maps&lt;/h1&gt;&lt;p&gt;Of all.&lt;/p&gt;</description>"
            ),
            "Of all.",
        ),
        ("... and Markdown cut open", rss("<description>&lt;p&gt;See &lt;/p&gt;[the hom...</description>"), "See…"),
        (
            "WordPress 6.1: its cut is left to the article",
            rss("<description>55 words [&amp;#8230;]</description>"),
            "55 words […]",
        ),
        (
            "Django 5.2: a description that is the title",
            rss("<title>Maps</title><description>Maps</description>"),
            None,
        ),
        (
            "a heading that says something else",
            rss("<title>Maps</title><description>&lt;h2&gt;News&lt;/h2&gt;a</description>"),
            "News a",
        ),
    ],
)
def test_excerpts_are_the_description_as_plain_text(why: str, document: str, excerpt: str | None) -> None:
    assert item(titled(document)).excerpt == excerpt, why


def test_the_text_is_the_whole_of_it_for_recognising_an_item_again() -> None:
    assert (
        item(rss("<title>T</title><description>s</description><content:encoded>whole</content:encoded>")).text
        == "whole"
    )


def test_no_control_character_of_a_json_feed_is_left() -> None:
    document = json_feed('{"id": "1", "title": "a\\u0000b\\u001b[31m", "content_text": "c\\u0007 d"}')
    assert (item(document).title, item(document).excerpt) == ("ab[31m", "c d")
