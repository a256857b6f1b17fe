"""What a page says of itself, in the shapes that real content systems write; and pages that are hostile or no pages."""

import json
import pickle
import time
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from bot.content.web_pages.html_tags import Tag, tags
from bot.content.web_pages.page_metadata import LONGEST_PAGE, read_page
from bot.domain.article import Picture, Provider
from bot.domain.page import FeedLink, Obstacle, Page

HERE = "https://news.example/2026/storage"


def page(head: str, *, body: str = "", url: str = HERE, content_type: str | None = "text/html; charset=utf-8") -> Page:
    text = f"<!DOCTYPE html><html lang=en><head>{dedent(head)}</head><body>{body}</body></html>"
    return read_page(text.encode(), content_type, url)


def ld(*values: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(value)}</script>' for value in values)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# The shapes of real systems -------------------------------------------------------------------------------------------


def test_wordpress_with_yoast() -> None:
    """WordPress 6 with Yoast SEO 23 writes one graph, in which publisher and picture are named by reference."""
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Article",
                "@id": f"{HERE}/#article",
                "isPartOf": {"@id": f"{HERE}/"},
                "author": {"name": "Anna Berg", "@id": "https://news.example/#/schema/person/1"},
                "headline": "Sand &#038; salt: two towns store summer heat",
                "datePublished": "2026-11-28T08:15:00+00:00",
                "dateModified": "2026-11-30T09:00:00+00:00",
                "mainEntityOfPage": {"@id": f"{HERE}/"},
                "publisher": {"@id": "https://news.example/#organization"},
                "image": {"@id": f"{HERE}/#primaryimage"},
                "keywords": ["Energy", "Storage"],
                "articleSection": ["Science"],
            },
            {"@type": "WebPage", "@id": f"{HERE}/", "url": f"{HERE}/", "name": "Sand - Northgate News"},
            {"@type": "ImageObject", "@id": f"{HERE}/#primaryimage", "url": "https://news.example/salt.jpg"},
            {"@type": "WebSite", "@id": "https://news.example/#website", "name": "Northgate News"},
            {"@type": "Organization", "@id": "https://news.example/#organization", "name": "Northgate Media"},
        ],
    }
    found = page(
        f"""
        <title>Sand &amp; salt: two towns store summer heat - Northgate News</title>
        <link rel="canonical" href="{HERE}/" />
        <meta property="og:locale" content="en_GB" /><meta property="og:type" content="article" />
        <meta property="og:title" content="Sand &amp; salt: two towns store summer heat - Northgate News" />
        <meta property="og:description" content="Heat from July warms schools in January [&hellip;]" />
        <meta property="og:url" content="{HERE}/" /><meta property="og:site_name" content="Northgate News" />
        <meta property="article:published_time" content="2026-11-28T08:15:00+00:00" />
        <meta property="og:image" content="https://news.example/wp-content/salt-1200.jpg" />
        <meta property="og:image:width" content="1200" /><meta property="og:image:height" content="675" />
        <meta property="og:image:type" content="image/jpeg" />
        <link rel="alternate" type="application/rss+xml" title="Northgate News &raquo; Comments Feed"
              href="https://news.example/comments/feed/" />
        <link rel="alternate" type="application/rss+xml" title="Northgate News &raquo; Feed" href="/feed/" />
        <link rel="alternate" type="application/json+oembed" href="https://news.example/wp-json/oembed/1.0/embed" />
        """
        + ld(graph)
    )
    assert found == Page(
        HERE,
        title="Sand & salt: two towns store summer heat",
        excerpt="Heat from July warms schools in January…",
        published_at=at("2026-11-28T08:15:00+00:00"),
        canonical=f"{HERE}/",
        provider=Provider("Northgate News", "news.example"),
        pictures=(
            Picture("https://news.example/wp-content/salt-1200.jpg", 1200, 675),
            Picture("https://news.example/salt.jpg"),
        ),
        keywords=("Energy", "Storage", "Science"),
        feeds=(
            FeedLink("https://news.example/feed/", "Northgate News » Feed"),
            FeedLink("https://news.example/comments/feed/", "Northgate News » Comments Feed"),
        ),
    )


