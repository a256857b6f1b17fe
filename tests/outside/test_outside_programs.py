"""Programs: a content system posts articles, changes them, publishes, and reads what became of them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from programs import ARTICLES, Said, article, door

from bot.sandbox.tour.stage import plain


async def test_a_contributor_makes_a_draft_which_an_editor_s_key_publishes(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        writer, editor = await at.key("writer"), await at.key("desk", "--role", "editor")
        await at.counts(editor)
        made = await at.asks(
            "POST", ARTICLES, writer, article("lake", excerpt="It froze.", heat="hot", secured="c2VjcmV0")
        )
        assert made.status == 201, made.text
        number = made.json["number"]
        assert made.headers["Location"] == f"{ARTICLES}/{number}"
        assert (made.json["state"], made.json["published"], made.json["title"]) == ("draft", False, "Lake")
        assert [(one["field"], one["pointer"]) for one in made.json["warnings"]] == [("heat", "#/heat")]
        seen = await at.asks("GET", f"{ARTICLES}/{number}", writer)
        assert seen.status == 200 and "secured" not in seen.text and "c2VjcmV0" not in seen.text
        assert seen.json["excerpt"] == "It froze." and seen.json["topics"] == ["Energy"]
        for act in ("publish", "retract"):
            assert (await at.asks("POST", f"{ARTICLES}/{number}/{act}", writer)).status == 403
        anna = at.here.cast.anna
        assert at.here.screens(anna, "Lake") == []
        out = await at.asks("POST", f"{ARTICLES}/{number}/publish", editor)
        assert (out.status, out.json["state"]) == (200, "published")
        await at.here.sees(anna, "Lake")
        await at.here.sees(at.here.cast.ben, "Lake")
        assert (await at.asks("POST", f"{ARTICLES}/{number}/publish", editor)).status == 409
        report = await at.until(
            lambda: at.asks("GET", f"{ARTICLES}/{number}/delivery", editor),
            lambda said: said.json["delivery"]["state"] == "done",
        )
        printed = json.loads((await at.here.shell("delivery", str(number), "--json")).out)
        assert report.json == printed and printed["delivery"]["reached"] == 2
        assert (await at.asks("GET", f"{ARTICLES}/{number}/delivery", writer)).status == 403
        assert (await at.asks("PATCH", f"{ARTICLES}/{number}", writer, {"title": "Mine"})).status == 403
        gone = await at.asks("POST", f"{ARTICLES}/{number}/retract", editor)
        assert (gone.status, gone.json["state"]) == (200, "retracted")
        assert "Lake" not in plain(await at.here.asks(anna, "/latest"))
        log = [(one["act"], one["key"]) for one in json.loads((await at.here.shell("log", "--json")).out)]
        assert log[:3] == [("retract", "desk"), ("publish", "desk"), ("add", "writer")]
        said = plain(await at.here.asks(at.here.cast.edith, "/log"))
        assert f"key desk: took back #{number}" in said and f"key writer: added #{number}" in said
        logged = at.here.logged()
        assert writer not in logged and editor not in logged and "It froze" not in logged


async def test_an_editor_s_key_publishes_at_once_whatever_rules_there_are_for_files(tmp_path: Path) -> None:
    async with door(tmp_path, PUSH_WINDOW="0", BURST="0") as at:
        writer, editor = await at.key("writer"), await at.key("desk", "--role", "editor")
        await at.counts(editor)
        refused = await at.asks("POST", ARTICLES, writer, article("mine", published=True))
        assert refused.status == 403 and refused.headers["Content-Type"] == "application/problem+json"
        assert json.loads((await at.here.shell("drafts", "--json")).out) == []
        old = article("old", published=True, publishedDateTime="2021-02-12T08:00:00Z")
        assert (await at.asks("POST", ARTICLES, editor, old)).json["state"] == "published"
        await at.here.sees(at.here.cast.anna, "Old")
        unknown = article("strange", published=True, topics=["Nobody Knows This"])
        assert (await at.asks("POST", ARTICLES, editor, unknown)).json["state"] == "published"
        soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
        planned = await at.asks("POST", ARTICLES, editor, article("soon", published=True, publishedDateTime=soon))
        assert planned.json["state"] == "scheduled"
        assert "Soon" not in plain(await at.here.asks(at.here.cast.anna, "/latest"))
        await at.here.sees(at.here.cast.anna, "Soon")


async def test_a_story_is_known_by_the_program_s_id_and_by_its_link(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        editor, writer = await at.key("desk", "--role", "editor"), await at.key("writer")
        await at.counts(writer)
        first = await at.asks("POST", ARTICLES, editor, article("lake", externalId="post-1", published=True))
        number = first.json["number"]
        assert first.status == 201 and first.json["externalId"] == "post-1"
        await at.here.sees(at.here.cast.anna, "Lake")
        moved = article("new-lake", externalId="post-1", title="The lake again", published=True)
        again = await at.asks("POST", ARTICLES, editor, moved)
        assert (again.status, again.json["number"], again.json["title"]) == (200, number, "The lake again")
        assert again.json["webUrl"] == "https://news.example/new-lake"
        for link in ("http://www.news.example/lake/?utm_source=x", "https://news.example/new-lake"):
            known = await at.asks("POST", ARTICLES, editor, article("x", webUrl=link, title="The lake again"))
            assert (known.status, known.json["number"]) == (200, number)
        # Somebody else's program is told the number, and changes nothing.
        other = await at.asks("POST", ARTICLES, writer, article("lake", title="Theirs", externalId="7"))
        assert (other.status, other.json["number"], other.json["title"]) == (200, number, "The lake again")
        assert [one["field"] for one in other.json["warnings"]] == ["webUrl"]
        elsewhere = await at.asks("POST", ARTICLES, writer, article("elsewhere", externalId="7"))
        assert (elsewhere.status, elsewhere.json["number"]) == (200, number)
        assert (await at.asks("POST", ARTICLES, writer, article("pond", externalId="post-1"))).status == 201
        # A file that brings the same story is no news either.
        at.here.article("lake.json", "Lake by file", webUrl="https://news.example/new-lake")
        await at.here.sees(at.here.cast.edith, "")
        assert len([one for one in at.here.of_bot(at.here.cast.anna) if "ake" in plain(one)]) == 1


async def test_fields_of_a_draft_and_of_a_published_article_are_changed(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        writer, editor = await at.key("writer"), await at.key("desk", "--role", "editor")
        await at.counts(editor)
        made = await at.asks("POST", ARTICLES, writer, article("lake", excerpt="Cold.", odd={"kept": 1}))
        place = made.headers["Location"]
        changed = await at.asks("PATCH", place, writer, {"title": "  The lake ", "heat": 7, "excerpt": None})
        assert changed.status == 200, changed.text
        assert (changed.json["title"], changed.json["heat"], changed.json["excerpt"]) == ("The lake", 7, None)
        assert changed.json["webUrl"] == "https://news.example/lake" and changed.json["topics"] == ["Energy"]
        wrong = await at.asks("PATCH", place, writer, {"title": "", "webUrl": "javascript:alert(1)", "heat": "x"})
        assert wrong.status == 422
        assert [one["field"] for one in wrong.json["errors"]] == ["title", "webUrl"]
        assert (await at.asks("GET", place, writer)).json["title"] == "The lake"
        assert (await at.asks("PATCH", place, writer, {"published": True})).status == 403
        assert (await at.asks("PATCH", place, editor, {"published": True})).json["state"] == "published"
        await at.here.sees(at.here.cast.anna, "The lake")
        fixed = await at.asks("PATCH", place, editor, {"title": "The pond", "copies": "every", "why": "It is a pond."})
        assert (fixed.status, fixed.json["title"]) == (200, "The pond")
        assert fixed.json["warnings"] == []
        copy = await at.here.sees(at.here.cast.anna, "It is a pond.")
        assert plain(copy).startswith("The pond") and "Corrected " in plain(copy)
        assert "The pond" in plain(await at.here.asks(at.here.cast.anna, "/latest"))
        lists = await at.asks("PATCH", place, editor, {"excerpt": "Colder.", "copies": "lists"})
        assert lists.json["warnings"] == []
        for body in ({"copies": "all"}, {"why": "x" * 300}, {"why": "two\nlines"}):
            assert (await at.asks("PATCH", place, editor, body)).status == 422
        [correct, *_] = [one for one in json.loads((await at.here.shell("log", "--json")).out) if one["detail"]]
        assert (correct["act"], correct["key"], correct["detail"]) == ("correct", "desk", "It is a pond.")
        taken = await at.asks("POST", ARTICLES, editor, article("other"))
        clash = await at.asks("PATCH", taken.headers["Location"], editor, {"webUrl": "https://news.example/lake"})
        assert clash.status == 422 and [one["field"] for one in clash.json["errors"]] == ["webUrl"]
        assert (await at.asks("PATCH", place, editor, {"published": False})).json["state"] == "retracted"


async def test_an_article_is_scheduled_moved_and_taken_back(tmp_path: Path) -> None:
    async with door(tmp_path, PUSH_WINDOW="0") as at:
        editor = await at.key("desk", "--role", "editor")
        await at.counts(editor)
        place = (await at.asks("POST", ARTICLES, editor, article("lake"))).headers["Location"]
        for body in ({}, {"at": "soon"}, {"at": "2021-01-01"}, {"at": None}):
            wrong = await at.asks("POST", f"{place}/schedule", editor, body)
            assert (wrong.status, [one["field"] for one in wrong.json["errors"]]) == (422, ["at"])
        later = await at.asks("POST", f"{place}/schedule", editor, {"at": "2099-01-01T10:00+01:00"})
        assert (later.status, later.json["state"]) == (200, "scheduled")
        assert later.json["scheduledAt"] == "2099-01-01T09:00:00Z"
        assert (await at.asks("POST", f"{place}/retract", editor)).json["state"] == "draft"
        assert (await at.asks("POST", f"{place}/retract", editor)).status == 409
        soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
        planned = await at.asks("POST", f"{place}/schedule", editor, {"at": soon}, Idempotency_Key="plan")
        assert planned.json["state"] == "scheduled"
        await at.here.sees(at.here.cast.anna, "Lake")  # although files never push: somebody set the time
        again = await at.asks("POST", f"{place}/schedule", editor, {"at": soon}, Idempotency_Key="plan")
        assert again.text == planned.text, "the same answer, although that time has passed"
        assert (await at.asks("POST", f"{place}/schedule", editor, {"at": "2099-01-01"})).status == 409


async def test_the_same_request_does_its_work_once_also_at_the_same_time_and_after_a_kill(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        editor, other = await at.key("desk", "--role", "editor"), await at.key("other", "--role", "editor")
        await at.counts(other)
        body = article("lake", published=True)
        many = await asyncio.gather(
            *(at.asks("POST", ARTICLES, editor, body, Idempotency_Key="one") for _ in range(20))
        )
        assert {(one.status, one.text) for one in many} == {(201, many[0].text)}
        assert [one.headers.get("Idempotency-Replayed") for one in many].count(None) == 1
        clash = await at.asks("POST", ARTICLES, editor, article("pond"), Idempotency_Key="one")
        assert clash.status == 409 and clash.headers["Content-Type"] == "application/problem+json"
        assert (await at.asks("POST", f"{ARTICLES}/1/publish", editor, Idempotency_Key="one")).status == 409
        assert (await at.asks("POST", ARTICLES, other, article("pond"), Idempotency_Key="one")).status == 201
        await at.here.sees(at.here.cast.anna, "Lake")
        bodies = [article(f"flood-{n}", title=f"Flood no {n}.", published=True) for n in range(30)]

        def tell(n: int) -> asyncio.Task[Said]:
            return asyncio.create_task(at.asks("POST", ARTICLES, editor, bodies[n], Idempotency_Key=f"flood {n}"))

        asking = [tell(n) for n in range(30)]
        await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
        await at.here.kill()
        await asyncio.wait(asking)
        told = {n: one.result() for n, one in enumerate(asking) if one.exception() is None}
        assert told
        await at.opens()
        for n in range(30):
            said = await tell(n)
            assert said.status == 201, "what was not done is done now, and what was done is told again"
            assert n not in told or said.text == told[n].text
        for n in range(30):
            await at.here.sees(at.here.cast.anna, f"Flood no {n}.")
        drafts = json.loads((await at.here.shell("drafts", "--json")).out)
        assert [one["title"] for one in drafts] == ["Pond"]
        answered = await at.asks("POST", ARTICLES, editor, body, Idempotency_Key="one")
        assert answered.text == many[0].text and answered.headers["Idempotency-Replayed"] == "true"
