"""Campaigns that are on their way: stopped, resumed, sent at once, held, or continued in a plainer form."""

from __future__ import annotations

from datetime import datetime

from bot.domain.article import ArticleState
from bot.domain.rejections import Form, alike
from bot.errors import OutOfTurn
from bot.store.content import articles
from bot.store.delivery import campaign_changes, campaigns, delivery_reports, receipts
from bot.store.delivery.campaigns import Campaign, CampaignState
from bot.store.desk import audit_log, notices
from bot.store.desk.notices import Notice
from bot.store.engine import metadata
from bot.store.engine.database import Connection, Database
from bot.store.readers import restrictions


async def stop(db: Database, campaign: int, *, by: int, now: datetime) -> Campaign:
    """Let nothing more of a campaign leave; return it as it stands.

    Raises: OutOfTurn when it is stopped already, done or unknown.
    """
    async with db.transaction() as conn:
        found = await _unfinished(conn, campaign)
        if found.state is CampaignState.STOPPED:
            raise OutOfTurn(f"#{found.article} is stopped already")
        await campaign_changes.halt(conn, campaign, CampaignState.STOPPED, "stopped", by_editor=True)
        detail = _kind_without(found) or "stopped"
        await audit_log.record(conn, "stop", at=now, person=by, article=found.article, detail=detail)
        return await _unfinished(conn, campaign)


async def resume(db: Database, campaign: int, *, by: int, now: datetime) -> Campaign:
    """Send the rest of a stopped or held campaign.

    Raises: OutOfTurn when it goes on already, is done or unknown, or its article is not published.
    """
    async with db.transaction() as conn:
        found = await _unfinished(conn, campaign)
        await _must_be_published(conn, found)
        if found.state is CampaignState.RUNNING:
            raise OutOfTurn(f"#{found.article} is on its way already")
        await campaign_changes.resume(conn, campaign, now)
        await audit_log.record(conn, "resume", at=now, person=by, article=found.article, detail=_kind_without(found))
        return await _unfinished(conn, campaign)


async def send_now(db: Database, campaign: int, *, by: int, now: datetime) -> Campaign:
    """Skip the rest of the undo time.

    Raises: OutOfTurn when nothing waits for its end: it has begun, is stopped, held, done or unknown, or its article is
    not published.
    """
    async with db.transaction() as conn:
        found = await _unfinished(conn, campaign)
        await _must_be_published(conn, found)
        if found.state is not CampaignState.RUNNING or found.start_at <= now:
            raise OutOfTurn(f"#{found.article} does not wait")
        await campaign_changes.start_now(conn, campaign, now)
        await audit_log.record(conn, "send now", at=now, person=by, article=found.article, detail=_kind_without(found))
        return await _unfinished(conn, campaign)


def _kind_without(campaign: Campaign) -> str | None:
    """Return what is written down of a campaign that is about no article: its kind; None for all others."""
    return None if campaign.article is not None else campaign.kind


async def _unfinished(conn: Connection, campaign: int) -> Campaign:
    found = await campaigns.campaign(conn, campaign)
    if found is None or found.state is CampaignState.DONE:
        raise OutOfTurn("that is finished")
    return found


async def _must_be_published(conn: Connection, campaign: Campaign) -> None:
    if campaign.article is None or campaign.is_change:
        return
    article = await articles.article(conn, campaign.article)
    if article.state is not ArticleState.PUBLISHED:
        raise OutOfTurn(f"#{article.number} is not published; publish it to send the rest")


async def break_off(
    conn: Connection, campaign: int, state: CampaignState, why: str, *, now: datetime, words: str | None = None
) -> None:
    """Stop or hold a campaign in the caller's transaction, by nobody's word: an editor decides how it goes on.

    Whom Telegram refused with these `words` waits with the others.
    """
    found = await campaigns.campaign(conn, campaign)
    if found is not None and found.state is CampaignState.RUNNING:
        await campaign_changes.halt(conn, campaign, state, why, words)
        if words is not None:
            await _put_back_refused(conn, found, words, now)
        act = "hold" if state is CampaignState.HELD else "stop"
        await audit_log.record(conn, act, at=now, article=found.article, detail=why)


async def go_on_in(conn: Connection, campaign: int, form: Form, revision: int, words: str, *, now: datetime) -> None:
    """Send the rest of a campaign in a plainer form, in the caller's transaction: Telegram refused a fuller one.

    Whom it was refused for gets it in this one. Editors are told, with Telegram's words.
    """
    found = await campaigns.campaign(conn, campaign)
    if found is None or not await campaign_changes.go_on_in(conn, campaign, form, revision):
        return
    await _put_back_refused(conn, found, words, now)
    if found.article is not None:
        await notices.add(conn, [Notice("form", form, words, article=found.article)], now)
    await audit_log.record(conn, "plainer", at=now, article=found.article, detail=words)


async def note_refused_by_some(
    conn: Connection, campaign: int, form: Form | None, words: str, *, now: datetime
) -> None:
    """Tell editors that Telegram refuses a campaign in many chats and not in all, in the caller's transaction.

    The first of them, which have failed, are sent it in the `form` that such chats take; None when they take none.
    Editors are told once of the same words, whatever starts anew meanwhile.
    """
    found = await campaigns.campaign(conn, campaign)
    if found is None or found.article is None:
        return
    if form is not None:
        await _put_back_refused(conn, found, words, now)
    notice = Notice("refused by some", form or "", words, article=found.article)
    if not await notices.is_known(conn, notice):
        await notices.add(conn, [notice], now)


async def _put_back_refused(conn: Connection, campaign: Campaign, words: str, now: datetime) -> None:
    reasons = await receipts.reasons(conn, [campaign.id], limit=None)
    same = [reason for reason, _ in reasons if alike(reason) == alike(words)]
    await delivery_reports.put_back_failed(conn, campaign.id, same, now)


async def hold_everything(db: Database, *, now: datetime) -> int:
    """Hold every campaign on its way, after a restore; return how many. What is kept for chats has failed.

    Of several, editors are asked once and not about each: what waits for digests alone may be days of news.
    """
    async with db.transaction() as conn:
        await restrictions.give_up_all(conn)
        going = await campaigns.running(conn)
        for one in going:
            await break_off(conn, one.id, CampaignState.HELD, campaigns.RESTORED, now=now)
        together = [one.id for one in going if one.article is not None]
        if len(together) > 1:
            await metadata.hold_together(conn, together)
            await notices.add(conn, [Notice(notices.RESTORED, "")], now)
        return len(going)
