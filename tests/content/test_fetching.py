"""Fetching over real HTTP: what a server does, and the one clear answer to it."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from aiohttp import web
from web_site import Handler, Site, serving

from bot.content.web.fetching import (
    LIMIT,
    MAX_REDIRECTS,
    Answer,
    Fetcher,
    FetchError,
    FetchFault,
    FetchRules,
    Validators,
)

HERE = FetchRules.parse("127.0.0.1")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving(Site()) as one:
        yield one


@asynccontextmanager
async def fetching(**options: object) -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(**{"allow": HERE, "wall": NOW.timestamp, **options})
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def fetched(url: str, **options: object) -> Answer:
    async with fetching() as fetcher:
        return await fetcher.get(url, **options)


async def refusal(url: str, *, fetcher: Fetcher | None = None, **options: object) -> FetchError:
    """Return what a fetch that cannot succeed says; it names nothing of an address beside its host."""
    async with fetching() as own:
        with pytest.raises(FetchError) as caught:
            await (fetcher or own).get(url, **options)
    said = str(caught.value)
    assert "\n" not in said and "/" not in said.replace("http or https", "") and "secret" not in said
    assert caught.value.__cause__ is None or "secret" not in str(caught.value.__cause__)
    return caught.value


def resolving(**names: Sequence[str]) -> Callable[[str, int], object]:
    """Return a resolver that knows hosts by their first label."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return names[host.split(".")[0]]

    return resolve


# An answer ------------------------------------------------------------------------------------------------------------


async def test_an_answer_comes_with_all_that_says_when_to_ask_again(site: Site) -> None:
    headers = {
        "ETag": '"7"',
        "Last-Modified": "Mon, 30 Nov 2026 08:00:00 GMT",
        "Cache-Control": "public, max-age=1800",
        "Link": '<https://hub.example/>; rel="hub", </feed>; rel=self',
        "Content-Type": "application/rss+xml; charset=latin1",
    }
    site.pages["/feed"] = lambda request: web.Response(body=b"<rss/>", headers=headers)
    answer = await fetched(site.url("/feed#part"))
    assert (answer.status, answer.body, answer.url, answer.moved_to) == (200, b"<rss/>", site.url("/feed"), None)
    assert answer.content_type == "application/rss+xml; charset=latin1"
    assert answer.validators == Validators('"7"', "Mon, 30 Nov 2026 08:00:00 GMT")
    assert (answer.max_age, answer.retry_after) == (timedelta(minutes=30), None)
    assert answer.links == (("hub", "https://hub.example/"), ("self", site.url("/feed")))


async def test_validators_are_sent_back_and_304_is_an_answer(site: Site) -> None:
    def conditional(request: web.Request) -> web.Response:
        return web.Response(
            status=304 if request.headers.get("If-None-Match") == '"7"' else 200, headers={"ETag": '"7"'}
        )

    site.pages["/feed"] = conditional
    first = await fetched(site.url("/feed"))
    again = await fetched(site.url("/feed"), validators=first.validators)
    assert (first.status, again.status, again.body) == (200, 304, b"")
    dated = Validators(last_modified="Mon, 30 Nov 2026 08:00:00 GMT")
    await fetched(site.url("/feed"), validators=dated)
    assert site.asked[-1].headers["If-Modified-Since"] == dated.last_modified


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
async def test_what_is_not_there_is_an_answer_without_a_body(site: Site, status: int) -> None:
    site.pages["/feed"] = lambda request: web.Response(status=status, body=b"gone", headers={"Retry-After": "120"})
    answer = await fetched(site.url("/feed"))
    assert (answer.status, answer.body, answer.retry_after) == (status, b"", timedelta(minutes=2))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("Mon, 30 Nov 2026 12:01:30 GMT", timedelta(seconds=90)),
        ("Mon, 30 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("0", timedelta(0)),
        ("99999999999", timedelta(days=30)),
        ("soon", None),
        ("-5", None),
    ],
)
async def test_retry_after_is_seconds_or_a_date(site: Site, header: str, wait: timedelta | None) -> None:
    site.pages["/"] = lambda request: web.Response(status=503, headers={"Retry-After": header})
    assert (await fetched(site.url("/"))).retry_after == wait


