"""Delivered copies on any engine: what readers are told of changes, and campaigns that change copies, counted."""

from dataclasses import replace

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    HOUR,
    NOW,
    SECOND,
    Engine,
    about,
    broadcast,
    put_chats,
    queue,
    send_to,
    the_campaign,
)

from bot.domain.article import ArticleState
from bot.domain.copies import ChangedCopies, Copies
from bot.domain.correction import LEFT_BEHIND, Correction, Field
from bot.domain.delivery import CORRECTION, NOTICE, WITHDRAWAL, Delivery, Lane, Operation, Status, Subject, SubjectType
from bot.domain.delivery_time import Listing, Mode, Quiet, Timing
from bot.domain.sent_list import ListForm, SentList
from bot.store.content import articles, corrections
from bot.store.delivery import (
    campaign_changes,
    campaigns,
    copy_counts,
    fanout,
    joining,
    leases,
    outbox,
    receipts,
    retention,
    sent_lists,
    settlement,
)
from bot.store.delivery.audiences import Holders
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.settlement import Settled
from bot.store.engine.connection import Connection
from bot.store.readers import chat_rows, subscriptions

GONE = "Bad Request: message to edit not found"
CARA = 9


async def _change(conn: Connection, kind: str, operation: Operation, revision: int) -> int:
    """Promise a change of article 1's copies and give each of them its row."""
    number = await campaigns.promise(
        conn,
        kind,
        about(1),
        fixed_at=NOW,
        start_at=NOW,
        lane=Lane.LATER,
        by=None,
        revision=revision,
        operation=operation,
    )
    await fanout.begin(conn, number, 0)
    more = True
    while more:
        one = await the_campaign(conn, number)
        more = await fanout.fan_out(conn, one, Holders(about(1), revision), NOW, operation=operation)
    return number


async def _settle(conn: Connection, number: int, endings: dict[int, tuple[Status, str | None]], revision: int) -> None:
    owner = await leases.take(conn, "a process", NOW)
    claimed = await outbox.claim(conn, NOW, 100, among=[number], owner=owner)
    await settlement.settle(
        conn,
        [
            Settled(_ended(one, *endings[one.chat]), [(about(1), revision)], has_photo=False)
            for one in claimed
            if one.chat in endings
        ],
        NOW,
        owner=owner,
    )
    await outbox.release(conn, [one for one in claimed if one.chat not in endings], owner=owner)
    await leases.end(conn, owner)
    await campaign_changes.close_finished(conn, NOW)


def _ended(delivery: Delivery, status: Status, reason: str | None) -> Delivery:
    return delivery._replace(status=status, reason=reason, message_id=5 if status is Status.SENT else None)


