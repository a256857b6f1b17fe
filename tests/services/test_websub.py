"""WebSub: subscribing where a feed names a hub, and believing nobody but that hub. https://www.w3.org/TR/websub/"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web
from feed_site import Site, item
from import_desk import NOON
from source_desk import SourceDesk, source_desk

from bot.domain.source import ASKED
from bot.http_api.hub_callbacks import mount_hub_callbacks
from bot.services.sources import sources, websub
from bot.services.sources.websub import is_signed
from bot.store.content import source_hubs
from bot.store.content.source_hubs import HubState

DAY = timedelta(days=1)
OURS = "https://bot.example/hook"
Here = tuple[SourceDesk, Site]


@pytest.fixture
async def here(tmp_path) -> AsyncIterator[Here]:
    async with source_desk(tmp_path) as both:
        desk, site = both
        site.feed(item("old"), Link=f'<{site.url}/hub>; rel="hub", <{site.url}/feed>; rel="self"')
        site.answer(202, path="/hub")
        await desk.add(f"{site.url}/feed")
        yield both


async def hub_of(desk: SourceDesk) -> HubState:
    async with desk.db.reading() as conn:
        found = await source_hubs.hub_state(conn, 1)
    assert found is not None
    return found


async def follow(desk: SourceDesk) -> None:
    await websub.follow(desk.db, desk.web.fetcher, OURS, 1, desk.now)


async def confirmed(desk: SourceDesk, lease: str = "864000") -> HubState:
    """Subscribe, and let the hub confirm it."""
    await follow(desk)
    hub = await hub_of(desk)
    query = {"hub.mode": "subscribe", "hub.topic": hub.topic, "hub.challenge": "c", "hub.lease_seconds": lease}
    assert await websub.verified(desk.db, hub.token, query, desk.now) == "c"
    return await hub_of(desk)


async def test_a_subscription_is_asked_for_once_and_renewed_before_it_ends(here: Here) -> None:
    desk, site = here
    hub = await confirmed(desk)
    assert site.forms == [
        {
            "hub.callback": f"{OURS}/websub/{hub.token}",
            "hub.mode": "subscribe",
            "hub.topic": f"{site.url}/feed",
            "hub.lease_seconds": "864000",
            "hub.secret": hub.secret,
        }
    ]
    assert len(hub.token) >= 32 and hub.until == NOON + 10 * DAY
    desk.now += 8 * DAY
    await follow(desk)
    assert len(site.forms) == 1
    desk.now += DAY + timedelta(hours=1)
    await follow(desk)
    assert len(site.forms) == 2 and site.forms[1]["hub.callback"] == site.forms[0]["hub.callback"]


async def test_a_hub_that_does_not_confirm_is_asked_again_after_some_hours(here: Here) -> None:
    desk, site = here
    await follow(desk)
    await follow(desk)
    assert len(site.forms) == 1
    desk.now += timedelta(hours=7)
    await follow(desk)
    assert len(site.forms) == 2


async def test_a_feed_that_names_no_hub_any_more_has_none(here: Here) -> None:
    desk, site = here
    token = (await confirmed(desk)).token
    site.feed(item("new", at=NOON), item("old"))
    await desk.read()
    async with desk.db.reading() as conn:
        assert await source_hubs.hub_state(conn, 1) is None and await source_hubs.by_hub_token(conn, token) is None


async def test_an_unchanged_feed_keeps_its_subscription(here: Here) -> None:
    desk, _ = here
    hub = await confirmed(desk)
    await desk.read()
    assert await hub_of(desk) == hub


@pytest.mark.parametrize(
    "changed",
    [{"hub.topic": "https://other.example/"}, {"hub.mode": "unsubscribe"}, {"hub.mode": "denied"}, {"hub.mode": "x"}],
)
async def test_only_what_was_asked_for_is_confirmed(here: Here, changed: dict[str, str]) -> None:
    desk, _ = here
    await follow(desk)
    hub = await hub_of(desk)
    query = {"hub.mode": "subscribe", "hub.topic": hub.topic, "hub.challenge": "c", **changed}
    assert await websub.verified(desk.db, hub.token, query, desk.now) is None
    assert (await hub_of(desk)).until is None
    assert await websub.verified(desk.db, "nobody", query | {"hub.mode": "subscribe"}, desk.now) is None


async def test_a_signed_message_lets_the_source_be_asked_at_once_and_no_other_does(here: Here) -> None:
    desk, _ = here
    hub = await confirmed(desk)
    later = (await desk.source()).next_at
    desk.now += timedelta(minutes=2)
    body = b"<rss/>"
    for signature in (None, "", "sha256=", "sha256=00", f"md5={hashlib.md5(body).hexdigest()}"):
        assert not await websub.told(desk.db, hub.token, body, signature, desk.now)
    assert (await desk.source()).next_at == later
    signed = "sha256=" + hmac.new(hub.secret.encode(), body, hashlib.sha256).hexdigest()
    assert not await websub.told(desk.db, hub.token, body + b" ", signed, desk.now)
    assert await websub.told(desk.db, hub.token, body, signed, desk.now)
    assert (await desk.source()).next_at == desk.now


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_all_methods_are_known(method: str) -> None:
    signature = hmac.new(b"secret", b"body", method).hexdigest()
    assert is_signed(b"body", f"{method}={signature}", "secret")
    assert is_signed(b"body", f"{method.upper()}={signature.upper()}", "secret")
    assert not is_signed(b"body", f"{method}={signature}", "another")


async def test_a_removed_source_confirms_nothing(here: Here) -> None:
    desk, _ = here
    await follow(desk)
    hub = await hub_of(desk)
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    query = {"hub.mode": "subscribe", "hub.topic": hub.topic, "hub.challenge": "c"}
    assert await websub.verified(desk.db, hub.token, query, desk.now) is None


async def end(desk: SourceDesk, site: Site, how: str) -> None:
    """Let the source be asked no more."""
    if how == "pause":
        await sources.pause(desk.db, 1, by=None, now=desk.now)
    elif how == "remove":
        await sources.remove(desk.db, 1, by=None, now=desk.now)
    else:
        site.answer(410)
        await desk.read()


@pytest.mark.parametrize("how", ["pause", "remove", "gone"])
async def test_a_hub_is_told_once_that_a_source_is_asked_no_more(here: Here, how: str) -> None:
    desk, site = here
    hub = await confirmed(desk)
    await websub.leave(desk.db, desk.web.fetcher, OURS)
    assert len(site.forms) == 1  # the source is still wanted
    query = {"hub.mode": "unsubscribe", "hub.topic": hub.topic, "hub.challenge": "c"}
    assert await websub.verified(desk.db, hub.token, query, desk.now) is None
    await end(desk, site, how)
    for _ in range(2):
        await websub.leave(desk.db, desk.web.fetcher, OURS)
    assert site.forms[1:] == [
        {"hub.callback": f"{OURS}/websub/{hub.token}", "hub.mode": "unsubscribe", "hub.topic": hub.topic}
    ]
    assert await websub.verified(desk.db, hub.token, query, desk.now) == "c"
    assert await websub.verified(desk.db, hub.token, query | {"hub.topic": "https://x.example/"}, desk.now) is None
    assert await websub.verified(desk.db, hub.token, query | {"hub.mode": "subscribe"}, desk.now) is None
    body = b"<rss/>"
    signed = "sha256=" + hmac.new(hub.secret.encode(), body, hashlib.sha256).hexdigest()
    assert not await websub.told(desk.db, hub.token, body, signed, desk.now)


async def test_a_source_that_goes_on_subscribes_at_once_again(here: Here) -> None:
    desk, site = here
    await confirmed(desk)
    await sources.pause(desk.db, 1, by=None, now=desk.now)
    await websub.leave(desk.db, desk.web.fetcher, OURS)
    await follow_if_asked(desk)
    await sources.resume(desk.db, 1, by=None, now=desk.now)
    await follow_if_asked(desk)
    assert [form["hub.mode"] for form in site.forms] == ["subscribe", "unsubscribe", "subscribe"]


async def follow_if_asked(desk: SourceDesk) -> None:
    """Do what the scheduler does after it has read a source, which it does only of those that are asked."""
    if (await desk.source()).state in ASKED:
        await follow(desk)


async def test_a_hub_that_cannot_be_reached_is_left_all_the_same(here: Here) -> None:
    desk, site = here
    await confirmed(desk)
    site.answer(500, path="/hub")
    await sources.remove(desk.db, 1, by=None, now=desk.now)
    for _ in range(2):
        await websub.leave(desk.db, desk.web.fetcher, OURS)
    assert [form["hub.mode"] for form in site.forms] == ["subscribe", "unsubscribe"]


async def test_hubs_are_answered_over_http_and_learn_nothing_by_guessing(here: Here) -> None:
    desk, _ = here
    await follow(desk)
    hub = await hub_of(desk)
    woken: list[None] = []
    app = web.Application(client_max_size=1024)
    mount_hub_callbacks(app, "/hook", desk.db, lambda: desk.now, lambda: woken.append(None))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook/websub"
    query = {"hub.mode": "subscribe", "hub.topic": hub.topic, "hub.challenge": "tell me"}
    body = b"x" * 5_000
    signed = {"X-Hub-Signature": "sha1=" + hmac.new(hub.secret.encode(), body, hashlib.sha1).hexdigest()}
    try:
        async with ClientSession() as client:
            async with client.get(f"{url}/{hub.token}", params=query) as answer:
                assert (answer.status, await answer.text()) == (200, "tell me")
            async with client.get(f"{url}/guessed", params=query) as answer:
                assert answer.status == 404
            for token, headers in ((hub.token, {}), ("guessed", signed), (hub.token, signed)):
                async with client.post(f"{url}/{token}", data=body, headers=headers) as answer:
                    assert answer.status == 202
    finally:
        await runner.cleanup()
    assert len(woken) == 1
