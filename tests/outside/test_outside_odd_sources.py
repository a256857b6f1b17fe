"""Sources that are odd or mean harm, as people meet them: the real bot, the shell, real HTTP."""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from aiohttp import ClientSession
from feed_site import Answer, item, site
from street import plain, street
from web_site import Site as Pages
from web_site import serving

XHTML = "http://www.w3.org/1999/xhtml"
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Salt</title>
<id>urn:salt</id><updated>{at}</updated>{entries}</feed>"""
ENTRY = """<entry><id>urn:{n}</id>{title}<link href="https://salt.example/{n}"/><updated>{at}</updated>
<summary type="text">What &lt;i&gt; does.</summary></entry>"""


def atom(*titles: str) -> str:
    """Return a feed with an entry for each title element."""
    at = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    return ATOM.format(at=at, entries="".join(ENTRY.format(n=n, title=one, at=at) for n, one in enumerate(titles)))


async def test_signs_of_markup_in_a_title_of_plain_text_reach_readers_as_they_are(tmp_path: Path) -> None:
    """`type="text"` is no HTML, however it looks: https://www.rfc-editor.org/rfc/rfc4287#section-3.1.1"""
    async with street(tmp_path, FETCH_ALLOW="127.0.0.1") as here, site() as web:
        anna, _ = await here.move_in()
        web.answers["/feed"] = Answer(body=atom())
        assert (await here.shell("sources", "add", f"{web.url}/feed", "--topic", "Energy")).status == 0
        web.answers["/feed"] = Answer(
            body=atom(
                "<title>Why &lt;b&gt; is bold &amp;amp; brave</title>",
                '<title type="html">Salt &lt;b&gt;stores&lt;/b&gt; heat &amp;amp; light</title>',
                f'<title type="xhtml"><div xmlns="{XHTML}">Two <b>towns</b> &amp; a lake</div></title>',
            )
        )
        assert (await here.shell("sources", "refresh", "1")).status == 0
        pushes = [
            await here.sees(anna, title)
            for title in ("Why <b> is bold &amp; brave", "Salt stores heat & light", "Two towns & a lake")
        ]
        assert all("What <i> does." in plain(push) for push in pushes)
        spans = pushes[0].get("entities") or pushes[0]["caption_entities"]
        assert [one["type"] for one in spans].count("bold") == 1  # the title is, and nothing in it
        latest = plain(await here.asks(anna, "/latest"))
        assert "Why <b> is bold &amp; brave" in latest and "Salt stores heat & light" in latest


async def test_an_interval_below_a_minute_in_a_source_file_is_refused_and_the_feed_is_not_asked(tmp_path: Path) -> None:
    async with street(tmp_path, FETCH_ALLOW="127.0.0.1") as here, site() as web:
        await here.move_in()
        web.feed(item("old"))
        text = f"taxonomy: source\nurl: {web.url}/feed\nevery: %s\n"
        here.write("salt.yaml", text % "30s")
        async with asyncio.timeout(60):
            while "salt.yaml:3: every: “30s”" not in here.logged():
                await here.shell("stats")  # a command takes its time
        checked = await here.shell("check", "content/salt.yaml")
        assert (checked.status, checked.err) == (1, "content/salt.yaml:3: every: “30s” is not between 1m and 30d\n")
        assert json.loads((await here.shell("sources", "--json")).out) == [] and web.asked == []
        here.write("salt.yaml", text % "1m")
        async with asyncio.timeout(60):
            await web.until(1)
        [source] = json.loads((await here.shell("sources", "--json")).out)
        assert (source["every"], source["state"]) == ("1m", "active")


async def test_an_expired_certificate_adds_nothing_and_is_named(tmp_path: Path) -> None:
    authority = trustme.CA()
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC)).configure_cert(server)
    async with street(tmp_path, FETCH_ALLOW="127.0.0.1") as here, serving(Pages(), ssl_context=server) as pages:
        here.variables["SSL_CERT_FILE"] = str(trusted)
        await here.imported()
        url = pages.url("/private/feed").replace("http:", "https:")
        added = await here.shell("sources", "add", url)
        assert (added.status, added.out) == (1, "")
        assert added.err == f"newsbot: {url}: 127.0.0.1 has a certificate that has expired; nothing was added\n"
        assert json.loads((await here.shell("sources", "--json")).out) == [] and pages.asked == []


async def test_only_what_the_hub_has_signed_lets_a_feed_be_asked_and_a_replay_asks_it_no_more_often(
    tmp_path: Path,
) -> None:
    """https://www.w3.org/TR/websub/#signature-validation: the subscriber answers 2xx all the same."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    hook = f"http://127.0.0.1:{port}/hook"
    variables = {"FETCH_ALLOW": "127.0.0.1", "WEBHOOK_URL": hook, "LISTEN": f"127.0.0.1:{port}"}
    async with street(tmp_path, **variables) as here, site() as web, ClientSession() as client:
        await here.imported()
        web.feed(item("old"), Link=f'<{web.url}/hub>; rel="hub", <{web.url}/feed>; rel="self"')
        web.answer(202, path="/hub")
        assert (await here.shell("sources", "add", f"{web.url}/feed")).status == 0
        await here.open()
        assert (await here.shell("sources", "refresh", "1")).status == 0
        async with asyncio.timeout(60):
            await web.until(1, "/hub")
        [form] = web.forms
        callback, secret, body = form["hub.callback"], form["hub.secret"], b"<rss/>"
        query = {"hub.mode": "subscribe", "hub.topic": form["hub.topic"], "hub.challenge": "c"}
        for wrong in ({"hub.topic": "https://x.example/"}, {"hub.mode": "unsubscribe"}):
            async with client.get(callback, params=query | wrong) as answer:
                assert answer.status == 404
        async with client.get(callback, params=query) as answer:
            assert (answer.status, await answer.text()) == (200, "c")

        async def tells(signature: str | None, data: bytes = body, url: str = callback) -> None:
            headers = {} if signature is None else {"X-Hub-Signature": signature}
            async with client.post(url, data=data, headers=headers) as answer:
                assert answer.status == 202

        def signed(data: bytes, by: str = secret) -> str:
            return "sha256=" + hmac.new(by.encode(), data, "sha256").hexdigest()

        before = web.times()
        for signature in (
            None,
            "",
            "sha256=",
            f"sha256={'0' * 64}",
            "md5=5",
            signed(body, "guessed"),
            signed(b"<rss>"),
        ):
            await tells(signature)
        await tells(signed(body), url=f"{hook}/websub/guessed")
        ready = await here.shell("sources", "--json")  # a command takes longer than a scheduler's look
        assert ready.status == 0 and web.times() == before
        for _ in range(20):
            await tells(signed(body))
        async with asyncio.timeout(60):
            await web.until(before + 1)
        assert (await here.shell("sources", "--json")).status == 0
        assert web.times() <= before + 2  # ten seconds lie between two askings, whoever repeats what the hub has said

        assert (await here.shell("sources", "remove", "1")).status == 0
        async with asyncio.timeout(60):
            await web.until(2, "/hub")
        assert web.forms[1]["hub.mode"] == "unsubscribe" and web.forms[1]["hub.callback"] == callback
        async with client.get(callback, params=query | {"hub.mode": "unsubscribe"}) as answer:
            assert (answer.status, await answer.text()) == (200, "c")
        assert secret not in here.logged()