async def test_the_bot_names_itself_and_whom_to_write_to_and_keeps_no_cookies(site: Site) -> None:
    site.pages["/"] = lambda request: web.Response(headers={"Set-Cookie": "who=1"})
    async with fetching(contact="Ännie (desk@news.example)\r\nX: y") as fetcher:
        await fetcher.get(site.url("/"))
        await fetcher.get(site.url("/"))
    agent = site.asked[0].headers["User-Agent"]
    assert agent.startswith("newsbot/") and "desk@news.example" in agent and agent.count("(") == 1
    assert "X" not in site.asked[0].headers and "Cookie" not in site.asked[1].headers
    assert site.asked[0].headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),  # without its header, as some servers mean it
    ],
)
async def test_a_compressed_body_is_unpacked(site: Site, coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = b"news " * 500_000
    site.pages["/"] = lambda request: web.Response(body=pack(body), headers={"Content-Encoding": coding})
    assert (await fetched(site.url("/"))).body == body


# Limits ---------------------------------------------------------------------------------------------------------------


async def test_a_body_may_be_as_long_as_the_limit_and_no_longer(site: Site) -> None:
    site.pages["/exact"] = lambda request: web.Response(body=b"x" * 1000)
    site.pages["/more"] = lambda request: web.Response(body=b"x" * 1001)
    assert len((await fetched(site.url("/exact"), limit=1000)).body) == 1000
    assert (await refusal(site.url("/more"), limit=1000)).kind is FetchFault.TOO_LARGE


async def test_a_gzip_of_zeros_is_given_up_when_it_has_become_too_large(site: Site) -> None:
    packed = gzip.compress(bytes(4 * LIMIT))
    site.pages["/"] = lambda request: web.Response(body=packed, headers={"Content-Encoding": "gzip"})
    error = await refusal(site.url("/"))
    assert (error.kind, str(error)) == (FetchFault.TOO_LARGE, "127.0.0.1 sends more than 10 MiB")


async def _endless(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    while True:
        await stream.write(b"x" * 65_536)


async def _dripping(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    while True:
        await stream.write(b"x")
        await asyncio.sleep(0.02)


async def test_a_body_that_never_ends_is_given_up_at_the_limit(site: Site) -> None:
    site.pages["/"] = _endless
    assert (await refusal(site.url("/"))).kind is FetchFault.TOO_LARGE


async def test_a_body_that_drips_is_given_up_when_the_time_is_over(site: Site) -> None:
    site.pages["/"] = _dripping
    error = await refusal(site.url("/"), within=0.2)
    assert (error.kind, str(error)) == (FetchFault.TIMEOUT, "127.0.0.1 gave no whole answer within 0.2 seconds")


async def test_the_time_is_for_all_redirects_together(site: Site) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response(status=302, headers={"Location": f"/{int(request.path[1:]) + 1}"})

    site.pages |= {f"/{number}": slow for number in range(9)}
    # Each step takes less than that, all five that are followed more: what comes is no refusal of too many redirects.
    assert (await refusal(site.url("/0"), within=1.0)).kind is FetchFault.TIMEOUT
    assert len(site.paths) < 6


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "compress"])
async def test_a_coding_whose_unpacking_cannot_be_bounded_is_broken(site: Site, coding: str) -> None:
    site.pages["/"] = lambda request: web.Response(body=b"x", headers={"Content-Encoding": coding})
    assert (await refusal(site.url("/"))).kind is FetchFault.BROKEN


@pytest.mark.parametrize("packed", [gzip.compress(b"news", mtime=0)[:-9], b"no gzip"], ids=["cut", "none"])
async def test_a_packed_body_that_ends_early_is_broken(site: Site, packed: bytes) -> None:
    site.pages["/"] = lambda request: web.Response(body=packed, headers={"Content-Encoding": "gzip"})
    assert (await refusal(site.url("/"))).kind is FetchFault.BROKEN


@asynccontextmanager
async def speaking(said: bytes) -> AsyncIterator[int]:
    """Open a port of 127.0.0.1 that says the same to everyone and closes the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nnews \r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["nothing", "no HTTP", "half", "half a chunk", "many headers", "a long header", "a redirect to nowhere"],
)
async def test_an_answer_that_ends_early_or_is_none_is_broken(said: bytes) -> None:
    async with speaking(said) as port:
        assert (await refusal(f"http://127.0.0.1:{port}/secret")).kind is FetchFault.BROKEN


async def test_a_port_where_nobody_listens_is_unreachable() -> None:
    async with speaking(b"") as port:
        pass
    error = await refusal(f"http://127.0.0.1:{port}/secret")
    assert error.kind is FetchFault.UNREACHABLE and str(error) == "127.0.0.1 cannot be reached: connection refused"


# Addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example",
        "ftp://news.example/x",
        "file:///etc/passwd",
        "gopher://news.example:70/x",
        "http://",
        "http://[::1",
        "http://anna:secret@news.example/",
        "http://news.example:22/",
        "https://news.example:1023/",
        "http://news.example:0/",
        "http://news.example:70000/",
        "https://news.example/" + "x" * 2048,
        "http://127.0.0.1:25/",  # a named host has no other ports
    ],
)
async def test_what_is_no_web_address_is_refused_before_anybody_is_asked(url: str) -> None:
    assert (await refusal(url)).kind is FetchFault.REFUSED


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "127.2", "2130706433", "0x7f.0.0.2", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_a_private_address_is_refused_however_it_is_spelt(site: Site, host: str) -> None:
    assert (await refusal(site.url("/", host))).kind is FetchFault.REFUSED
    assert site.asked == []


async def test_without_rules_this_machine_is_refused(site: Site) -> None:
    async with fetching(allow=FetchRules()) as fetcher:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            error = await refusal(site.url("/", host), fetcher=fetcher)
            assert error.kind is FetchFault.REFUSED and "NEWSBOT_FETCH_ALLOW" in str(error)
    assert site.asked == []


async def test_a_name_that_resolves_to_a_private_address_is_refused(site: Site) -> None:
    resolve = resolving(evil=["127.0.0.2"], metadata=["169.254.169.254"], mapped=["::ffff:127.0.0.1"])
    async with fetching(resolve=resolve) as fetcher:
        for name in ("evil.example", "metadata.example", "mapped.example"):
            assert (await refusal(site.url("/", name), fetcher=fetcher)).kind is FetchFault.REFUSED
    assert site.asked == []


async def test_a_name_is_resolved_once_and_connected_to_where_it_was_judged(site: Site) -> None:
    """A name server that says something else the second time (DNS rebinding) is not asked a second time."""
    site.pages["/"] = lambda request: web.Response(text=request.host)
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])

    async def resolve(host: str, port: int) -> Sequence[str]:
        return next(answers)

    async with fetching(resolve=resolve) as fetcher:
        answer = await fetcher.get(site.url("/", "news.example"))
        assert answer.body == f"news.example:{site.port}".encode()
    assert next(answers) == ["127.0.0.2"]


async def test_of_several_addresses_only_those_admitted_are_connected_to(site: Site) -> None:
    site.pages["/"] = lambda request: web.Response(text="here")
    async with fetching(resolve=resolving(news=["127.0.0.2", "10.0.0.1", "127.0.0.1"])) as fetcher:
        assert (await fetcher.get(site.url("/", "news.example"))).body == b"here"


async def test_a_named_host_may_lead_anywhere_and_nobody_else_may_follow(site: Site) -> None:
    site.pages["/"] = lambda request: web.Response(text="here")
    resolve = resolving(wiki=["127.0.0.1"], other=["127.0.0.1"])
    async with fetching(allow=FetchRules.parse("wiki.local"), resolve=resolve) as fetcher:
        assert (await fetcher.get(site.url("/", "wiki.local"))).body == b"here"
        for host in ("other.local", "127.0.0.1"):
            assert (await refusal(site.url("/", host), fetcher=fetcher)).kind is FetchFault.REFUSED
    assert len(site.asked) == 1


async def test_a_host_that_does_not_exist_is_unreachable() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    async with fetching(resolve=resolve) as fetcher:
        error = await refusal("http://nowhere.example/secret", fetcher=fetcher)
    assert error.kind is FetchFault.UNREACHABLE and "nowhere.example" in str(error)


async def test_a_name_server_that_does_not_answer_costs_its_time_and_no_more() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return await asyncio.Future()

    async with fetching(resolve=resolve) as fetcher:
        assert (await refusal("http://slow.example/", fetcher=fetcher, within=0.05)).kind is FetchFault.TIMEOUT


# Redirects ------------------------------------------------------------------------------------------------------------


def to(location: str, status: int = 302) -> Handler:
    return lambda request: web.Response(status=status, headers={"Location": location})


@pytest.mark.parametrize(
    ("steps", "moved_to"),
    [
        ([301], "/1"),
        ([308, 301], "/2"),
        ([301, 302], "/1"),
        ([301, 302, 301], "/1"),
        ([302], None),
        ([307, 301], None),
        ([303], None),
    ],
)
async def test_only_an_unbroken_chain_of_permanent_redirects_moves(
    site: Site, steps: list[int], moved_to: str | None
) -> None:
    site.pages |= {f"/{number}": to(f"/{number + 1}", status) for number, status in enumerate(steps)}
    site.pages[f"/{len(steps)}"] = lambda request: web.Response(body=b"here")
    answer = await fetched(site.url("/0"))
    assert (answer.body, answer.url) == (b"here", site.url(f"/{len(steps)}"))
    assert answer.moved_to == (None if moved_to is None else site.url(moved_to))


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2:{port}/",
        "http://localhost.:25/",
        "http://[::1]:{port}/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "http://anna:secret@127.0.0.1:{port}/",
        "http://[::1",
    ],
)
async def test_a_redirect_to_what_may_not_be_fetched_is_refused(site: Site, location: str) -> None:
    site.pages["/"] = to(location.format(port=site.port))
    assert (await refusal(site.url("/"))).kind is FetchFault.REFUSED
    assert site.paths == ["/"]


async def test_redirects_in_a_circle_and_redirects_without_end_are_named(site: Site) -> None:
    site.pages["/a"], site.pages["/b"] = to("/b"), to("/a")
    error = await refusal(site.url("/a"))
    assert (error.kind, str(error)) == (FetchFault.TOO_MANY_REDIRECTS, "127.0.0.1 redirects in a circle")
    assert site.paths == ["/a", "/b"]
    site.pages |= {f"/{number}": to(f"/{number + 1}") for number in range(MAX_REDIRECTS + 2)}
    site.asked.clear()
    assert (await refusal(site.url("/0"))).kind is FetchFault.TOO_MANY_REDIRECTS
    assert len(site.asked) == MAX_REDIRECTS + 1


# Certificates ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "host", "words"),
    [
        ({"not_after": datetime(2020, 1, 1, tzinfo=UTC)}, "127.0.0.1", "has a certificate that has expired"),
        ({"not_before": datetime(2100, 1, 1, tzinfo=UTC)}, "127.0.0.1", "has a certificate that is not valid yet"),
        ({}, "other.example", "has another host's certificate"),
    ],
)
async def test_a_certificate_that_does_not_hold_is_named(options: dict[str, datetime], host: str, words: str) -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(host, **options).configure_cert(server)
    authority.configure_trust(client)
    async with serving(Site(), ssl_context=server) as site, fetching(tls=client) as fetcher:
        error = await refusal(site.url("/secret").replace("http:", "https:"), fetcher=fetcher)
    assert (error.kind, str(error)) == (FetchFault.TLS, f"127.0.0.1 {words}")
    assert site.asked == []


async def test_a_certificate_of_an_unknown_authority_and_a_server_without_tls_are_named(site: Site) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(server)
    async with serving(Site(), ssl_context=server) as secure:
        error = await refusal(secure.url("/").replace("http:", "https:"))
    assert (error.kind, str(error)) == (
        FetchFault.TLS,
        "127.0.0.1 has a certificate that nobody known here has signed",
    )
    assert (await refusal(site.url("/").replace("http:", "https:"))).kind is FetchFault.TLS


async def test_a_certificate_that_holds_is_trusted() -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    async with serving(Site(), ssl_context=server) as site, fetching(tls=client) as fetcher:
        site.pages["/"] = lambda request: web.Response(body=b"here")
        assert (await fetcher.get(site.url("/").replace("http:", "https:"))).body == b"here"


# Turns ----------------------------------------------------------------------------------------------------------------


class Counter:
    """Counts who is being answered at the same time; answers when told to."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.go = asyncio.Event()
        self.came = asyncio.Semaphore(0)

    async def answer(self, request: web.Request) -> web.Response:
        self.now += 1
        self.most = max(self.most, self.now)
        self.came.release()
        await self.go.wait()
        self.now -= 1
        return web.Response()


async def test_a_host_is_asked_one_thing_at_a_time(site: Site) -> None:
    counter = Counter()
    site.pages["/"] = counter.answer
    counter.go.set()
    async with fetching() as fetcher:
        await asyncio.gather(*(fetcher.get(site.url("/")) for _ in range(20)))
        assert (counter.most, len(site.asked)) == (1, 20)
        assert fetcher.waiting == 0  # nothing is kept of a host that nobody asks


async def test_only_so_many_hosts_are_asked_at_once_and_people_do_not_wait_behind_them(site: Site) -> None:
    counter = Counter()
    site.pages["/slow"] = counter.answer
    site.pages["/"] = lambda request: web.Response(body=b"here")

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with fetching(resolve=resolve, at_once=3) as fetcher:
        slow = [asyncio.create_task(fetcher.get(site.url("/slow", f"h{number}.example"))) for number in range(9)]
        for _ in range(3):
            await counter.came.acquire()
        assert (await fetcher.get(site.url("/", "news.example"), prompt=True)).body == b"here"
        counter.go.set()
        await asyncio.gather(*slow)
    assert counter.most == 3


async def test_whoever_gives_up_frees_the_host_and_the_place(site: Site) -> None:
    counter = Counter()
    site.pages["/slow"] = counter.answer
    site.pages["/"] = lambda request: web.Response(body=b"here")
    async with fetching(at_once=1) as fetcher:
        asking = asyncio.create_task(fetcher.get(site.url("/slow")))
        waiting = asyncio.create_task(fetcher.get(site.url("/slow")))
        await counter.came.acquire()
        for task in (waiting, asking):
            task.cancel()
        await asyncio.gather(asking, waiting, return_exceptions=True)
        assert fetcher.waiting == 0
        assert (await fetcher.get(site.url("/"))).body == b"here"


async def test_redirects_between_two_hosts_that_are_being_asked_end(site: Site) -> None:
    """Each of many lets go of its host before it waits for the other's."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    site.pages["/a"] = lambda request: web.Response(
        status=302,
        headers={"Location": site.url("/end", "b.example" if request.host.startswith("a.") else "a.example")},
    )
    site.pages["/end"] = lambda request: web.Response(body=b"here")
    async with fetching(resolve=resolve, at_once=2) as fetcher:
        asked = [fetcher.get(site.url("/a", f"{'ab'[number % 2]}.example")) for number in range(20)]
        answers = await asyncio.gather(*asked)
    assert [answer.body for answer in answers] == [b"here"] * 20