def test_ghost() -> None:
    """Ghost 5 ({{ghost_head}}): an Article of its own, with sizes in the picture; the feed is RSS at /rss/."""
    article = {
        "@context": "https://schema.org",
        "@type": "Article",
        "publisher": {"@type": "Organization", "name": "Grid Letter", "url": "https://grid.example/",
                      "logo": {"@type": "ImageObject", "url": "https://grid.example/favicon.png"}},
        "headline": "The battery that is a mine shaft",
        "url": "https://grid.example/mine-shaft/",
        "datePublished": "2026-11-20T06:00:00.000Z",
        "image": {"@type": "ImageObject", "url": "https://grid.example/content/shaft.jpg", "width": 2000},
        "keywords": "Energy, Mines",
        "description": "A weight, a rope and 400 metres.",
        "mainEntityOfPage": "https://grid.example/mine-shaft/",
    }  # fmt: skip
    found = page(
        """
        <title>The battery that is a mine shaft</title>
        <meta name="description" content="A weight, a rope and 400 metres.">
        <link rel="canonical" href="https://grid.example/mine-shaft/">
        <meta property="og:site_name" content="Grid Letter">
        <meta property="og:title" content="The battery that is a mine shaft">
        <meta property="og:image" content="https://grid.example/content/shaft.jpg">
        <meta name="twitter:card" content="summary_large_image">
        <link rel="alternate" type="application/rss+xml" title="Grid Letter" href="https://grid.example/rss/">
        """
        + ld(article),
        url="https://grid.example/mine-shaft/?ref=grid-letter-newsletter",
    )
    assert (found.title, found.excerpt) == ("The battery that is a mine shaft", "A weight, a rope and 400 metres.")
    assert found.published_at == at("2026-11-20T06:00:00+00:00")
    assert found.canonical == "https://grid.example/mine-shaft/"
    assert found.pictures == (Picture("https://grid.example/content/shaft.jpg"),)
    assert found.feeds == (FeedLink("https://grid.example/rss/", "Grid Letter"),)
    assert found.keywords == ("Energy", "Mines")


def test_a_newspaper_whose_social_title_is_another_and_whose_teasers_are_articles_too() -> None:
    """News sites write a title for the page, one for search engines and one for social networks."""
    own = {
        "@context": "http://schema.org",
        "@type": ["NewsArticle", "ReportageNewsArticle"],
        "headline": "Met Police trials facial recognition in two boroughs",
        "mainEntityOfPage": {"@type": "WebPage", "@id": HERE},
        "datePublished": "2026-11-29T21:04:11+01:00",
        "image": [
            {"@type": "ImageObject", "url": "https://i.news.example/wide.jpg", "width": "1600px", "height": "900px"},
            "https://i.news.example/square.jpg",
        ],
        "publisher": {"@type": "NewsMediaOrganization", "name": "The Daily"},
    }
    teasers = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "NewsArticle", "headline": "Another", "url": "https://news.example/other"}],
    }
    other = {
        "@type": "NewsArticle",
        "headline": "A third",
        "url": "https://news.example/third",
        "datePublished": "2020",
    }
    found = page(
        """
        <title>Met Police facial recognition: what we know | The Daily</title>
        <meta property="og:title" content="They are watching Croydon">
        <meta property="og:description" content="Cameras on lamp posts compare faces with a list.">
        <meta property="og:image" content="//i.news.example/social.jpg?w=1200&amp;lang=en">
        """
        + ld(teasers, other, own)
    )
    assert found.title == "Met Police trials facial recognition in two boroughs"
    assert found.published_at == at("2026-11-29T20:04:11+00:00")
    assert found.provider == Provider("The Daily", "news.example")
    assert [picture.url for picture in found.pictures] == [
        "https://i.news.example/social.jpg?w=1200&lang=en",
        "https://i.news.example/wide.jpg",
        "https://i.news.example/square.jpg",
    ]
    assert (found.pictures[1].width, found.pictures[1].height) == (1600, 900)