async def test_an_article_bears_its_last_three_corrections_each_a_revision(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        told = [Correction(NOW + n * HOUR, why, fields) for n, (why, fields) in enumerate(
            [("one", ()), (None, (Field.TITLE, Field.PICTURE)), ("drei, “vier”", (Field.LINK,)), (None, ())]
        )]  # fmt: skip
        for n, one in enumerate(told):
            known = await articles.article(conn, 1)
            assert known.revision == 1 + n
            await corrections.add(conn, 1, known.corrections, one)
        known = await articles.article(conn, 1)
        assert (known.corrections, known.revision, known.retracted_why) == (tuple(told[1:]), 5, None)
        await corrections.set_retraction(conn, 1, "it was made up")
        known = await articles.article(conn, 1)
        assert (known.retracted_why, known.revision) == ("it was made up", 6)


async def test_what_was_changed_is_remembered_until_it_was_told_or_is_to_stay(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        assert await corrections.uncorrected(conn, [1, 404]) == {}
        await corrections.note_changed(conn, {1: [Field.PICTURE]})
        await corrections.note_changed(conn, {1: [Field.TITLE, Field.PICTURE]})
        assert await corrections.uncorrected(conn, [1, 404]) == {1: (Field.TITLE, Field.PICTURE)}
        await corrections.drop_changed(conn, 1)
        assert await corrections.uncorrected(conn, [1]) == {}
        await corrections.note_changed(conn, {1: [Field.LINK]})
        await corrections.add(conn, 1, (), Correction(NOW))
        assert await corrections.uncorrected(conn, [1]) == {}


async def test_a_correction_counts_what_it_changed_and_why_it_could_not(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT, CARA: Status.SENT, -3: Status.FAILED})
        assert await copy_counts.copies(conn, 1) == Copies(3, 3)
        assert await copy_counts.copies(conn, 1, NOW + SECOND) == Copies(3, 3, too_old=3)
        assert await copy_counts.copies(conn, 404) == Copies(0, 0)
        assert await copy_counts.changed(conn, 1) == ChangedCopies()
        number = await _change(conn, CORRECTION, Operation.EDIT, 2)
        assert await copy_counts.changed(conn, 1) == ChangedCopies(correcting=3)
        await _settle(conn, number, {ANNA: (Status.SENT, None), BEN: (Status.FAILED, GONE)}, 2)
        assert await copy_counts.changed(conn, 1) == ChangedCopies(
            corrected=1, correcting=1, not_corrected=1, reasons=((GONE, 1),)
        )
        held = await receipts.held(conn, about(1), [ANNA, BEN, CARA])
        assert [(held[chat].revision, held[chat].message_id is None) for chat in (ANNA, BEN, CARA)] == [
            (2, False),
            (1, True),  # it was deleted, so nothing can be changed there any more
            (1, False),
        ]
        assert await copy_counts.copies(conn, 1) == Copies(3, 2)


@pytest.mark.parametrize(("kind", "operation"), [(NOTICE, Operation.EDIT), (WITHDRAWAL, Operation.DELETE)])
async def test_a_copy_that_was_gone_counts_as_deleted_by_a_retraction(
    engine: Engine, kind: str, operation: Operation
) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT, CARA: Status.SENT})
        number = await _change(conn, kind, operation, 2)
        endings = {ANNA: (Status.SENT, None), BEN: (Status.FAILED, GONE), CARA: (Status.FAILED, "no rights")}
        await _settle(conn, number, endings, 2)
        counted = await copy_counts.changed(conn, 1)
        changed = counted.noticed if kind == NOTICE else counted.deleted - 1
        assert (changed, counted.not_retracted, counted.retracting) == (1, 1, 0)
        assert await copy_counts.gone(conn, number) == 1
        assert counted.deleted == (1 if kind == NOTICE else 2)


