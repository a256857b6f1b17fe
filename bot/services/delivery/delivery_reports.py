"""
What became of a publish: how it stands, who got it and who not, and a second try for those whom it did not reach.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.article import Article, ArticleState
from bot.domain.audit import By
from bot.domain.copies import ChangedCopies
from bot.domain.delivery import NOTICE, WITHDRAWAL, Operation, Status
from bot.domain.progress import Phase, Standing
from bot.errors import OutOfTurn
from bot.services.delivery.kinds import KINDS
from bot.services.delivery.takedown_reports import report_within
from bot.store.content import articles
from bot.store.delivery import campaigns, copy_counts, delivery_reports, outbox, receipts, retention
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.delivery.followers import followers_of
from bot.store.desk import audit_log, progress_messages
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database

MAX_CHATS = 100_000
"""Chats that a JSON document names, at most."""
Failures = list[tuple[int, str]]
_WITHDRAWN = (ArticleState.RETRACTED, ArticleState.TAKEN_DOWN)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One article's delivery, over all its publishes. `standing` is None when it never went out.

    `reasons` are why it failed, with how many chats each, `restricted` why chats forbade it; `first_sent_at` and
    `last_sent_at` are in the standing. `copies` are what became of delivered ones that were changed or taken back.
    """

    article: Article
    campaign: int | None = None
    standing: Standing | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    restricted: tuple[tuple[str, int], ...] = ()
    copies: ChangedCopies = field(default_factory=ChangedCopies)


async def standing(
    conn: Connection, campaign: Campaign, now: datetime, rate: float, *, audience: int | None = None
) -> Standing:
    """Return how a campaign stands. `audience` is what was counted before; while rows are still being promised, it is
    counted anew when it is None."""
    if campaign.is_complete:
        audience = campaign.total
    elif audience is None:
        whom = await KINDS[campaign.kind].audience(conn, campaign)
        audience = campaign.settled + await reach(conn, whom, now)
    article = None if campaign.article is None else await articles.even_taken_down(conn, campaign.article)
    if campaign.is_change and article is not None and article.state is ArticleState.TAKEN_DOWN:
        return await takedown_standing(conn, campaign, article, now, rate)
    for_their_time = 0
    if campaign.state is not CampaignState.DONE:
        for_their_time = await outbox.for_their_time(conn, [campaign.id], now)
    is_all_out = campaign.is_complete and 0 < for_their_time >= audience - campaign.settled
    is_news = campaign.operation is Operation.SEND
    gone, left_behind, noticed = (0, 0, 0) if is_news else await _beside(conn, campaign)
    is_retracted = is_news and article is not None and article.state in _WITHDRAWN
    return Standing(
        phase=Phase.WITHDRAWN if is_retracted else _phase(campaign, now, is_all_out=is_all_out),
        audience=audience + gone + left_behind,
        sent=campaign.sent,
        unreachable=campaign.unreachable,
        failed=campaign.failed + gone + left_behind,
        restricted=campaign.restricted,
        words=campaign.words,
        unwanted=campaign.unwanted,
        unsure=campaign.unsure,
        start_at=campaign.start_at,
        first_sent_at=campaign.first_sent_at,
        last_sent_at=campaign.last_sent_at,
        rate=rate,
        is_paused=await metadata.is_paused(conn),
        for_their_time=for_their_time,
        kind=campaign.kind,
        gone=0 if is_news else gone + await copy_counts.gone(conn, campaign.id),
        noticed=noticed,
    )


async def _beside(conn: Connection, campaign: Campaign) -> tuple[int, int, int]:
    """Return of a change of copies that is done how many an older one, still under way, found gone or left behind in
    groups that moved; and how many become notices where the others are deleted.
    """
    beside = [campaign]
    if campaign.kind == WITHDRAWAL:
        made = await campaigns.changing(conn, campaign.subject)
        beside += [one for one in made if one.kind == NOTICE and one.revision == campaign.revision]
    noticed = sum(one.total for one in beside[1:])
    if campaign.state is not CampaignState.DONE:  # to count them takes a look at every copy
        return 0, 0, noticed
    return *await copy_counts.lost(conn, beside, since=campaign.fixed_at), noticed