def test_a_video_site_that_states_its_date_in_the_body() -> None:
    """YouTube writes Open Graph into the head and microdata into the body; its canonical link drops the list."""
    found = page(
        """
        <title>A ferry docks itself - YouTube</title>
        <link rel="canonical" href="https://www.youtube.com/watch?v=abc123">
        <link rel="alternate" media="handheld" href="https://m.youtube.com/watch?v=abc123">
        <meta name="title" content="A ferry docks itself">
        <meta property="og:site_name" content="YouTube">
        <meta property="og:title" content="A ferry docks itself">
        <meta property="og:image" content="https://i.ytimg.com/vi/abc123/maxresdefault.jpg">
        <meta property="og:image:width" content="1280"><meta property="og:image:height" content="720">
        <meta property="og:description" content="Crosswind, no pilot.">
        """,
        body="""<div id="watch7-content" itemscope itemtype="http://schema.org/VideoObject">
        <meta itemprop="name" content="A ferry docks itself">
        <meta itemprop="datePublished" content="2026-10-24T23:57:33-07:00">
        <meta itemprop="uploadDate" content="2026-10-24T23:57:33-07:00"></div>""",
        url="https://www.youtube.com/watch?v=abc123&list=PL1&utm_source=x",
    )
    assert (found.title, found.excerpt) == ("A ferry docks itself", "Crosswind, no pilot.")
    assert found.canonical == "https://www.youtube.com/watch?v=abc123"
    assert found.published_at == at("2026-10-25T06:57:33+00:00")
    assert found.provider == Provider("YouTube", "youtube.com")
    assert found.pictures == (Picture("https://i.ytimg.com/vi/abc123/maxresdefault.jpg", 1280, 720),)


def test_a_platform_whose_writers_have_subdomains() -> None:
    """Medium shows a writer's page on a subdomain and names the canonical address there or on medium.com."""
    story = {
        "@type": "NewsArticle",
        "headline": "Why I count whales by ear",
        "name": "Why I count whales by ear",
        "datePublished": "2026-09-09T12:00:01.123Z",
        "publisher": {"@type": "Organization", "name": "Medium", "url": "https://medium.com/"},
        "mainEntityOfPage": "https://medium.com/p/1234abcd",
        "image": ["https://miro.medium.com/v2/resize:fit:1200/1*whale.jpeg"],
    }
    found = page(
        """
        <title>Why I count whales by ear | by Anna | Medium</title>
        <link data-rh="true" rel="canonical" href="https://medium.com/p/1234abcd"/>
        <meta data-rh="true" property="og:title" content="Why I count whales by ear"/>
        <meta data-rh="true" property="article:published_time" content="2026-09-09T12:00:01.123Z"/>
        <meta data-rh="true" name="description" content="Floats listen where no ship goes."/>
        """
        + ld(story),
        url="https://anna.medium.com/why-i-count-whales-1234abcd",
    )
    assert (found.title, found.canonical) == ("Why I count whales by ear", "https://medium.com/p/1234abcd")
    assert found.provider == Provider("Medium", "anna.medium.com")


def test_a_government_page_with_dublin_core() -> None:
    found = page(
        """
        <title>Storage of heat in salt - Department for Energy - GOV.EXAMPLE</title>
        <meta name="DC.title" content="Storage of heat in salt">
        <meta name="DC.description" content="Guidance for councils.">
        <meta name="DCTERMS.issued" content="2026-11-02">
        <meta name="application-name" content="GOV.EXAMPLE">
        """,
        url="https://www.gov.example/guidance/salt",
    )
    assert (found.title, found.excerpt) == ("Storage of heat in salt", "Guidance for councils.")
    assert found.published_at == at("2026-11-02T00:00:00+00:00")
    assert found.provider == Provider("GOV.EXAMPLE", "gov.example")


def test_a_plain_page_has_a_title_and_nothing_that_is_made_up() -> None:
    found = page(
        "<TITLE>\n A plain page &mdash; about\n salt </TITLE>",
        body="<h1>Other</h1><p>Text.</p><footer>© 2019, updated 3 May 2021</footer><img src=x.jpg>",
    )
    assert found == Page(HERE, title="A plain page — about salt", provider=Provider(domain="news.example"))


