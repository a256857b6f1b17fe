"""What the operator lets be fetched although it is private: what is named, and nothing beside it."""

import pytest

from bot.domain.fetch_rules import PUBLIC_ONLY, FetchRules

RULES = FetchRules.parse("127.0.0.1, 10.0.0.0/8, Wiki.Local., [fd00::1], bücher.intern")


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),  # the address is named, whatever leads there
        ("anything.example", "10.255.0.1"),
        ("wiki.local", "192.168.0.7"),  # the host is named, whatever it leads to
        ("WIKI.LOCAL.", "192.168.0.7"),
        ("xn--bcher-kva.intern", "192.168.0.8"),
        ("fd00::1", "fd00::1"),
        ("a.example", "93.184.216.34"),
    ],
)
def test_what_is_named_is_admitted_and_so_is_the_public_internet(host: str, address: str) -> None:
    assert RULES.admits(host, address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.2", "127.0.0.2"),
        ("localhost", "::1"),
        ("other.local", "192.168.0.7"),
        ("sub.wiki.local", "192.168.0.7"),
        ("192.168.0.7", "192.168.0.7"),  # where a named host leads is not named by that
        ("a.example", "::ffff:127.0.0.1"),  # an address in another's clothes is another address
        ("a.example", "::ffff:10.0.0.1"),
        ("a.example", "fd00::2"),
        ("a.example", "169.254.169.254"),
        ("a.example", "fe80::1%eth0"),
        ("a.example", "224.0.0.1"),
    ],
)
def test_what_is_not_named_stays_forbidden(host: str, address: str) -> None:
    assert not RULES.admits(host, address)


def test_without_rules_only_the_public_internet_is_admitted() -> None:
    assert FetchRules.parse(" , ") == PUBLIC_ONLY
    assert PUBLIC_ONLY.admits("a.example", "93.184.216.34")
    assert not PUBLIC_ONLY.admits("localhost", "127.0.0.1")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "0x7f.1", "2130706433", "localhost", "wiki.local", "10.1.2.3", "fd00::1"]
)
def test_a_link_to_a_named_host_is_known_by_its_look(host: str) -> None:
    assert RULES.names(host) and not PUBLIC_ONLY.names(host)


@pytest.mark.parametrize("host", ["127.0.0.2", "intranet", "other.local", "a.example", "192.168.0.7", "::1"])
def test_a_link_to_any_other_host_is_not(host: str) -> None:
    assert not RULES.names(host)


def test_a_host_that_was_reached_by_a_named_address_can_be_named_too() -> None:
    rules = FetchRules.parse("10.0.0.0/8")
    assert not rules.names("Wiki.internal")
    assert rules.including("Wiki.internal").names("wiki.internal")
    assert rules.including("Wiki.internal").names("10.0.0.1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("http://wiki.local", "without https:// or a port"),
        ("wiki.local:80", "without https:// or a port"),
        ("*.local", "is not a host"),
        (".local", "is not a host"),
        ("a b", "is not a host"),
        ("127.1", "is not a host"),
        ("256.0.0.1", "is not a host"),
        ("10.0.0.0/33", "write it like 10.0.0.0/8"),
        ("10.1.2.3/8", "write 10.1.2.3 or 10.0.0.0/8"),
        ("127.0.0.1, wiki.local/x", "is not a network"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(ValueError, match="is") as caught:
        FetchRules.parse(text)
    assert words in str(caught.value) and "\n" not in str(caught.value)