async def takedown_standing(
    conn: Connection, campaign: Campaign, article: Article, now: datetime, rate: float
) -> Standing:
    """Return how all campaigns stand that take an article down: one of them deletes copies, the other changes them."""
    found = [one for one in await campaigns.changing(conn, campaign.subject) if one.revision == article.revision]
    audience = -sum(one.unwanted for one in found)  # what the other one goes on with, or is not needed any more
    for one in found:
        if one.is_complete:
            audience += one.total
        else:
            audience += one.settled + await reach(conn, await KINDS[one.kind].audience(conn, one), now)
    under_way = next((one for one in found if one.state is not CampaignState.DONE), None)
    firsts = [one.first_sent_at for one in found if one.first_sent_at is not None]
    lasts = [one.last_sent_at for one in found if one.last_sent_at is not None]
    return Standing(
        phase=Phase.DONE if under_way is None else _phase(under_way, now, is_all_out=False),
        audience=audience,
        sent=sum(one.sent for one in found),
        unreachable=sum(one.unreachable for one in found),
        failed=sum(one.failed for one in found),
        restricted=sum(one.restricted for one in found),
        words=None if under_way is None else under_way.words,
        unwanted=0,
        unsure=sum(one.unsure for one in found),
        start_at=campaign.start_at,
        first_sent_at=min(firsts, default=None),
        last_sent_at=max(lasts, default=None),
        rate=rate,
        is_paused=await metadata.is_paused(conn),
        kind=campaign.kind,
        gone=sum([await copy_counts.gone(conn, one.id) for one in found]),
        takedown=await report_within(conn, article.number) if under_way is None else None,
    )


async def standing_of(db: Database, campaign: int, now: datetime, rate: float) -> Standing | None:
    """Return how a campaign stands; None when there is none."""
    async with db.reading() as conn:
        found = await campaigns.campaign(conn, campaign)
        return None if found is None else await standing(conn, found, now, rate)


async def report_of(db: Database, number: int, now: datetime, rate: float) -> DeliveryReport:
    """Return what became of an article's latest publish. Raises: UnknownArticle."""
    async with db.reading() as conn:
        article = await articles.even_taken_down(conn, number)
        published = await campaigns.of_article(conn, number)
        if not published:
            return DeliveryReport(article)
        latest, numbers = published[-1], [one.id for one in published]
        return DeliveryReport(
            article,
            latest.id,
            await standing(conn, latest, now, rate),
            tuple(await receipts.reasons(conn, numbers)),
            tuple(await receipts.reasons(conn, numbers, status=Status.RESTRICTED)),
            await copy_counts.changed(conn, number),
        )


async def reach_of(db: Database, article: Article, now: datetime) -> int:
    """Return how many chats would get an article if it were published now: who follows it, or who still waits."""
    async with db.reading() as conn:
        published = await campaigns.of_article(conn, article.number)
        if article.pushed_at is None or not published:
            return await reach(conn, await followers_of(conn, article.number, now), now)
        return sum([(await standing(conn, one, now, 1.0)).waiting for one in published])


async def failures(db: Database, number: int, limit: int, status: Status = Status.FAILED) -> list[tuple[int, str]]:
    """Return chats that an article could not be sent to, or whatever became of it, each with the reason."""
    async with db.reading() as conn:
        return await receipts.failures(conn, number, limit, status)


async def chats_without(db: Database, number: int, limit: int = MAX_CHATS) -> tuple[Failures, Failures]:
    """Return the chats that an article could not be sent to, and those that forbid writing, each with the reason."""
    return await failures(db, number, limit), await failures(db, number, limit, Status.RESTRICTED)


async def try_again(db: Database, number: int, *, by: By, now: datetime) -> int:
    """Promise an article once more to every chat it could not be sent to; return how many.

    Raises: UnknownArticle, OutOfTurn when it is not published or nothing failed.
    """
    async with db.transaction() as conn:
        article = await articles.article(conn, number)
        published = await campaigns.of_article(conn, number)
        if article.state is not ArticleState.PUBLISHED or not published:
            raise OutOfTurn(f"#{number} is not published")
        if await retention.is_closed(conn, number):
            raise OutOfTurn(f"#{number} is too old to be sent again")
        latest = published[-1].id
        many = await delivery_reports.try_again(conn, number, now)
        if not many:
            raise OutOfTurn(f"nothing of #{number} has failed")
        await progress_messages.take_up(conn, latest)
        await audit_log.record(conn, "try again", at=now, person=by, article=number, detail=str(many))
        return many


async def is_paused(db: Database) -> bool:
    """Return whether all pushes are held by `newsbot pause`."""
    async with db.reading() as conn:
        return await metadata.is_paused(conn)


def _phase(campaign: Campaign, now: datetime, *, is_all_out: bool) -> Phase:
    match campaign.state:
        case CampaignState.RUNNING if now < campaign.start_at:
            return Phase.UNDO
        case CampaignState.RUNNING:
            return Phase.WAITING if is_all_out else Phase.SENDING
        case CampaignState.STOPPED:
            return Phase.WITHDRAWN if campaign.why == "retracted" else Phase.STOPPED
        case CampaignState.HELD:
            held = {campaigns.RESTORED: Phase.RESTORED, campaigns.REFUSED: Phase.REFUSED}
            return held.get(campaign.why or "", Phase.UNREACHED)
        case CampaignState.DONE:
            return Phase.DONE
