"""Change notes on any engine, and who gets one."""

from port_samples import ANNA, BEN, HIGHEST, HOUR, LOWEST, NOW, SECOND, Engine, put_chats, send_to

from bot.domain.article import ArticleState
from bot.domain.change_note import Change, ChangeNote, Whom
from bot.domain.chat import ChatState
from bot.domain.correction import Correction, Field
from bot.domain.delivery import CORRECTION_NOTE, RETRACTION_NOTE, SAVERS_NOTE, Lane, Status, Subject, SubjectType
from bot.store.content import articles
from bot.store.delivery import campaign_changes, campaigns, change_notes
from bot.store.delivery.audiences import reach
from bot.store.delivery.campaigns import CampaignState
from bot.store.delivery.change_notes import Concerned
from bot.store.engine.connection import Connection
from bot.store.readers import chat_settings, chats, subscriptions

CARA, DORA = 9, 10


async def test_each_correction_has_one_note_which_keeps_what_it_said(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        assert await change_notes.latest(conn, 1, Change.CORRECTION) is None
        one = Correction(NOW, "drei, “vier”", (Field.TITLE, Field.LINK))
        first = await change_notes.of_correction(conn, 1, one)
        assert first == ChangeNote(first.number, 1, Change.CORRECTION, one)
        assert await change_notes.of_correction(conn, 1, one) == first
        other = await change_notes.of_correction(conn, 1, Correction(NOW + SECOND))
        assert other.number != first.number and other.correction == Correction(NOW + SECOND)
        assert await change_notes.note(conn, first.number) == first
        assert await change_notes.latest(conn, 1, Change.CORRECTION) == other
        for nobody in (0, 404, HIGHEST, LOWEST):
            assert await change_notes.note(conn, nobody) is None


async def test_a_retraction_is_decided_about_once_and_anew_when_it_is_another(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        await change_notes.open_retraction(conn, 1, NOW)
        found = await change_notes.latest(conn, 1, Change.RETRACTION)
        assert found is not None and not found.is_decided
        assert [await change_notes.decide(conn, found.number) for _ in range(2)] == [True, False]
        await change_notes.open_retraction(conn, 1, NOW + HOUR)
        newer = await change_notes.latest(conn, 1, Change.RETRACTION)
        assert newer is not None and newer.number != found.number and not newer.is_decided
        assert not await change_notes.decide(conn, 404)


async def test_a_note_waits_for_another_editor_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await send_to(conn, 1, {ANNA: Status.SENT})
        note = await change_notes.of_correction(conn, 1, Correction(NOW))
        assert [await change_notes.ask(conn, note.number, Whom.SAVED, by) for by in (7, 8)] == [True, False]
        found = await change_notes.note(conn, note.number)
        assert found is not None and (found.asked_for, found.asked_by) == (Whom.SAVED, 7)
        older = await change_notes.of_correction(conn, 1, Correction(NOW - HOUR))
        await change_notes.of_correction(conn, 1, Correction(NOW - SECOND))  # nobody asks for this one
        assert await change_notes.ask(conn, older.number, Whom.ALL, 8)
        assert [one.number for one in await change_notes.waiting(conn)] == [older.number, note.number]
        assert await change_notes.ask_no_more(conn, older.number)
        assert [await change_notes.ask_no_more(conn, note.number) for _ in range(2)] == [True, False]
        assert await change_notes.waiting(conn) == []
        assert await change_notes.note(conn, note.number) == note
        assert not await change_notes.ask(conn, 404, Whom.ALL, 7)


async def _scene(conn: Connection) -> ChangeNote:
    """Let Anna, Ben and Cara have an article, Ben and Dora keep it, and Cara take no announcements."""
    await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.SENT, CARA: Status.SENT})
    await put_chats(conn, DORA)
    for person in (BEN, DORA):
        await subscriptions.save(conn, person, 1, NOW)
    await chat_settings.set_announcements(conn, CARA, False)
    return await change_notes.of_correction(conn, 1, Correction(NOW))


async def test_a_correction_is_for_who_has_it_or_only_for_who_keeps_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        note = await _scene(conn)
        everybody, savers = Concerned(note, CORRECTION_NOTE), Concerned(note, SAVERS_NOTE)
        assert (await reach(conn, everybody, NOW), await reach(conn, savers, NOW)) == (3, 2)
        asked = [ANNA, BEN, CARA, DORA, 404]
        assert await everybody.wanting(conn, asked, NOW) == {ANNA: 0, BEN: 0, DORA: 0}
        assert await savers.wanting(conn, asked, NOW) == {BEN: 0, DORA: 0}
        for audience in (everybody, savers):
            assert await audience.end_of_piece(conn, LOWEST, HIGHEST, 1) in (ANNA, BEN)
            assert await audience.end_of_piece(conn, LOWEST, HIGHEST, 99) is None
        assert await change_notes.savers(conn, 1) == 2
        await chats.set_state(conn, DORA, ChatState.PAUSED, NOW)
        assert await change_notes.savers(conn, 1) == 1 and await reach(conn, savers, NOW) == 1
        await subscriptions.unsave(conn, BEN, 1)
        assert await savers.wanting(conn, asked, NOW) == {DORA: 0}  # their chat says that they have paused


async def test_a_note_is_for_nobody_once_it_is_not_true_any_more(engine: Engine) -> None:
    async with engine.transaction() as conn:
        note = await _scene(conn)
        await articles.set_state(conn, 1, ArticleState.RETRACTED)
        await change_notes.open_retraction(conn, 1, NOW)
        taken_back = await change_notes.latest(conn, 1, Change.RETRACTION)
        assert taken_back is not None
        for kind in (CORRECTION_NOTE, SAVERS_NOTE):
            assert await reach(conn, Concerned(note, kind), NOW) == 0
            assert await Concerned(note, kind).wanting(conn, [ANNA, BEN, DORA], NOW) == {}
        await chat_settings.set_announcements(conn, BEN, False)  # whoever keeps it is told all the same
        told = Concerned(taken_back, RETRACTION_NOTE)
        assert await reach(conn, told, NOW) == 2
        assert await told.wanting(conn, [ANNA, BEN, DORA], NOW) == {BEN: 0, DORA: 0}
        await articles.set_state(conn, 1, ArticleState.PUBLISHED)
        assert await reach(conn, told, NOW) == 0 and await told.wanting(conn, [BEN], NOW) == {}


async def test_the_campaign_that_tells_a_note_is_known_until_it_is_done(engine: Engine) -> None:
    async with engine.transaction() as conn:
        note = await _scene(conn)
        assert await change_notes.under_way(conn, note.number) is None
        subject = Subject(SubjectType.CHANGE_NOTE, note.number)
        number = await campaigns.promise(
            conn, Whom.ALL.kind, subject, fixed_at=NOW, start_at=NOW, lane=Lane.LATER, by=None
        )
        assert await change_notes.under_way(conn, note.number) == number
        await campaign_changes.halt(conn, number, CampaignState.STOPPED, "stopped")
        assert await change_notes.under_way(conn, note.number) == number
