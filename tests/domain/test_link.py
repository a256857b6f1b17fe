"""Which links are the same, and which may be shown or fetched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.link import LONGEST, is_public_address, link_fault, normal_link

pieces = st.text("abcXYZ019-._~%/?#&=:@[] \u3002é", max_size=30)
links = st.builds(
    "{}://{}{}".format,
    st.sampled_from(["http", "HTTPS", "ftp"]),
    st.sampled_from(
        [
            "a.example",
            "A.Example:443",
            "a.example:80",
            "[2606:4700::1]",
            "user@a.example",
            "127.1",
            "xn--bcher-kva.example",
        ]
    ),
    pieces.map(lambda path: "/" + path),
)


@given(links)
def test_normalising_twice_changes_nothing_more(link):
    if link_fault(link) is None:
        assert normal_link(normal_link(link)) == normal_link(link)


@given(st.text() | links | st.text("0123456789.xabcdef:[]%/@", max_size=40).map("http://{}".format))
def test_any_text_can_be_judged(text):
    fault = link_fault(text)
    assert fault is None or fault
    if fault is None:
        normal_link(text)


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://News.Example/grid",
        "https://news.example:443/grid",
        "https://news.example/grid/",
        "https://news.example/grid#top",
        "https://news.example/grid?utm_source=a&utm_medium=b",
        "https://news.example/grid?fbclid=1&GCLID=2",
        " https://news.example/grid?",
    ],
)
def test_these_links_are_one(other):
    assert normal_link(other) == "https://news.example/grid"


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/grid",
        "https://news.example:8443/grid",
        "https://news.example/Grid",
        "https://news.example/grid?id=1",
        "https://news.example/grid?utmost=1",
    ],
)
def test_these_links_are_others(other):
    assert normal_link(other) != "https://news.example/grid"


def test_queries_that_mean_something_stay_in_their_order():
    assert normal_link("https://n.example/?b=2&utm_id=9&a=1") == "https://n.example?b=2&a=1"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "news.localhost",
        "printer.local",
        "db.internal",
        "nas.lan",
        "intranet",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "10.1.2.3",
        "10.66051",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "08.8.8.8",
        "１２７.0.0.1",
        "127。0。0。1",
        "１２７｡０｡０｡１",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[fe80::1%25eth0]",
        "[fc00::1]",
        "[fec0::1]",
        "[2002:7f00:1::]",
        "[64:ff9b::127.0.0.1]",
    ],
)
def test_private_addresses_are_refused_in_every_spelling(host):
    assert link_fault(f"http://{host}/x") == "a private address"
    assert link_fault(f"https://{host}:8443/x") == "a private address"


@pytest.mark.parametrize(
    "link",
    [
        "https://news.example/",
        "http://8.8.8.8/",
        "http://134744072/",
        "https://[2606:4700:4700::1111]/",
        "https://[64:ff9b::8.8.8.8]/",
        "https://bücher.example/straße",
        "https://news.example/a?b=c%20d#e",
    ],
)
def test_public_links_pass(link):
    assert link_fault(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "",
        "news.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://news.example/",
        "https:///x",
        "https://user:secret@news.example/",
        "https://user@news.example/",
        "https://news.example/a b",
        "https://news.example/\u202e",
        "https://news.example/<x>",
        "https://news.example\\@10.0.0.1/",
        "https://news.example:99999/",
        "https://news.example:x/",
        "https://[::1",
        "https://news.example/" + "a" * LONGEST,
    ],
)
def test_what_is_no_public_link_is_refused(link):
    assert link_fault(link)


@given(st.ip_addresses())
def test_every_address_is_judged(address):
    assert is_public_address(str(address)) in (True, False)
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public_address(str(address)) or (address.version == 6 and address in _TRANSLATED)


class _Translated:
    """Addresses that hold an IPv4 one and are judged by it."""

    def __contains__(self, address):
        return address.sixtofour is not None or address.ipv4_mapped is not None


_TRANSLATED = _Translated()
