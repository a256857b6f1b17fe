"""The editors' side on any engine: roles, links, the log, what they are told, and what is known of the store itself."""

from datetime import timedelta

import pytest
from port_samples import (
    ANNA,
    BEN,
    DAY,
    FURTHEST,
    HIGHEST,
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    Engine,
    broadcast,
    close_broadcasts,
    message_in,
    put_article,
    send_to,
)

from bot.domain.article import ArticleState
from bot.domain.audit import LogGroup, ShellUser
from bot.domain.delivery import Status
from bot.domain.role import INVITATION_LASTS, Role
from bot.errors import StoreError
from bot.store.content import articles
from bot.store.desk import audit_log, editors, incidents, notices, progress_messages
from bot.store.desk.audit_log import Entry
from bot.store.desk.editors import EditorEntry, Newcomer
from bot.store.desk.incidents import Incident, IncidentKind
from bot.store.desk.notices import Notice
from bot.store.engine import metadata

NOBODY: frozenset[int] = frozenset()
CARA, DAN = 9, 10


async def test_owners_come_first_then_who_was_added_first_and_those_of_the_configuration_before_all(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        assert await editors.editors(conn, NOBODY) == {} and await editors.roster(conn, NOBODY) == []
        await editors.add(conn, DAN, Role.EDITOR, ANNA, NOW)
        await editors.add(conn, CARA, Role.EDITOR, None, NOW - HOUR)
        await editors.add(conn, FURTHEST, Role.OWNER, None, NOW)
        await editors.add(conn, ANNA, Role.EDITOR, None, NOW)
        configured = frozenset({BEN, ANNA})
        found = await editors.editors(conn, configured)
        assert list(found.items()) == [
            (ANNA, Role.OWNER),
            (BEN, Role.OWNER),
            (FURTHEST, Role.OWNER),
            (CARA, Role.EDITOR),
            (DAN, Role.EDITOR),
        ]
        await editors.set_name(conn, DAN, "Dan 'ä'")
        people = await editors.roster(conn, configured)
        assert [one.person for one in people] == list(found)
        assert people[0] == EditorEntry(ANNA, Role.OWNER, None, None, None)
        assert people[-1] == EditorEntry(DAN, Role.EDITOR, "Dan 'ä'", NOW, ANNA)
        roles = [await editors.role(conn, person, configured) for person in (ANNA, BEN, CARA, 404)]
        assert roles == [Role.OWNER, Role.OWNER, Role.EDITOR, None]


async def test_an_editor_can_become_an_owner_and_an_invitation_never_makes_one_less(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for role, expected in ((Role.EDITOR, Role.EDITOR), (Role.OWNER, Role.OWNER), (Role.EDITOR, Role.OWNER)):
            await editors.add(conn, CARA, role, None, NOW)
            assert await editors.role(conn, CARA, NOBODY) is expected


async def test_a_role_is_set_to_more_or_less_and_who_becomes_less_loses_links(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for role in (Role.CONTRIBUTOR, Role.OWNER, Role.EDITOR, Role.CONTRIBUTOR, Role.CONTRIBUTOR):
            await editors.set_role(conn, CARA, role, ANNA, NOW)
            assert await editors.editors(conn, NOBODY) == {CARA: role}
            await editors.invite(conn, Role.EDITOR, NOW, by=CARA)
            await editors.set_role(conn, CARA, role, None, NOW + HOUR)
            assert len(await editors.open_invitations(conn, NOW)) == (role is Role.OWNER)
        for invited, expected in ((Role.EDITOR, Role.EDITOR), (Role.CONTRIBUTOR, Role.EDITOR)):
            await editors.add(conn, CARA, invited, None, NOW)
            assert await editors.role(conn, CARA, NOBODY) is expected
        await editors.set_role(conn, DAN, Role.OWNER, None, NOW)
        await editors.set_role(conn, BEN, Role.CONTRIBUTOR, None, NOW - HOUR)
        assert [one.person for one in await editors.roster(conn, NOBODY)] == [DAN, CARA, BEN]
        assert (await editors.roster(conn, NOBODY))[1].added_by == ANNA  # who gave the first one


async def test_who_is_removed_loses_role_links_and_what_was_to_be_told(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for person in (CARA, DAN):
            await editors.add(conn, person, Role.OWNER, None, NOW)
        code = await editors.invite(conn, Role.EDITOR, NOW, by=CARA)
        await editors.add_newcomer_notices(conn, BEN, Role.EDITOR, CARA, [CARA, DAN])
        assert [await editors.remove(conn, CARA) for _ in range(2)] == [True, False]
        assert await editors.invitation(conn, code, NOW) is None
        assert await editors.untold(conn) == [Newcomer(DAN, BEN, Role.EDITOR, CARA)]
        for _ in range(2):
            await editors.dismiss(conn, DAN, NOW)
        assert await editors.editors(conn, NOBODY) == {} and await editors.untold(conn) == []


async def test_a_name_is_the_last_one_heard_and_no_longer_than_a_name_can_be(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await editors.name(conn, CARA) is None and await editors.names(conn) == {}
        for name in ("Cara", "", "💥" * 200):
            await editors.set_name(conn, CARA, name)
            assert await editors.name(conn, CARA) == name[: editors.MAX_NAME_LENGTH]
        await editors.set_name(conn, DAN, "Dan")
        assert await editors.names(conn) == {CARA: "💥" * editors.MAX_NAME_LENGTH, DAN: "Dan"}


async def test_a_link_gives_its_role_once_within_its_time_and_can_be_withdrawn(engine: Engine) -> None:
    async with engine.transaction() as conn:
        codes = [await editors.invite(conn, Role.EDITOR, NOW, by=by) for by in (None, CARA, CARA)]
        found = await editors.open_invitations(conn, NOW)
        assert [(one.made_by, one.role) for one in found] == [(by, Role.EDITOR) for by in (None, CARA, CARA)]
        assert [one.number for one in found] == sorted(one.number for one in found)
        assert {one.expires_at for one in found} == {NOW + INVITATION_LASTS}
        assert await editors.invitation(conn, codes[1], NOW) == found[1]
        assert await editors.accept(conn, codes[0], CARA, NOW + INVITATION_LASTS) is None
        assert await editors.accept(conn, codes[0], CARA, NOW + INVITATION_LASTS - SECOND) is Role.EDITOR
        assert await editors.accept(conn, codes[0], DAN, NOW) is None
        for code in ("", "\0", codes[1].swapcase(), "x" * 5_000):
            assert await editors.accept(conn, code, DAN, NOW) is None
            assert await editors.invitation(conn, code, NOW) is None
        assert [await editors.withdraw(conn, found[1].number, NOW) for _ in range(2)] == [found[1], None]
        assert await editors.withdraw(conn, found[2].number, NOW + INVITATION_LASTS) is None
        for number in (0, 404, HIGHEST):
            assert await editors.withdraw(conn, number, NOW) is None
        assert await editors.open_invitations(conn, NOW) == [found[2]]
        assert await editors.open_invitations(conn, NOW + INVITATION_LASTS) == []
        short = await editors.invite(conn, Role.OWNER, NOW, timedelta(seconds=1))
        number = (await editors.open_invitations(conn, NOW))[-1].number
        assert number > found[2].number and await editors.accept(conn, short, DAN, NOW) is Role.OWNER
        await editors.invite(conn, Role.OWNER, NOW)
        assert (await editors.open_invitations(conn, NOW))[-1].number > number  # no number is used twice


async def test_each_owner_is_told_of_each_newcomer_once(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await editors.add_newcomer_notices(conn, DAN, Role.EDITOR, None, [BEN, ANNA])
        await editors.add_newcomer_notices(conn, CARA, Role.EDITOR, ANNA, [ANNA])
        await editors.add_newcomer_notices(conn, DAN, Role.OWNER, ANNA, [ANNA])
        await editors.add_newcomer_notices(conn, DAN, Role.OWNER, ANNA, [])
        waiting = await editors.untold(conn)
        assert waiting == [
            Newcomer(ANNA, CARA, Role.EDITOR, ANNA),
            Newcomer(ANNA, DAN, Role.OWNER, ANNA),
            Newcomer(BEN, DAN, Role.EDITOR, None),
        ]
        for _ in range(2):
            await editors.told(conn, waiting[1])
        assert await editors.untold(conn) == [waiting[0], waiting[2]]


async def test_the_log_has_the_latest_act_first_also_within_a_second(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await audit_log.latest(conn) == []
        await audit_log.record(conn, "publish", at=NOW, person=ANNA, article=1, detail="ä 'x' \\")
        await audit_log.record(conn, "pause", at=NOW)
        await audit_log.record(conn, "let go", at=NOW - HOUR, detail=str(FURTHEST))  # the clock was set back
        acts = await audit_log.latest(conn)
        assert [one.act for one in acts] == ["let go", "pause", "publish"]
        assert acts[2] == Entry(NOW, ANNA, "publish", 1, "ä 'x' \\") and acts[0].about == FURTHEST
        assert acts[1] == Entry(NOW, None, "pause", None, None)
        assert [one.act for one in await audit_log.latest(conn, 1)] == ["let go"] and await audit_log.latest(
            conn, 0
        ) == []


async def test_the_log_is_asked_by_pages_groups_and_article_and_keeps_what_was_before_and_after(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        for number in range(1, 4):
            await audit_log.record(conn, "edit", at=NOW, person=ANNA, article=number, before="a" * 999, after="")
        await audit_log.record(conn, "role", at=NOW, person=ShellUser("root"), detail=str(BEN), after="editor")
        await audit_log.record(conn, "key", at=NOW, person=ShellUser("root"), detail="ci")
        await audit_log.record(conn, "source", at=NOW, person=ANNA, detail="add x")
        everything = await audit_log.latest(conn)
        assert [one.article for one in everything] == [None, None, None, 3, 2, 1]
        assert (everything[2].shell, everything[2].person, everything[2].about) == ("root", None, BEN)
        assert (everything[3].before, everything[3].after) == ("a" * audit_log.MAX_VALUE_LENGTH, "")
        for page in range(6):
            assert await audit_log.latest(conn, 1, before=everything[page].id) == everything[page + 1 : page + 2]
        found = {group: [one.act for one in await audit_log.latest(conn, group=group)] for group in LogGroup}
        assert found == {
            LogGroup.ALL: ["source", "key", "role", "edit", "edit", "edit"],
            LogGroup.ARTICLES: ["edit"] * 3,
            LogGroup.PEOPLE: ["role"],
            LogGroup.SOURCES: ["source"],
            LogGroup.PROGRAMS: ["key"],
        }
        assert [one.article for one in await audit_log.latest(conn, article=2)] == [2]
        for nothing in (HIGHEST, 0, -1):
            assert await audit_log.latest(conn, article=nothing) == []
        assert await audit_log.latest(conn, before=0) == []


async def test_a_notice_is_known_by_all_of_it_until_long_after_it_was_told(engine: Engine) -> None:
    notice = Notice("warned", "ä.md", "title: too long", None)
    others = [
        Notice("warned", "ä.md", "title: too long", 1),
        Notice("warned", "Ä.md", "title: too long"),
        Notice("x", ""),
    ]
    async with engine.transaction() as conn:
        await notices.add(conn, [], NOW)
        assert not await notices.is_known(conn, notice)
        await notices.add(conn, [notice], NOW)
        assert await notices.is_known(conn, notice)
        assert not any([await notices.is_known(conn, other) for other in others])
        [(number, kept)] = await notices.untold(conn)
        assert kept == notice
        await notices.mark_told(conn, [number, HIGHEST], NOW)
        assert await notices.untold(conn) == [] and await notices.is_known(conn, notice)
        await notices.mark_told(conn, [], NOW + 90 * DAY)
        assert await notices.is_known(conn, notice)
        await notices.mark_told(conn, [], NOW + 90 * DAY + SECOND)
        assert not await notices.is_known(conn, notice)


async def test_what_is_untold_comes_oldest_first_and_a_files_state_only_once_it_lasts(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await put_article(conn, 1, state=ArticleState.HELD)
        given = [Notice(kind, f"{kind}.md", article=1) for kind in ("refused", "held", "warned", "doubled", "form")]
        await notices.add(conn, given, NOW)
        assert [one.kind for _, one in await notices.untold(conn)] == ["refused", "warned", "doubled", "form"]
        assert [one.kind for _, one in await notices.untold(conn, limit=2)] == ["refused", "warned"]
        assert await notices.untold(conn, limit=0) == []
        lasting = await notices.untold(conn, lasting_since=NOW - SECOND)
        assert [one.kind for _, one in lasting] == ["warned", "form"]
        assert len(await notices.untold(conn, lasting_since=NOW)) == 4
        assert [one.kind for _, one in await notices.unasked(conn)] == ["held"]
        assert await notices.unasked(conn, limit=0) == []
        await notices.add(conn, [Notice("warned", "later.md")], NOW + SECOND)
        [one, later] = await notices.untold_of(conn, "warned")
        assert (one[1:], later[1:]) == ((given[2], NOW), (Notice("warned", "later.md"), NOW + SECOND))
        assert await notices.untold_of(conn, "warned", limit=1) == [one]
        await notices.mark_told(conn, [one[0]], NOW)
        assert await notices.untold_of(conn, "warned") == [later] and await notices.untold_of(conn, "nothing") == []


async def test_a_files_new_fault_takes_the_place_of_the_one_nobody_was_told_and_keeps_its_beginning(
    engine: Engine,
) -> None:
    async with engine.transaction() as conn:
        old = [
            Notice("refused", "a.md", "one"),
            Notice("doubled", "a.md"),
            Notice("refused", "b.md"),
            Notice("warned", "a.md"),
        ]
        await notices.add(conn, old, NOW - HOUR)
        await notices.replace_untold(
            conn, ["a.md", "c.md"], [Notice("refused", "a.md", "two"), Notice("refused", "c.md")], NOW
        )
        found = [(one.kind, one.subject, one.detail) for _, one in await notices.untold(conn)]
        expected = {
            ("refused", "b.md", ""),
            ("warned", "a.md", ""),
            ("refused", "a.md", "two"),
            ("refused", "c.md", ""),
        }
        assert len(found) == 4 and set(found) == expected
        lasting = [one.subject for _, one in await notices.untold(conn, lasting_since=NOW - HOUR)]
        assert sorted(lasting) == ["a.md", "a.md", "b.md"]
        await notices.replace_untold(conn, ["a.md"], [], NOW)  # mended
        assert [one.subject for _, one in await notices.untold(conn)] == ["b.md", "a.md", "c.md"]
        await notices.replace_untold(conn, [], [], NOW)


async def test_the_last_question_about_a_burst_counts_while_something_of_it_is_held(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await notices.open_question_at(conn) is None and await incidents.editors_told_at(conn) is None
        for number in (1, 2, 3):
            await put_article(conn, number, state=ArticleState.HELD)
        details = {1: "burst", 2: "burst", 3: "topics"}
        await notices.add(conn, [Notice("held", "", why, number) for number, why in details.items()], NOW)
        assert await notices.open_question_at(conn) is None
        for minute, (number, _) in enumerate(await notices.unasked(conn)):
            await notices.mark_told(conn, [number], NOW + minute * MINUTE)
        assert await notices.open_question_at(conn) == NOW + MINUTE
        await articles.set_state(conn, 2, ArticleState.PUBLISHED)
        assert await notices.open_question_at(conn) == NOW
        await articles.set_state(conn, 1, ArticleState.RETRACTED)
        assert await notices.open_question_at(conn) is None
        assert await incidents.editors_told_at(conn) is None  # what they were asked does not count
        await notices.add(conn, [Notice("warned", "a.md")], NOW)
        await notices.mark_told(conn, [number for number, _ in await notices.untold(conn)], NOW + HOUR)
        assert await incidents.editors_told_at(conn) == NOW + HOUR


async def test_a_trouble_is_told_once_a_day_while_it_lasts_and_once_when_it_is_over(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await incidents.untold(conn, NOW) == []
        await incidents.close_incident(conn, IncidentKind.DISK, NOW)
        for minutes in (0, 1):
            await incidents.open_incident(conn, IncidentKind.DISK, NOW + minutes * MINUTE)
        await incidents.open_incident(conn, IncidentKind.SLOW, NOW - HOUR)
        slow, disk = await incidents.untold(conn, NOW)
        assert (slow, disk) == (Incident(IncidentKind.SLOW, NOW - HOUR, None), Incident(IncidentKind.DISK, NOW, None))
        await incidents.close_incident(conn, IncidentKind.SLOW, NOW)  # before anybody heard of it
        await incidents.told(conn, disk, NOW)
        assert await incidents.untold(conn, NOW + DAY - SECOND) == []
        assert await incidents.untold(conn, NOW + DAY) == [disk]
        await incidents.close_incident(conn, IncidentKind.DISK, NOW + HOUR)
        assert await incidents.untold(conn, NOW + HOUR) == [Incident(IncidentKind.DISK, NOW, NOW + HOUR)]
        await incidents.told(conn, disk, NOW + HOUR)
        assert await incidents.untold(conn, NOW + 2 * DAY) == []
        await incidents.open_incident(conn, IncidentKind.DISK, NOW + HOUR)
        assert [one.since for one in await incidents.untold(conn, NOW + 2 * DAY)] == [NOW + HOUR + 2 * SECOND]


async def test_a_lack_of_stars_is_told_once_however_long_it_lasts(engine: Engine) -> None:
    async with engine.transaction() as conn:
        await incidents.open_incident(conn, IncidentKind.STARS, NOW)
        [one] = await incidents.untold(conn, NOW)
        await incidents.told(conn, one, NOW)
        assert await incidents.untold(conn, NOW + 30 * DAY) == []


async def test_a_message_follows_in_the_place_of_an_earlier_one_whose_words_no_longer_count(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await progress_messages.open_ones(conn) == [] and await progress_messages.unannounced(conn) == []
        for number in (1, 2):
            await put_article(conn, number)
        first, second = await broadcast(conn, 1), await broadcast(conn, 2)
        for number, chat, message in (
            (second, ANNA, 5),
            (first, BEN, 6),
            (first, ANNA, progress_messages.OWED_MESSAGE_ID),
        ):
            await progress_messages.follow(conn, number, chat, message)
        waiting = await progress_messages.open_ones(conn)
        assert [(one.campaign, one.chat, one.message_id) for one in waiting] == [
            (first, ANNA, 0),
            (first, BEN, 6),
            (second, ANNA, 5),
        ]
        await progress_messages.follow(conn, first, ANNA, 7, shown="half", at=NOW)
        await progress_messages.saw(conn, waiting[0], "old", NOW, finished=True)  # not there any more
        [replaced, *_] = await progress_messages.open_ones(conn)
        assert (replaced.message_id, replaced.shown, replaced.shown_at) == (7, "half", NOW)
        await progress_messages.saw(conn, replaced, "done", NOW + HOUR, finished=True)
        assert [one.chat for one in await progress_messages.open_ones(conn)] == [BEN, ANNA]
        await progress_messages.take_up(conn, first)
        await progress_messages.take_up(conn, 404)
        again = (await progress_messages.open_ones(conn))[0]
        assert (again.shown, again.shown_at) == ("done", NOW + HOUR)


async def test_a_message_leads_to_the_article_that_it_brought_or_follows(engine: Engine) -> None:
    async with engine.transaction() as conn:
        number = await send_to(conn, 1, {ANNA: Status.SENT, BEN: Status.FAILED})
        await progress_messages.follow(conn, number, BEN, 5)
        assert await progress_messages.article_of(conn, ANNA, message_in(ANNA)) == 1
        assert await progress_messages.article_of(conn, BEN, 5) == 1
        for chat, message in ((BEN, message_in(BEN)), (ANNA, 5), (404, 5), (ANNA, 0), (ANNA, HIGHEST)):
            assert await progress_messages.article_of(conn, chat, message) is None


async def test_what_waits_and_nobody_asked_for_is_announced_until_a_message_follows_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for number in (1, 2, 3, 4):
            await put_article(conn, number)
        waits = [await broadcast(conn, number, start_at=NOW + MINUTE) for number in (1, 2)]
        await broadcast(conn, 3, start_at=NOW + MINUTE, by=ANNA)
        await broadcast(conn, 4)
        assert await progress_messages.unannounced(conn) == waits
        await progress_messages.follow(conn, waits[0], ANNA, 5)
        assert await progress_messages.unannounced(conn) == waits[1:]
        await close_broadcasts(conn)
        assert await progress_messages.unannounced(conn) == waits[1:]


async def test_a_fact_is_what_was_last_said_of_it(engine: Engine) -> None:
    async with engine.transaction() as conn:
        for value in ("one", "", "two", None, None, "three"):
            await metadata.put(conn, "fact", value)
            assert await metadata.get(conn, "fact") == value
        assert await metadata.get(conn, "FACT") is None
        assert (await metadata.is_paused(conn), await metadata.is_restored(conn)) == (False, False)
        await metadata.put(conn, "paused", "")
        await metadata.put(conn, "restored", "1")
        assert (await metadata.is_paused(conn), await metadata.is_restored(conn)) == (True, True)


@pytest.mark.parametrize("bot", [1, FURTHEST])
async def test_a_database_is_one_bots_and_refuses_every_other(engine: Engine, bot: int) -> None:
    async with engine.transaction() as conn:
        await metadata.refuse_other_bots(conn, 404)  # nobody's yet
        for _ in range(2):
            await metadata.claim_for(conn, bot)
        await metadata.refuse_other_bots(conn, bot)
    for refusal in (metadata.refuse_other_bots, metadata.claim_for):
        with pytest.raises(StoreError, match=str(bot)):
            async with engine.transaction() as conn:
                await refusal(conn, 404)
    async with engine.reading() as conn:
        await metadata.refuse_other_bots(conn, bot)


async def test_what_a_restore_held_is_known_by_its_numbers_whatever_else_stands_there(engine: Engine) -> None:
    async with engine.transaction() as conn:
        assert await metadata.held_together(conn) == frozenset()
        await metadata.hold_together(conn, [12, 7])
        assert await metadata.held_together(conn) == {7, 12}
        await metadata.hold_together(conn, [])
        assert await metadata.held_together(conn) == frozenset()
        await metadata.put(conn, "held_together", "7,x,,-3,٣,9" + "9" * 30)
        assert {7} <= await metadata.held_together(conn)


async def test_the_generation_grows_with_every_start_and_broadcast_and_never_shrinks(engine: Engine) -> None:
    async with engine.transaction() as conn:
        reached = [await metadata.generation(conn)]
        for step in range(3):
            if step % 2:
                await metadata.count_start(conn)
            else:
                await put_article(conn, step + 1)
                await broadcast(conn, step + 1)
            reached.append(await metadata.generation(conn))
        assert reached == sorted(set(reached))