# Titles, texts, dates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Salt – News Example</title>", "Salt"),
        ("<title>Salt – News</title>", "Salt"),  # news.example
        ("<title>News: Salt</title>", "Salt"),
        ("<title>A | B – News | news.example</title>", "A | B"),
        ("<title>Part 1: Salt</title>", "Part 1: Salt"),
        ("<title>Salt | News Politics</title>", "Salt"),  # a section of the site
        ("<title>Salt - News from the coast</title>", "Salt - News from the coast"),
        ('<meta property="og:site_name" content="ニュース"><title>塩で蓄える｜ニュース</title>', "塩で蓄える"),
        ('<meta property="og:site_name" content="ニュース"><title>塩で蓄える：ニュース</title>', "塩で蓄える"),
        ('<meta property="og:site_name" content="The Daily"><title>Salt — THE DAILY</title>', "Salt"),
        ('<meta property="og:title" content="News"><title>Salt | News</title>', "Salt"),  # the site's name is no title
        ('<meta property="og:title" content="R&amp;amp;D"><title>x</title>', "R&D"),
        ('<meta property="og:title" content="&lt;em&gt;Salt&lt;/em&gt; &amp; sand">', "Salt & sand"),
        ('<meta property="og:title" content="List&lt;T&gt; in C#">', "List<T> in C#"),
        ("<meta content='It isn&#8217;t \"salt\"' property='og:title'>", 'It isn’t "salt"'),
        ('<meta name="og:title" content="By name">', "By name"),
        ('<meta property="og:title" content=""><title>Salt</title>', "Salt"),
        ("<title></title><title>Second</title>", "Second"),
        ("<title>Salt\u202egnp.exe\u202c</title>", "Saltgnp.exe"),
        ("<svg><title>Logo</title></svg><title>Salt</title>", "Salt"),
        ("<!-- <title>Old</title> --><title>Salt</title>", "Salt"),
        ("<script>document.write('<title>No</title>')</script><title>Salt</title>", "Salt"),
        ("<noscript><title>No scripts</title></noscript><title>Salt</title>", "Salt"),
        (ld({"@type": "Article", "headline": "Two towns store…"}) + "<title>Two towns store heat</title>",
         "Two towns store heat"),
        (ld({"@type": "Article", "headline": ["A list", "of headlines"]}), "A list"),
        (ld({"@type": "http://schema.org/BlogPosting", "headline": "Long type"}), "Long type"),
        (ld([{"@type": "BreadcrumbList"}, {"@type": "Article", "headline": "In a list"}]), "In a list"),
        (ld({"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "Within"}}), "Within"),
        ('<script type="application/ld+json">//<![CDATA[\n{"@type":"Report","headline":"A\nB"}\n//]]></script>', "A B"),
        ('<script type="application/ld+json">{"@type":"Article",}</script><title>Broken JSON</title>', "Broken JSON"),
        ("", None),
    ],
)  # fmt: skip
def test_the_title_is_what_its_author_wrote(head: str, title: str | None) -> None:
    assert page(head).title == title


def test_of_several_articles_that_name_none_of_this_page_none_is_believed() -> None:
    teasers = [{"@type": "Article", "headline": name, "url": f"https://news.example/{name}"} for name in "ab"]
    found = page(ld(*teasers) + "<title>Front</title>", url="https://news.example/")
    assert (found.title, found.published_at) == ("Front", None)


@pytest.mark.parametrize(
    ("head", "excerpt"),
    [
        ('<meta name="description" content="  Salt\n stores   heat. ">', "Salt stores heat."),
        ('<meta property="og:description" content="Salt"><title>Salt</title>', None),  # says no more than the title
        ('<title>Salt</title><meta property="og:description" content="Salt"><meta name=description content=Up>', "Up"),
        ('<meta property="og:description" content="&lt;p&gt;Heat &amp;amp; salt&lt;/p&gt;">', "Heat & salt"),
        (ld({"@type": "Article", "headline": "A", "description": "From JSON"}), "From JSON"),
    ],
)  # fmt: skip
def test_the_excerpt_is_the_description(head: str, excerpt: str | None) -> None:
    assert page(head).excerpt == excerpt


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("2026-11-28T08:15:00Z", "2026-11-28T08:15:00+00:00"),
        ("2026-11-28T08:15:00.000+0100", "2026-11-28T07:15:00+00:00"),
        ("2026-11-28 08:15:00 UTC", "2026-11-28T08:15:00+00:00"),
        ("2026-11-28T08:15", "2026-11-28T08:15:00+00:00"),
        ("2026-11-28", "2026-11-28T00:00:00+00:00"),
        ("2026/11/28 08:15:00", "2026-11-28T08:15:00+00:00"),
        ("20261128T081500Z", "2026-11-28T08:15:00+00:00"),
        ("20261128", "2026-11-28T00:00:00+00:00"),
        ("Sat, 28 Nov 2026 08:15:00 +0100", "2026-11-28T07:15:00+00:00"),
        ("0001-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("2026-02-31", None),
        ("yesterday", None),
        ("9" * 4000, None),
    ],
)
def test_a_date_is_what_the_page_states_or_none(stated: str, moment: str | None) -> None:
    for head in (
        ld({"@type": "Article", "headline": "A", "datePublished": stated}),
        f'<meta property="article:published_time" content="{stated}">',
        f'<meta name="date" content="{stated}">',
    ):
        assert page(head).published_at == (None if moment is None else at(moment))


# Addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "href", "canonical"),
    [
        (HERE, "/2026/storage", "https://news.example/2026/storage"),
        (HERE, "https://www.news.example/s", "https://www.news.example/s"),
        ("https://www.news.example/a", "https://news.example/b", "https://news.example/b"),
        ("https://amp.news.example/a", "https://news.example/a", "https://news.example/a"),
        ("https://amp.news.example/a", "https://www.news.example/a", "https://www.news.example/a"),
        ("http://127.0.0.1:8000/a?x=1", "http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        (HERE, "https://evil.example/known-story", None),
        (HERE, "https://m.news.example/a", None),  # a subdomain is no parent
        (HERE, "https://notnews.example/a", None),
        (HERE, "https://example/a", None),
        (HERE, "https://news.example.evil.example/a", None),
        (HERE, "https://news.example/", None),  # a site that names its front everywhere
        ("https://news.example/", "https://news.example/", "https://news.example/"),
        (HERE, "javascript:alert(1)", None),
        (HERE, "http://[::1", None),
        (HERE, "", None),
    ],
)
def test_a_canonical_address_is_believed_on_its_own_host_and_a_parent_domain(
    url: str, href: str, canonical: str | None
) -> None:
    assert page(f'<link rel="canonical" href="{href}">', url=url).canonical == canonical
    assert page(f'<meta property="og:url" content="{href}">', url=url).canonical == canonical


def test_addresses_are_relative_to_the_base() -> None:
    found = page(
        '<base href="https://news.example/deep/"><link rel=alternate type=application/atom+xml href=feed.xml>'
        '<meta property="og:image" content="a.jpg">'
    )
    assert [feed.url for feed in found.feeds] == ["https://news.example/deep/feed.xml"]
    assert found.pictures == (Picture("https://news.example/deep/a.jpg"),)


@pytest.mark.parametrize(
    ("head", "feeds"),
    [
        ('<link rel="alternate" type="application/feed+json" href="/feed.json">', ["https://news.example/feed.json"]),
        ('<link rel="ALTERNATE" type="Application/RSS+XML; charset=utf-8" href="f">', ["https://news.example/2026/f"]),
        ('<link rel="alternate feed" href="/f">', ["https://news.example/f"]),
        ('<link rel=alternate type=application/json href="/feed.json">', ["https://news.example/feed.json"]),
        ('<link rel=alternate type=application/json href="/wp-json/wp/v2/posts/1">', []),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="stylesheet" type="text/css" href="/feed.css">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
        ('<a rel="alternate" type="application/rss+xml" href="/f">RSS</a>', []),
    ],
)
def test_feeds_are_those_that_the_page_links_to(head: str, feeds: list[str]) -> None:
    assert [feed.url for feed in page(head).feeds] == feeds


def test_pictures_are_absolute_and_each_is_there_once() -> None:
    found = page(
        """
        <meta property="og:image" content="http://news.example/a.jpg">
        <meta property="og:image:secure_url" content="https://news.example/a.jpg">
        <meta property="og:image:alt" content="A salt store">
        <meta property="og:image:width" content="none">
        <meta property="og:image" content="/b.png"><meta property="og:image:url" content="/b.png">
        <meta property="og:image" content="data:image/png;base64,AAAA"><meta property="og:image" content="/logo.svg">
        <meta name="twitter:image" content="https://news.example/a.jpg"><link rel="image_src" href="/c.jpg">
        """
    )
    assert found.pictures == (
        Picture("https://news.example/a.jpg", alt="A salt store"),
        Picture("https://news.example/b.png"),
        Picture("https://news.example/c.jpg"),
    )


