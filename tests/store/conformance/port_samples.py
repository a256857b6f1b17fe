"""What the conformance suite puts into a store before it asks, through the store's own functions and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.domain.article import ArticleState, HeldWhy, Picture, Provider, Story
from bot.domain.chat import ChatKind
from bot.domain.delivery import NEWS, Delivery, Lane, Status, Subject, SubjectType
from bot.domain.topic import TopicFile
from bot.store.content import articles, imports, topics
from bot.store.delivery import campaign_changes, campaigns, fanout, leases, outbox, settlement
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.delivery.settlement import Settled
from bot.store.engine.connection import Connection
from bot.store.readers import chats, subscriptions

NOW = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANNA, BEN, GROUP = 7, 8, -1_000_000_000_100
FURTHEST = 2**52 - 1
"""The largest id of a chat: "at most 52 significant bits", https://core.telegram.org/bots/api#chat"""
HIGHEST, LOWEST = 2**63 - 1, -(2**63)
"""The largest and smallest number that a store is asked for: what a forged button can hold."""


class Engine(Protocol):
    """What a store is opened as. `transaction` writes all of its block or nothing, `reading` sees one moment."""

    def transaction(self) -> AbstractAsyncContextManager[Connection]: ...

    def reading(self) -> AbstractAsyncContextManager[Connection]: ...


def story(number: int = 1, *, age: timedelta = HOUR, **given: object) -> Story:
    """Return a story of that age. `source` and `pictures` stand for its provider's name and its pictures' URLs."""
    source = given.pop("source", None)
    pictures = given.pop("pictures", ())
    return Story(
        **{  # type: ignore[arg-type]
            "title": f"Title {number}",
            "link": f"https://northgate.example/{number}",
            "published_at": NOW - age,
            "provider": Provider(source, source),  # type: ignore[arg-type]
            "pictures": tuple(Picture(url) for url in pictures),  # type: ignore[attr-defined]
            **given,
        }
    )


async def put_article(
    conn: Connection,
    number: int,
    *,
    state: ArticleState = ArticleState.PUBLISHED,
    scheduled_at: datetime | None = None,
    topics_of: Mapping[str, int] | None = None,
    **given: object,
) -> Story:
    """Store an article as an import does; `topics_of` are its topics' numbers by name. Return its story."""
    told = story(number, **{"topics": tuple(topics_of or ()), **given})  # type: ignore[arg-type]
    await imports.add(conn, {number: (f"slug-{number}", told)}, NOW, {number: (state, scheduled_at)})
    await imports.index(conn, {number: told}, topics_of or {})
    if state is ArticleState.HELD:
        await articles.hold(conn, number, HeldWhy.BURST)
    return told


async def put_topics(conn: Connection, *names: str) -> dict[str, int]:
    """Define topics as their files do and return their numbers by name."""
    return {name: await topics.define(conn, TopicFile(name.casefold(), name)) for name in names}


async def put_chats(conn: Connection, *ids: int) -> None:
    for id in ids:
        await chats.get_or_create(conn, id, ChatKind.PRIVATE if id > 0 else ChatKind.GROUP, "en", NOW - DAY)


def about(article: int) -> Subject:
    return Subject(SubjectType.ARTICLE, article)


async def broadcast(
    conn: Connection,
    article: int,
    *,
    at: datetime = NOW,
    start_at: datetime | None = None,
    by: int | None = None,
    lane: Lane = Lane.NEWS,
    by_file: bool = False,
) -> int:
    """Promise an article to whoever follows it, so that nothing has gone out yet; return the campaign's number."""
    await articles.fix_audience(conn, article, at)
    return await campaigns.promise(
        conn, NEWS, about(article), fixed_at=at, start_at=start_at or at, lane=lane, by=by, by_file=by_file
    )


async def the_campaign(conn: Connection, number: int) -> Campaign:
    """Return a campaign that is there."""
    found = await campaigns.campaign(conn, number)
    assert found is not None
    return found


async def queue(conn: Connection, number: int, at: datetime = NOW) -> None:
    """Give every chat that a campaign is for its row in the outbox."""
    await fanout.begin(conn, number, 0)
    more = True
    while more:
        campaign = await the_campaign(conn, number)
        audience = await followers_of(conn, campaign.subject.number, campaign.fixed_at)
        more = await fanout.fan_out(conn, campaign, audience, at)


def ended(delivery: Delivery, status: Status, reason: str | None = None) -> Settled:
    """Return a delivery of news as it ended. The message of a chat is its id's size and a hundred."""
    stands = delivery._replace(
        status=status, message_id=message_in(delivery.chat) if status is Status.SENT else None, reason=reason
    )
    return Settled(stands, (), has_photo=False)


async def deliver(
    conn: Connection, number: int, outcomes: Mapping[int, Status], *, at: datetime = NOW, reason: str | None = None
) -> None:
    """Settle what a campaign has for these chats as said, in a term of its own."""
    owner = await leases.take(conn, "a process", at)
    covers = [((await the_campaign(conn, number)).subject, 1)]
    claimed = await outbox.claim(conn, at, 100, among=[number], owner=owner)
    await outbox.release(conn, [one for one in claimed if one.chat not in outcomes], owner=owner)
    settled = [ended(one, outcomes[one.chat], reason) for one in claimed if one.chat in outcomes]
    await settlement.settle(conn, [one._replace(covers=covers) for one in settled], at, owner=owner)
    await leases.end(conn, owner)


async def stop(conn: Connection, number: int) -> None:
    """Let a campaign stand where it is, as an editor does."""
    await campaign_changes.halt(conn, number, CampaignState.STOPPED, "an editor", by_editor=True)


async def close_broadcasts(conn: Connection, at: datetime = NOW) -> None:
    """Let campaigns that have nothing left be done."""
    await campaign_changes.close_finished(conn, at)


async def send_to(
    conn: Connection, article: int, outcomes: Mapping[int, Status], *, at: datetime = NOW, reason: str | None = None
) -> int:
    """Store an article that these chats follow and got, or did not; return its campaign's number."""
    [(name, number)] = (await put_topics(conn, f"Topic {article}")).items()
    await put_article(conn, article, topics_of={name: number})
    await put_chats(conn, *outcomes)
    for chat in outcomes:
        await subscriptions.follow(conn, chat, number, 0, at - HOUR)
    number_of = await broadcast(conn, article, at=at)
    await queue(conn, number_of, at)
    await deliver(conn, number_of, outcomes, at=at, reason=reason)
    await close_broadcasts(conn, at)
    return number_of


def message_in(chat: int) -> int:
    """Return the id of the message that a chat gets of `deliver`."""
    return abs(chat) % 1_000 + 100


def numbers(places: Sequence[object]) -> list[int]:
    """Return the numbers of places in a list, or of articles."""
    return [place.number for place in places]  # type: ignore[attr-defined]
