"""What programs are answered is what `/api/openapi.json` says, and what is read can be sent back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from programs import ARTICLES, Said, article, door


async def test_every_answer_is_as_it_is_described(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        editor = await at.key("desk", "--role", "editor")
        await at.counts(editor)
        described = (await at.asks("GET", "/api/openapi.json")).json
        OpenAPIV31SpecValidator(described).validate()

        def is_described(said: Said, path: str, method: str) -> None:
            [(kind, content)] = described["paths"][path][method]["responses"][str(said.status)]["content"].items()
            assert said.headers["Content-Type"].split(";")[0] == kind
            Draft202012Validator({**content["schema"], "components": described["components"]}).validate(said.json)

        def is_sendable(body: Any, path: str, method: str) -> None:
            schema = described["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
            Draft202012Validator({**schema, "components": described["components"]}).validate(body)

        one = "/api/v1/articles/{number}"
        full = article(
            *("lake",),
            excerpt="It froze.",
            images=[{"url": "https://pictures.example/a.jpg", "width": 5, "alt": "A"}, "https://pictures.example/b"],
            provider={"name": "X", "domain": "x.example"},
            related=[{"title": "Other", "webUrl": "https://a.example/", "publishedDateTime": "2026-01-01"}],
            featuredContent="<p>x</p>",
            heat="hot",
            externalId="7",
        )
        is_sendable({**full, "heat": 5, "images": full["images"][:1]}, ARTICLES, "post")
        made = await at.asks("POST", ARTICLES, editor, full)
        is_described(made, ARTICLES, "post")
        place = made.headers["Location"]
        is_described(await at.asks("POST", ARTICLES, editor, full), ARTICLES, "post")
        is_described(await at.asks("POST", ARTICLES, editor, {}), ARTICLES, "post")
        is_described(await at.asks("POST", ARTICLES, None, {}), ARTICLES, "post")
        is_described(await at.asks("GET", place, editor), one, "get")
        change = {"title": "Pond", "copies": "lists", "why": "It is one."}
        is_sendable(change, one, "patch")
        is_described(await at.asks("PATCH", place, editor, change), one, "patch")
        for why in (None, "Once more.", ""):
            said = await at.asks("PATCH", place, editor, {**change, "why": why})
            assert said.status == (422 if why == "" else 200), said.text
            is_described(said, one, "patch")
        is_sendable({**change, "why": None}, one, "patch")
        is_described(await at.asks("GET", f"{place}/delivery", editor), f"{one}/delivery", "get")
        is_sendable({"at": "2099-01-01T10:00:00Z"}, f"{one}/schedule", "post")
        planned = await at.asks("POST", f"{place}/schedule", editor, {"at": "2099-01-01T10:00:00Z"})
        is_described(planned, f"{one}/schedule", "post")
        for act in ("publish", "publish", "retract", "retract"):
            is_described(await at.asks("POST", f"{place}/{act}", editor), f"{one}/{act}", "post")
        large = b'{"at": "' + b" " * 2**20 + b'2099-01-01"}'
        for act in ("publish", "schedule", "retract"):
            refused = await at.asks("POST", f"{place}/{act}", editor, Idempotency_Key="k" * 256)
            assert refused.status == 400
            is_described(refused, f"{one}/{act}", "post")
            is_described(await at.asks("POST", f"{place}/{act}", editor, large), f"{one}/{act}", "post")
        is_described(await at.asks("GET", f"{place}/delivery", editor), f"{one}/delivery", "get")
        is_described(await at.asks("GET", "/feed.json"), "/feed.json", "get")


async def test_what_was_read_is_sent_back_and_nothing_changes(tmp_path: Path) -> None:
    async with door(tmp_path) as at:
        editor = await at.key("desk", "--role", "editor")
        await at.counts(editor)
        told = article(images=["https://pictures.example/a.jpg"], provider="X", heat=-3, type="article")
        place = (await at.asks("POST", ARTICLES, editor, told)).headers["Location"]

        async def goes_round() -> None:
            before = (await at.asks("GET", place, editor)).json
            after = (await at.asks("PATCH", place, editor, before)).json
            assert after.pop("warnings") == [] and after == before

        await goes_round()
        await at.asks("POST", f"{place}/schedule", editor, {"at": "2099-01-01"})
        await goes_round()
        await at.asks("POST", f"{place}/publish", editor)
        await at.here.sees(at.here.cast.anna, "Lake")
        await goes_round()
        await at.asks("POST", f"{place}/retract", editor)
        await goes_round()
        acts = [one["act"] for one in json.loads((await at.here.shell("log", "--json")).out)]
        assert acts[:4] == ["retract", "publish", "schedule", "add"]
