"""What programs do wrong: each has one answer, a problem as RFC 9457 has it, and nothing is made of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from programs import ARTICLES, Door, Said, article, door


def is_problem(said: Said, status: int) -> bool:
    assert said.status == status, said.text
    assert said.headers["Content-Type"] == "application/problem+json", said.text
    problem = said.json
    assert problem["status"] == status and problem["type"] == "about:blank"
    assert problem["title"] and problem["detail"]
    return True


async def test_every_error_is_a_problem_that_says_what_to_do(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        editor = await at.key("desk", "--role", "editor")
        ghost = await at.key("blog", "--ghost")
        await at.counts(editor)
        for key in (None, "", "newsbot_" + "x" * 43, ghost, editor.upper(), "ü", editor + "\x00x"[:0] + "y"):
            said = await at.asks("POST", ARTICLES, key, article())
            assert is_problem(said, 401)
            assert said.headers["WWW-Authenticate"].startswith("Bearer ")
        basic = await at.asks("GET", f"{ARTICLES}/1", Authorization="Basic eDp5")
        assert is_problem(basic, 401)
        for method, path in (
            *(
                ("GET", path)
                for path in ("/api", "/api/", "/api/v1", "/api/v2/articles", f"{ARTICLES}/", f"{ARTICLES}/x")
            ),
            *(("GET", f"{ARTICLES}/{number}") for number in ("0", "404", "9" * 18, "9" * 19, "-1", "%D9%A1", "1.5")),
            *(("POST", f"{ARTICLES}/404/{act}") for act in ("publish", "retract", "nonsense")),
            ("GET", f"{ARTICLES}/404/delivery"),
        ):
            assert is_problem(await at.asks(method, path, editor), 404)
        assert is_problem(await at.asks("PATCH", f"{ARTICLES}/404", editor, {"title": "x"}), 404)
        assert is_problem(await at.asks("POST", f"{ARTICLES}/404/schedule", editor, {"at": "2099-01-01"}), 404)
        for method, path, allowed in (
            ("GET", ARTICLES, {"POST"}),
            ("DELETE", f"{ARTICLES}/1", {"GET", "HEAD", "PATCH"}),
            ("GET", f"{ARTICLES}/1/publish", {"POST"}),
            ("POST", f"{ARTICLES}/1/delivery", {"GET", "HEAD"}),
        ):
            said = await at.asks(method, path, editor)
            assert is_problem(said, 405)
            assert set(said.headers["Allow"].split(", ")) == allowed
            assert said.json["detail"].endswith(f"understood: {said.headers['Allow']}")
        for body in (
            b"",
            b"no json",
            b"[]",
            b'"text"',
            b"null",
            b"{",
            b'{"title": }',
            b"\xff\xfe{\0}\0",
            b"{}{}",
            b"---\n",
        ):
            assert is_problem(await at.asks("POST", ARTICLES, editor, body), 400)
        assert is_problem(await at.asks("POST", ARTICLES, editor, {"title": "x" * 2**20}), 413)
        assert is_problem(await at.asks("POST", ARTICLES, editor, article(), Idempotency_Key="x" * 256), 400)
        assert is_problem(await at.asks("POST", ARTICLES, editor, b"x", Content_Encoding="gzip"), 400)
        assert (await at.asks("GET", "/nowhere")).headers["Content-Type"].startswith("text/plain")
        assert json.loads((await at.here.shell("drafts", "--json")).out) == []
        assert editor not in at.here.logged() and ghost not in at.here.logged()


async def test_a_body_that_never_ends_and_one_that_never_comes_are_refused(tmp_path: Path) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    async with door(tmp_path) as at:
        key = await at.key("writer")
        await at.counts(key)
        bearer = {"Authorization": f"Bearer {key}"}
        async with at.client.post(at.url + ARTICLES, data=endless(), headers=bearer) as answer:
            assert is_problem(Said(answer.status, answer.headers, await answer.text()), 413)
        odd = await at.asks("POST", ARTICLES, key, article(), Expect="a miracle")
        assert is_problem(odd, 417)
        assert (await at.asks("POST", ARTICLES, key, article(), Expect="100-continue")).status == 201


@pytest.mark.slow
async def test_a_body_that_does_not_come_is_waited_for_ten_seconds(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        key = await at.key("writer")
        await at.counts(key)
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        head = f"POST {ARTICLES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 9\r\n\r\n"
        writer.write(head.encode() + b"{")
        async with asyncio.timeout(20):
            said = (await reader.read(2_000)).decode()
        assert said.startswith("HTTP/1.1 408 ") and "application/problem+json" in said
        writer.close()


async def test_a_422_names_every_field_that_is_wrong_and_a_201_what_was_left_out(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        key = await at.key("writer")
        await at.counts(key)

        async def wrong(body: object) -> list[str]:
            said = await at.asks("POST", ARTICLES, key, body)
            assert is_problem(said, 422)
            assert all(one["detail"] and one["pointer"].startswith("#/") for one in said.json["errors"])
            return sorted({one["field"] for one in said.json["errors"]})

        assert await wrong({}) == ["publishedDateTime", "title", "webUrl"]
        every = article(title=" ", publishedDateTime="31.02.2026", webUrl="file:///etc/passwd", published="perhaps")
        assert await wrong(every) == ["published", "publishedDateTime", "title", "webUrl"]
        assert await wrong({**every, "externalId": ""}) == [
            *("externalId", "published", "publishedDateTime", "title", "webUrl")
        ]
        for id in ("", " ", "x" * 201, "a\nb", 1.5, True, [], {}):
            assert await wrong(article(externalId=id)) == ["externalId"]
        assert await wrong(article(taxonomy="topic")) == ["taxonomy"]
        assert await wrong(
            b'{"title": "a", "title": "b", "publishedDateTime": "2026-01-01", "webUrl": "https://a.example/"}'
        ) == ["title"]
        (tmp_path / "content" / "beside.jpg").write_bytes(b"\xff\xd8\xff\xe0" + b"x" * 100)
        odd = article(
            *("odd",),
            images=["beside.jpg", "../newsbot.db", "https://pictures.example/a.jpg", "http://127.0.0.1/a.jpg"],
            quality="good",
            topics=["Energy", 7, {}, "Energi"],
            related=[{"title": "no link"}],
            tags=["x"],
            externalId=7,
            published=False,
        )
        said = await at.asks("POST", ARTICLES, key, odd)
        assert said.status == 201
        assert {one["field"] for one in said.json["warnings"]} == {
            *("images[0].url", "images[1].url", "images[3].url", "quality", "topics[2]", "related[0]", "topics")
        }
        assert [one["url"] for one in said.json["images"]] == ["https://pictures.example/a.jpg"]
        assert said.json["externalId"] == "7" and "7" in said.json["topics"]


async def test_a_removed_key_opens_nothing_within_seconds_and_its_drafts_stay(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        key = await at.key("writer")
        await at.counts(key)
        place = (await at.asks("POST", ARTICLES, key, article())).headers["Location"]
        [known] = json.loads((await at.here.shell("keys", "--json")).out)
        assert known["used_at"] is not None
        assert (await at.here.shell("keys", "remove", "writer")).status == 0
        async with asyncio.timeout(3):
            await at.until(lambda: at.asks("GET", place, key), lambda said: said.status == 401)
        new = await at.key("writer")  # who has the name goes on with what was made under it
        await at.counts(new)
        assert (await at.asks("GET", place, new)).json["title"] == "Lake"
        assert (await at.asks("PATCH", place, new, {"title": "Pond"})).status == 200


async def test_who_asks_far_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        busy, other = await at.key("busy"), await at.key("other")
        await at.counts(other)
        wrong = [await at.asks("GET", f"{ARTICLES}/1", "newsbot_wrong") for _ in range(70)]
        assert [one.status for one in wrong[:50]] == [401] * 50
        assert is_problem(wrong[-1], 429) and int(wrong[-1].headers["Retry-After"]) >= 1
        assert (await at.asks("GET", f"{ARTICLES}/1", busy)).status == 404, "a good key is good from there too"
        said = await _until_too_many(at, busy)
        assert is_problem(said, 429) and int(said.headers["Retry-After"]) >= 1
        assert (await at.asks("GET", f"{ARTICLES}/1", other)).status == 404


async def _until_too_many(at: Door, key: str) -> Said:
    for _ in range(200):
        for said in await asyncio.gather(*(at.asks("GET", f"{ARTICLES}/1", key) for _ in range(50))):
            if said.status == 429:
                return said
    raise AssertionError("nobody was told to wait")


async def test_what_a_contributor_may_not_know_does_not_exist_for_its_key(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        writer, editor = await at.key("writer"), await at.key("desk", "--role", "editor")
        await at.counts(editor)
        place = (await at.asks("POST", ARTICLES, editor, article("secret"))).headers["Location"]
        assert is_problem(await at.asks("GET", place, writer), 404)
        assert is_problem(await at.asks("PATCH", place, writer, {"title": "Mine"}), 403)
        known = await at.asks("POST", ARTICLES, writer, article("secret", title="Guessed"))
        assert known.status == 200 and known.json.keys() == {"number", "state", "warnings"}
        assert place.endswith(f"/{known.json['number']}")
        assert is_problem(await at.asks("POST", f"{place}/schedule", writer, {"at": "2099-01-01"}), 403)
        assert (await at.asks("POST", f"{place}/publish", editor)).status == 200
        assert (await at.asks("GET", place, writer)).json["title"] == "Secret"
