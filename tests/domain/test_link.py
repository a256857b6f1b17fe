"""Which links are the same, and which may be shown or fetched."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ip_addresses import is_public_address
from bot.domain.link import MAX_LENGTH, link_fault, normal_link

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


plain_links = st.builds(
    "https://{}{}".format,
    st.text("abwAW01._-", min_size=1, max_size=12) | st.sampled_from(["www.a.example", "10.0.0.1", "a.local", "a.b."]),
    st.just("") | st.text("abcXYZ019-._~?#&=:@;,+*()/", max_size=30).map("/{}".format),
)


@given(plain_links)
def test_a_link_that_needs_no_taking_apart_means_the_same_as_one_that_does(link):
    host, slash, path = link.removeprefix("https://").partition("/")
    assert normal_link(link) == normal_link(f" {link}") == normal_link(f"HTTPS://{host}{slash}{path}")
    assert link_fault(link) == link_fault(f"https://{host}:443{slash}{path}")


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
        "http://news.example/grid",
        "http://news.example:80/grid",
        "https://www.news.example/grid",
        "HTTP://WWW.News.Example./grid//",
        "https://news.example./grid",
        "https://news.example//grid",
        "https://news.example/%67rid",
        "https://news.example/gri%64?mc_cid=1&msclkid=2",
    ],
)
def test_these_links_are_one(other):
    assert normal_link(other) == "https://news.example/grid"


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example:8080/grid",
        "https://news.example:8443/grid",
        "https://wwwnews.example/grid",
        "https://m.news.example/grid",
        "https://news.example/gr%2Fid",
        "https://news.example/a/grid",
        "https://news.example/Grid",
        "https://news.example/grid?id=1",
        "https://news.example/grid?utmost=1",
    ],
)
def test_these_links_are_others(other):
    assert normal_link(other) != "https://news.example/grid"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://n.example/straße", "https://n.example/stra%c3%9fe"),
        ("https://n.example/?q=%7eanna&b", "http://n.example?q=~anna&b"),
        ("https://n.example/a%2fb", "https://n.example/a%2Fb"),
        ("https://www.gov.example/x", "http://gov.example/x/"),
        ("https://n.example", "http://www.n.example//"),
    ],
)
def test_escapes_hosts_and_empty_paths_are_compared_by_what_they_mean(one, other):
    assert normal_link(one) == normal_link(other)


def test_a_host_that_is_hardly_more_than_www_keeps_it():
    assert normal_link("https://www.example/x") == "https://www.example/x"


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
        "[2002:808:808::]",
        "[::ffff:8.8.8.8]",
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
        "https://news.example/" + "a" * MAX_LENGTH,
    ],
)
def test_what_is_no_public_link_is_refused(link):
    assert link_fault(link)


# As the two registries stood on 2025-10-09, with the first and last address of each block; ipaddress' own tables are
# as old as its Python: 3.11.7 calls 3fff::1 and 192.88.99.1 global.
@pytest.mark.parametrize(
    "block",
    [
        *("0.0.0.0/8", "0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32", "192.0.0.10/32", "192.0.0.170/31"),
        *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16"),
        *("192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "224.0.0.0/4"),
        *("::1/128", "::/128", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23"),
        *("2001::/32", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32"),
        *("2001:4:112::/48", "2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16"),
        *("2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "ff00::/8"),
    ],
)
def test_every_block_that_iana_set_aside_for_a_special_purpose_is_private(block):
    network = ipaddress.ip_network(block)
    assert not is_public_address(str(network[0]))
    assert not is_public_address(str(network[-1]))


@pytest.mark.parametrize(
    "address",
    [
        *("1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255"),
        *("2001:200::1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::8.8.8.8"),
    ],
)
def test_what_lies_beside_those_blocks_is_public(address):
    assert is_public_address(address)


@given(st.ip_addresses())
def test_no_address_that_python_calls_private_is_public(address):
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast:
        assert not is_public_address(str(address))
