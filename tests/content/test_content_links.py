"""Links and videos at the door."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.articles.links import has_scheme, judged
from bot.content.articles.video import embedded_video, watch_link
from bot.domain.link import link_fault
from bot.sandbox.world.links import read_link


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com/a?b=c&d=%20e#f", "https://example.com/a?b=c&d=%20e#f"),
        (" https://example.com/a b|c ", "https://example.com/a%20b%7Cc"),
        ("https://example.com/grüße/“x”", "https://example.com/gr%C3%BC%C3%9Fe/%E2%80%9Cx%E2%80%9D"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("//cdn.example.com/x.jpg", "https://cdn.example.com/x.jpg"),
        ("HTTPS://Example.com/\u202egpj.exe", "https://Example.com/%E2%80%AEgpj.exe"),
        ("https://example.com/a\nb", "https://example.com/a%0Ab"),
        ("https://example.com:/a?b", "https://example.com/a?b"),
        (
            "https://images.weserv.nl/?url=https://i.example.co.uk/a.jpg&h=250",
            "https://images.weserv.nl/?url=https://i.example.co.uk/a.jpg&h=250",
        ),
    ],
)
def test_odd_characters_are_escaped_as_a_browser_would(text, url):
    assert judged(text).url == url


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "data:text/html,<script>",
        "http://127.0.0.1/x.jpg",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost:8080/",
        "http://router.lan/",
        "http://169.254.169.254/latest/meta-data",
        "http://127。0。0。1/",
        "http://１２７.0.0.1/",
        "//10.0.0.1/x",
        "https://user:pass@example.com/",
        "http://intranet/",
    ],
)
def test_dangerous_links_are_told_from_useless_ones(text):
    judgement = judged(text)
    assert judgement.url is None and judgement.fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not a link",
        "/assets/a.jpg",
        "mailto:a@example.com",
        "about:blank",
        "data:image/gif;base64,R0lGODlhAQ",
        "https://",
        "http:example.com",
        "https://[oops/",
        "https://exa mple.com/",
        "https://example.com:port/",
        "https://example.com:0/",
        "https://exa%mple.com/",
        "https://example.com/" + "x" * 3000,
    ],
)
def test_useless_links_do_no_harm(text):
    judgement = judged(text)
    assert judgement.url is None and judgement.fault


@given(st.text("abW01._-", min_size=1, max_size=8), st.text("abX0-._~%?#&=:@;,+*()/", max_size=20))
def test_a_plain_link_is_judged_as_one_whose_scheme_has_to_be_spelt_anew(host, path):
    plain, odd = judged(f"https://{host}/{path}"), judged(f"HTTPS://{host}/{path}")
    assert plain.url == odd.url


@given(st.text() | st.text("htps:/.@[]\\%#? \tabc1é。").map("http://".__add__))
def test_every_link_that_passes_is_public_and_ascii(text):
    judgement = judged(text)
    if judgement.url is None:
        assert judgement.fault
    else:
        assert judgement.url.isascii() and link_fault(judgement.url) is None


@given(st.text() | st.text("htps:/.@[]\\%#? \tabc1é。0_~", max_size=30).map("http://a.b".__add__))
def test_every_link_that_passes_may_stand_in_a_message(text):
    """A `text_link` or a button whose address Telegram takes for no link is a 400 for the whole message.

    Source: get_message_entities in https://github.com/tdlib/td/blob/master/td/telegram/MessageEntity.cpp
    """
    url = judged(text).url
    if url is not None:
        read_link(url)


@pytest.mark.parametrize("text", ["java\nscript:x", "//host/x", "https://x", "C:\\x.png"])
def test_what_has_a_scheme_is_no_path(text):
    assert has_scheme(text) and not has_scheme("pictures/a.jpg")


@pytest.mark.parametrize(
    "source",
    [
        "https://www.youtube.com/embed/1z2GLm3xzTs",
        "//www.youtube.com/embed/1z2GLm3xzTs?rel=0&amp;start=3",
        "https://www.youtube-nocookie.com/embed/1z2GLm3xzTs",
        "http://youtu.be/1z2GLm3xzTs?t=3",
    ],
)
def test_an_embedded_youtube_player_is_a_video_to_watch(source):
    markup = f'<div><iframe width="800"\n allow="x" src="{source}" allowfullscreen></iframe></div>'
    assert embedded_video(markup) == "https://www.youtube.com/watch?v=1z2GLm3xzTs"


def test_an_embedded_vimeo_player_is_a_video_to_watch():
    assert embedded_video("<IFRAME SRC='https://player.vimeo.com/video/76979871?h=1'>") == "https://vimeo.com/76979871"


@pytest.mark.parametrize(
    "url",
    [
        "https://youtube.com/watch?v=rigZ1FvrgSY",
        "https://m.youtube.com/watch?app=x&v=rigZ1FvrgSY",
        "https://www.youtube.com/shorts/rigZ1FvrgSY",
        "https://www.youtube.com/live/rigZ1FvrgSY?feature=share",
    ],
)
def test_a_video_page_is_known(url):
    assert watch_link(url) == "https://www.youtube.com/watch?v=rigZ1FvrgSY"


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<iframe>",
        '<iframe src="https://evil.example/youtube.com/embed/1z2GLm3xzTs">',
        '<iframe src="https://youtube.com.evil.example/embed/1z2GLm3xzTs">',
        '<iframe src="https://www.youtube.com/embed/videoseries?list=PL1">',
        '<iframe src="javascript:youtube.com/embed/1z2GLm3xzTs">',
        '<iframe src="https://[oops/embed/1z2GLm3xzTs">',
        '<img src="https://www.youtube.com/embed/1z2GLm3xzTs">',
    ],
)
def test_other_frames_are_no_videos(markup):
    assert embedded_video(markup) is None