def test_a_page_that_sends_browsers_elsewhere_says_where() -> None:
    """jekyll-redirect-from 0.16 writes a page for each old address, with a refresh and a canonical link."""
    assert page('<meta http-equiv="refresh" content="0; url=/new">').refresh == "https://news.example/new"
    assert page("<meta http-equiv=refresh content=\"1;URL='/new'\">").refresh == "https://news.example/new"
    elsewhere = ("0; url=javascript:x", "0; url=https://h.example:99999/", "0; url=http://[")
    for content in ("300", "300; url=/new", "0", *elsewhere):
        assert page(f'<meta http-equiv="refresh" content="{content}">').refresh is None
    assert page('<noscript><meta http-equiv="refresh" content="0; url=/nojs"></noscript>').refresh is None


# What is in the way ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "body", "url", "obstacle"),
    [
        ("<title>Log in</title>", "<form><input name=u><input type='password' name=p></form>", HERE, Obstacle.LOGIN),
        ("<title>Sign in</title>", "", "https://news.example/login?next=/2026/storage", Obstacle.LOGIN),
        ("<title>Before you continue</title>", "", "https://consent.news.example/m?continue=x", Obstacle.CONSENT),
        ("<title>Privacy</title>", "", "https://news.example/privacy-gate?x", Obstacle.CONSENT),
        ("<title>Just a moment...</title>", "<form></form>", HERE, Obstacle.CHALLENGE),
        ("<title>Access Denied</title>", "", HERE, Obstacle.CHALLENGE),
        # A story that has a form for subscribers beside it, and one about logging in.
        ('<meta property="og:type" content="article"><title>A</title>', "<input type=password>", HERE, None),
        ("<title>Salt</title>" + ld({"@type": "Article", "headline": "Salt"}), "<input type=password>", HERE, None),
        ("<title>Why sign-in forms fail</title>", "", "https://news.example/2026/sign-in-forms", None),
        ("<title>Cookie consent is dead</title>", "", "https://news.example/2026/cookie-consent-is-dead", None),
    ],
)
def test_a_page_that_stands_in_the_way_is_known(head: str, body: str, url: str, obstacle: Obstacle | None) -> None:
    found = page(head, body=body, url=url)
    assert found.obstacle is obstacle
    assert (found.title is None) == (obstacle is not None)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 <title>no</title>", "application/pdf"),
        (b'{"title": "x"}', "application/json"),
        (b"\xff\xd8\xff\xe0<html>", "image/jpeg"),
        (b"plain words", "text/plain"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<rss><channel><title>News</title>', "text/html"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>", "application/xml"),
        (b"", None),
    ],
)
def test_what_is_no_page_says_nothing(body: bytes, content_type: str | None) -> None:
    assert read_page(body, content_type, HERE) == Page(HERE, is_html=False, provider=Provider(domain="news.example"))


@pytest.mark.parametrize(
    "content_type", ["text/html", "application/xhtml+xml", "text/plain", "application/octet-stream", None]
)
def test_a_page_is_known_whatever_it_is_sent_as(content_type: str | None) -> None:
    assert page("<title>Salt</title>", content_type=content_type).title == "Salt"


# Encodings ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8-sig", "text/html; charset=iso-8859-1", ""),
        ("cp1252", 'text/html; charset="ISO-8859-1"', ""),
        ("cp1252", None, '<meta charset="windows-1252">'),
        ("cp1252", None, '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'),
        ("cp1252", None, ""),  # names nothing, and is no UTF-8
        ("utf-8", "text/html; charset=ascii", ""),  # does not decode as what it says
        ("utf-8", "text/html; charset=zlib", ""),
        ("utf-8", "text/html", '<meta charset="utf-16">'),
        ("utf-16", None, ""),
    ],
)
def test_a_page_is_read_in_the_encoding_it_is_in(encoding: str, content_type: str | None, meta: str) -> None:
    text = f"<html><head>{meta}<title>“Müller” – 5 €</title></head></html>"
    if encoding == "utf-8" and "ascii" in (content_type or ""):
        text = text.replace("“", "Ł")  # in whose UTF-8 is a byte that windows-1252 has not
        assert read_page(text.encode(), content_type, HERE).title == "ŁMüller” – 5 €"
        return
    assert read_page(text.encode(encoding), content_type, HERE).title == "“Müller” – 5 €"