async def test_a_newer_change_ends_an_older_one_whose_rows_it_takes(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        older = await _change(conn, CORRECTION, Operation.EDIT, 2)
        await _settle(conn, older, {ANNA: (Status.SENT, None)}, 2)
        await campaign_changes.end_superseded(conn, about(1), 2, NOW)  # of its own revision
        assert (await the_campaign(conn, older)).state is CampaignState.RUNNING
        await campaign_changes.end_superseded(conn, about(1), 3, NOW)
        ended = await the_campaign(conn, older)
        assert (ended.state, ended.sent, ended.unwanted) == (CampaignState.DONE, 1, 1)
        assert ended.why == campaigns.SUPERSEDED
        newer = await _change(conn, CORRECTION, Operation.EDIT, 3)
        assert [one.id for one in await campaigns.changing(conn, about(1))] == [older, newer]
        assert await campaigns.changing(conn, about(2)) == []
        assert (await the_campaign(conn, newer)).total == 2


async def test_what_arrives_in_an_older_revision_joins_the_change_that_has_gone_round(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        [topic] = (await articles.article(conn, 1)).topics
        await put_chats(conn, BEN, CARA)
        for chat in (BEN, CARA):
            await subscriptions.follow(conn, chat, topic, 0, NOW - HOUR)
        sending = await broadcast(conn, 1)
        await queue(conn, sending)
        owner = await leases.take(conn, "a process", NOW)
        on_their_way = await outbox.claim(conn, NOW, 9, among=[sending], owner=owner)
        assert await copy_counts.copies(conn, 1) == Copies(3, 3)
        change = await _change(conn, CORRECTION, Operation.EDIT, 2)
        await _settle(conn, change, {ANNA: (Status.SENT, None)}, 2)
        assert (await the_campaign(conn, change)).state is CampaignState.DONE
        ends = {BEN: 1, CARA: 2}  # the one left before, the other behind the correction
        await settlement.settle(
            conn,
            [Settled(_ended(one, Status.SENT, None), [(about(1), ends[one.chat])], False) for one in on_their_way],
            NOW,
            owner=owner,
        )
        again = await the_campaign(conn, change)
        assert (again.state, again.total, again.done_at) == (CampaignState.RUNNING, 2, None)
        await _settle(conn, change, {BEN: (Status.SENT, None)}, 2)
        assert await copy_counts.changed(conn, 1) == ChangedCopies(corrected=2)
        assert (await the_campaign(conn, change)).state is CampaignState.DONE


async def test_of_a_change_that_was_superseded_nothing_is_left_to_do(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        change = await _change(conn, WITHDRAWAL, Operation.DELETE, 2)
        whom = Holders(about(1), 2, campaign=change)
        owner = await leases.take(conn, "a process", NOW)
        on_their_way = await outbox.claim(conn, NOW, 9, among=[change], owner=owner)
        await campaign_changes.end_superseded(conn, about(1), 3, NOW, [CORRECTION])  # of another kind
        assert await whom.wanting(conn, [ANNA, BEN], NOW) == {ANNA: 0, BEN: 0}
        await campaign_changes.end_superseded(conn, about(1), 3, NOW, [NOTICE, WITHDRAWAL])
        assert await whom.wanting(conn, [ANNA, BEN], NOW) == {}
        assert await Holders(about(1), 2).wanting(conn, [ANNA, BEN], NOW) == {ANNA: 0, BEN: 0}
        await campaign_changes.halt(conn, change, CampaignState.HELD, campaigns.RESTORED)
        assert (await the_campaign(conn, change)).state is CampaignState.RUNNING  # until what is on its way has ended
        unwanted = [Settled(_ended(one, Status.UNWANTED, None), [(about(1), None)], False) for one in on_their_way]
        await settlement.settle(conn, unwanted, NOW, owner=owner)
        await campaign_changes.close_finished(conn, NOW)
        ended = await the_campaign(conn, change)
        assert (ended.state, ended.unwanted) == (CampaignState.DONE, 2)


async def test_copies_that_arrive_in_an_older_revision_than_a_change_brings_are_told_from_others(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        older, newest, other = (1, 1, 1, 0), (1, 1, 2, 0), (1, 9, 1, 0)
        assert await joining.outdated(conn, [older]) == []
        change = await _change(conn, NOTICE, Operation.EDIT, 2)
        found = await joining.outdated(conn, [older, newest, other, (1, 1, None, 0)])
        assert [(one.arrived, one.campaign, one.operation) for one in found] == [(older, change, Operation.EDIT)]
        assert await joining.outdated(conn, []) == []


async def test_what_is_not_deleted_of_what_was_taken_down_goes_to_the_notice_and_what_is_gone_does_not(
    engine: Engine,
) -> None:
    note = Subject(SubjectType.CHANGE_NOTE, 5)
    async with engine.transaction() as conn:
        numbers = [
            await campaigns.promise(
                conn, kind, note, fixed_at=NOW, start_at=NOW, lane=Lane.URGENT, by=None, revision=2, operation=how
            )
            for kind, how in ((WITHDRAWAL, Operation.DELETE), (NOTICE, Operation.EDIT))
        ]
        failed = Delivery(7, numbers[0], ANNA, 0, NOW, operation=Operation.DELETE, status=Status.FAILED)
        kept = failed._replace(reason="Bad Request: message can't be deleted")
        gone = failed._replace(id=8, chat=BEN, reason="Bad Request: message to delete not found")
        edited = kept._replace(id=9, campaign=numbers[1], chat=CARA, operation=Operation.EDIT)
        assert [await joining.notice_of(conn, number) for number in (*numbers, 404)] == [numbers[1], numbers[1], None]
        assert await joining.notice_of(conn, numbers[0], of_takedown=True) == numbers[1]
        of_article = await _change(conn, WITHDRAWAL, Operation.DELETE, 2)
        assert await joining.notice_of(conn, of_article) is None
        notice = await _change(conn, NOTICE, Operation.EDIT, 2)
        assert await joining.notice_of(conn, of_article) == notice
        assert await joining.notice_of(conn, of_article, of_takedown=True) is None
        assert await joining.hand_over(conn, [], int(NOW.timestamp())) == set()
        assert await joining.hand_over(conn, [kept, gone, edited], int(NOW.timestamp())) == {7}
        owner = await leases.take(conn, "a process", NOW)
        claimed = await outbox.claim(conn, NOW, 9, owner=owner)
        assert [(one.campaign, one.chat, one.operation) for one in claimed] == [(numbers[1], ANNA, Operation.EDIT)]


async def test_chats_can_join_a_change_that_was_done(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        change = await _change(conn, NOTICE, Operation.EDIT, 2)
        await joining.join(conn, change, Operation.EDIT, [ANNA], int(NOW.timestamp()))  # it is in it already
        assert (await the_campaign(conn, change)).total == 2
        await _settle(conn, change, {ANNA: (Status.SENT, None), BEN: (Status.SENT, None)}, 2)
        assert (await the_campaign(conn, change)).state is CampaignState.DONE
        await joining.join(conn, change, Operation.EDIT, [BEN], int(NOW.timestamp()))
        again = await the_campaign(conn, change)
        assert (again.state, again.total, again.done_at) == (CampaignState.RUNNING, 3, None)


async def test_copies_that_an_earlier_change_found_gone_are_counted_by_the_next(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT, -3: Status.SENT})
        older = await _change(conn, CORRECTION, Operation.EDIT, 2)
        await _settle(conn, older, {ANNA: (Status.FAILED, GONE), BEN: (Status.SENT, None), -3: (Status.SENT, None)}, 2)
        assert await copy_counts.lost(conn, [await the_campaign(conn, older)]) == (0, 0)  # its own outcome says so
        await chat_rows.migrate(conn, -3, -(10**12) - 3)
        held = await receipts.held(conn, about(1), [ANNA, BEN, -(10**12) - 3])
        assert {chat: (one.is_gone, one.is_left_behind) for chat, one in held.items()} == {
            ANNA: (True, False),
            BEN: (False, False),
            -(10**12) - 3: (False, True),
        }
        newer = await _change(conn, CORRECTION, Operation.EDIT, 3)
        assert (await the_campaign(conn, newer)).total == 1
        assert await copy_counts.lost(conn, [await the_campaign(conn, newer)]) == (1, 1)
        assert await copy_counts.lost(conn, [await the_campaign(conn, newer)], NOW) == (1, 0)
        assert await copy_counts.lost(conn, [await the_campaign(conn, newer)], NOW + SECOND) == (0, 0)
        await _settle(conn, newer, {BEN: (Status.SENT, None)}, 3)
        assert await copy_counts.changed(conn, 1) == ChangedCopies(
            corrected=1,
            not_corrected=2,
            reasons=((LEFT_BEHIND, 1), ("message to edit not found", 1)),
        )
        # Of what is deleted only after it was corrected, the correction told no lie.
        taken_back = await _change(conn, WITHDRAWAL, Operation.DELETE, 4)
        await _settle(conn, taken_back, {BEN: (Status.FAILED, GONE)}, 4)
        counted = await copy_counts.changed(conn, 1)
        assert (counted.corrected, counted.not_corrected) == (1, 2)
        assert (counted.deleted, counted.not_retracted) == (2, 1)


async def test_holders_are_told_apart_by_when_their_copy_was_sent(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        for audience, wanting in (
            (Holders(about(1), sent_from=NOW), {ANNA: 0}),
            (Holders(about(1), sent_from=NOW + SECOND), {}),
            (Holders(about(1), sent_before=NOW + SECOND), {ANNA: 0}),
            (Holders(about(1), sent_before=NOW), {}),
            (Holders(about(1), sent_from=NOW - DAY, sent_before=NOW + DAY), {ANNA: 0}),
        ):
            assert await audience.wanting(conn, [ANNA, BEN], NOW) == wanting


async def test_copies_that_are_gone_and_those_that_were_forgotten_are_told_apart(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        number = await _change(conn, CORRECTION, Operation.EDIT, 2)
        await _settle(conn, number, {ANNA: (Status.SENT, None), BEN: (Status.FAILED, GONE)}, 2)
        found = await copy_counts.copies(conn, 1)
        assert (found.changeable, found.deleted, found.forgotten) == (1, 1, 0)
        await campaign_changes.close_finished(conn, NOW)
        while await retention.prune(conn, NOW + DAY):
            pass
        found = await copy_counts.copies(conn, 1)
        assert (found.delivered, found.changeable, found.deleted, found.forgotten) == (2, 0, 0, 2)


LISTED = SentList(
    Listing(Timing(Mode.DAILY, minute=480, quiet=Quiet(1320, 420)), NOW, NOW + DAY), NOW, (1, 2), ListForm.CLASSIC
)


async def test_a_list_is_remembered_once_as_it_was_sent_and_forgotten_when_it_is_old(engine: Engine) -> None:
    waited = SentList(None, NOW + SECOND, (2,), ListForm.RICH)
    async with engine.transaction() as conn:
        await sent_lists.remember(conn, [])
        await sent_lists.remember(conn, [LISTED, waited])
        await sent_lists.remember(conn, [LISTED])
        assert [await sent_lists.sent_list(conn, one.id) for one in (LISTED, waited)] == [LISTED, waited]
        assert (
            len({LISTED.id, waited.id, replace(LISTED, articles=(2, 1)).id, replace(LISTED, told_at=NOW + DAY).id}) == 4
        )
        assert await sent_lists.sent_list(conn, 404) is None
        assert await sent_lists.drop(conn, NOW - SECOND, 1) is False
        assert await sent_lists.drop(conn, NOW, 1) is True
        assert await sent_lists.drop(conn, NOW, 1) is False
        assert [await sent_lists.sent_list(conn, one.id) for one in (LISTED, waited)] == [None, waited]


async def _claimed_for_ben(conn: Connection) -> tuple[int, Delivery]:
    """Let Anna have article 1, and claim it for Ben, who follows its topic; return the term and the delivery."""
    await send_to(conn, 1, {ANNA: Status.SENT})
    [topic] = (await articles.article(conn, 1)).topics
    await put_chats(conn, BEN)
    await subscriptions.follow(conn, BEN, topic, 0, NOW - HOUR)
    sending = await broadcast(conn, 1)
    await queue(conn, sending)
    owner = await leases.take(conn, "a process", NOW)
    [one] = await outbox.claim(conn, NOW, 9, among=[sending], owner=owner)
    return owner, one


async def test_a_copy_in_a_list_is_known_as_one_and_becomes_a_notice_where_others_are_deleted(engine: Engine) -> None:
    async with engine.transaction() as conn:
        owner, one = await _claimed_for_ben(conn)
        ends = Settled(_ended(one, Status.SENT, None), [(about(1), 1)], False, is_list=True, list_id=LISTED.id)
        await settlement.settle(conn, [ends], NOW, owner=owner)
        held = await receipts.held(conn, about(1), [ANNA, BEN])
        assert [(held[chat].is_list, held[chat].list) for chat in (ANNA, BEN)] == [(False, None), (True, LISTED.id)]
        assert (await copy_counts.copies(conn, 1)).in_lists == 1
        for audience, wanting in (
            (Holders(about(1), sent_from=NOW - DAY), {ANNA: 0}),
            (Holders(about(1), sent_before=NOW - DAY), {BEN: 0}),
        ):
            assert await audience.wanting(conn, [ANNA, BEN], NOW) == wanting
        await leases.end(conn, owner)
        number = await _change(conn, NOTICE, Operation.EDIT, 2)
        owner = await leases.take(conn, "a process", NOW)
        claimed = await outbox.claim(conn, NOW, 9, among=[number], owner=owner)
        noticed = [Settled(_ended(each, Status.SENT, None), [(about(1), 2)], False, is_list=True) for each in claimed]
        await settlement.settle(conn, noticed, NOW, owner=owner)
        after = (await receipts.held(conn, about(1), [BEN]))[BEN]
        assert (after.is_list, after.list, after.revision) == (True, LISTED.id, 2)
        assert await sent_lists.standing(conn, [1, 404]) == {1: (1, ArticleState.PUBLISHED)}


async def test_a_list_that_arrives_behind_a_retraction_joins_the_notices_and_not_the_deletions(engine: Engine) -> None:
    async with engine.transaction() as conn:
        owner, one = await _claimed_for_ben(conn)
        notice = await _change(conn, NOTICE, Operation.EDIT, 2)
        deletion = await _change(conn, WITHDRAWAL, Operation.DELETE, 2)
        before = [(await the_campaign(conn, number)).total for number in (notice, deletion)]
        ends = Settled(_ended(one, Status.SENT, None), [(about(1), 1)], False, is_list=True, list_id=LISTED.id)
        await settlement.settle(conn, [ends], NOW, owner=owner)
        after = [(await the_campaign(conn, number)).total for number in (notice, deletion)]
        assert after == [before[0] + 1, before[1]]


async def test_who_keeps_an_article_is_known(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT})
        assert await subscriptions.savers(conn, 1) == frozenset()
        await subscriptions.save(conn, BEN, 1, NOW)
        assert await subscriptions.savers(conn, 1) == {BEN}