@pytest.mark.parametrize(
    ("label", "text"),
    [("shift_jis", "塩で熱を蓄える①"), ("gb2312", "盐储存热量"), ("euc-kr", "소금"), ("koi8-r", "Соль")],
)
def test_pages_of_other_scripts_are_read(label: str, text: str) -> None:
    encoding = {"shift_jis": "cp932", "gb2312": "gb18030", "euc-kr": "cp949"}.get(label, label)
    body = f'<html><head><meta charset="{label}"><title>{text}</title>'.encode(encoding)
    assert read_page(body, "text/html", HERE).title == text


# Hostile input --------------------------------------------------------------------------------------------------------

MANY = 10 * 2**20


@pytest.mark.parametrize(
    "text",
    [
        "<title>" + "news " * (MANY // 5),
        '<meta property="og:title" content="' + "x" * MANY,
        '<meta property="og:title" content="' + "x" * MANY + '">',
        "<a " * (MANY // 3),
        "<a>" * (MANY // 3),
        "<!--" * (MANY // 4),
        "<a '" * (MANY // 4),
        "<a x=\"'" * (MANY // 7),
        "<script>" * (MANY // 8),
        "<" * MANY,
        "&amp;" * (MANY // 5),
        "<title>" + "&#x41" * (MANY // 5) + "</title>",
        "<meta " + "a=b " * (MANY // 4) + ">",
        '<script type="application/ld+json">' + "[" * MANY,
        '<script type="application/ld+json">' + "[" * 400_000 + "]" * 400_000 + "</script>",
        '<script type="application/ld+json">{"@graph":[' + '{"@type":"Article"},' * 40_000 + "{}]}</script>",
        '<script type="application/ld+json">{"a":' * 100_000,
        '<meta name="keywords" content="a,b">' * (MANY // 36),
        '<link rel="alternate" type="application/rss+xml" href="/f">' * (MANY // 60),
        " " * MANY,
        "<title>" + " - " * 100_000 + "</title>",
    ],
    ids=lambda text: text[:24],
)
def test_hostile_pages_cost_time_in_proportion_to_their_length(text: str) -> None:
    body = f"<html><head>{text}".encode()
    began = time.process_time()
    found = read_page(body, "text/html", HERE)
    assert time.process_time() - began < 6, "seconds; all but the worst take a tenth of one"
    assert len(pickle.dumps(found)) < 200_000
    assert len(found.title or "") <= 500


def test_only_the_beginning_of_a_very_long_page_is_read() -> None:
    text = "<html><head><title>Salt</title>" + "ü" * LONGEST_PAGE + '<meta property="og:title" content="Late">'
    assert read_page(text.encode(), None, HERE).title == "Salt"


# Tags -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "attributes"),
    [
        ("<meta name=a content=b>", {"name": "a", "content": "b"}),
        ("<META NAME='a' CONTENT = \"b > c\" />", {"name": "a", "content": "b > c"}),
        ("<meta name=a name=b>", {"name": "a"}),
        ("<meta\nname=a\tcontent=x/y>", {"name": "a", "content": "x/y"}),
        ("<meta hidden content='it''s'>", {"hidden": "", "content": "it", "'s'": ""}),
        ('<meta content="5" wide">', {"content": "5", 'wide"': ""}),
        ("<meta content=>", {"content": ""}),
        ("<meta content='a&amp;b&lt'>", {"content": "a&b&lt"}),
    ],
)
def test_attributes_are_read_as_browsers_read_them(text: str, attributes: dict[str, str]) -> None:
    assert list(tags(text + "<p>", ("meta",))) == [Tag("meta", attributes)]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- <meta> -->",
        "<style><meta></style>",
        "<textarea><meta></TEXTAREA >",
        "<meta",
        "<!--><!-- <meta>",
        "< meta>",
    ],
)
def test_what_is_no_tag_of_the_page_is_none(text: str) -> None:
    assert list(tags(text, ("meta",))) == []


def test_a_script_ends_where_browsers_end_it() -> None:
    found = list(tags("<script>a</scripty>b</SCRIPT ><meta>", ("script", "meta")))
    assert [(tag.name, tag.text) for tag in found] == [("script", "a</scripty>b"), ("meta", "")]
