"""
`/api/openapi.json`: the API described from the very models that validate what is sent.

Source: https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.content.articles.schema import ArticleSchema
from bot.content.sent_articles.sent_schema import AudienceSchema, CorrectionSchema, IdentitySchema, ScheduleSchema
from bot.http_api import answer_schema
from bot.http_api.answer_schema import ArticleDone, ArticleKnown, Delivery, HookDone, Problem

DESCRIBED: tuple[type[BaseModel], ...] = (
    ArticleSchema,
    IdentitySchema,
    CorrectionSchema,
    AudienceSchema,
    ScheduleSchema,
)
ANSWERED: tuple[type[BaseModel], ...] = (
    *(answer_schema.Article, ArticleDone, ArticleKnown),
    *(Problem, Delivery, HookDone),
)
_AT_LEAST_ONE_LINK = {"anyOf": [{"required": ["webUrl"]}, {"required": ["originalUrl"]}]}
_SENT = "Sent"  # what a field holds that is sent, beside what it holds when it is answered

Json = dict[str, Any]


async def openapi(_: web.Request) -> web.Response:
    """`GET /api/openapi.json`"""
    return web.Response(body=_document(), content_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


@cache
def _document() -> bytes:
    return json.dumps(described(), ensure_ascii=False).encode()


def described() -> Json:
    """Return the description of the whole API."""
    number = {
        "name": "number",
        "in": "path",
        "required": True,
        "description": "The article's number",
        "schema": {"type": "integer", "minimum": 1},
    }
    once = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same request under the same key is done once within a day",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    }
    topic = {
        "name": "topic",
        "in": "query",
        "description": "A topic's name, short name, hashtag or id, with all that is below it; may be given again",
        "schema": {"type": "array", "items": {"type": "string"}},
    }
    act = {"parameters": [once]}
    one = "/api/v1/articles/{number}"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "newsbot",
            "version": version("newsbot"),
            "description": "Articles told and changed by programs. Keys: `newsbot keys add NAME`.",
        },
        "security": [{"key": []}],
        "paths": {
            "/api/v1/articles": {
                "post": {
                    **_operation(
                        *("tell", "Tell an article", 201, ArticleDone), *(*_UNREADABLE, 401, 403, 409, 410, 422, 429)
                    ),
                    **act,
                    "requestBody": _body({"allOf": [_ref("Article" + _SENT), _ref("Identity" + _SENT)]}),
                }
            },
            one: {
                "parameters": [number],
                "get": _operation("read", "Read an article", 200, answer_schema.Article, 401, 404, 410, 429),
                "patch": {
                    **_operation(
                        *("change", "Change some fields", 200, ArticleDone),
                        *(*_UNREADABLE, 401, 403, 404, 409, 410, 422, 429),
                    ),
                    **act,
                    "requestBody": _body({"allOf": [_ref("Change" + _SENT), _ref("Correction" + _SENT)]}),
                },
            },
            f"{one}/publish": _act(
                number, act, "publish", "Publish it and push it", "Audience" + _SENT, waits=True, may_be_empty=True
            ),
            f"{one}/schedule": _act(
                number, act, "schedule", "Let it go out at a time to come", "Schedule" + _SENT, waits=True
            ),
            f"{one}/retract": _act(number, act, "retract", "Take it out of every list; nothing more of it leaves"),
            f"{one}/delivery": {
                "parameters": [number],
                "get": _operation("delivery", "Who got it, who did not, and why", 200, Delivery, 401, 403, 404, 429),
            },
            "/api/v1/hooks/ghost/{name}": {
                "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
                "post": {
                    **_operation("ghost", "A webhook of Ghost", 200, HookDone, *_UNREADABLE, 401, 404, 422, 429),
                    "security": [{"signature": []}],
                    "requestBody": _body({"type": "object"}),
                },
            },
            "/feed.xml": {"get": _feed("atom", "What is published, as Atom", "application/atom+xml", topic)},
            "/feed.json": {"get": _feed("jsonFeed", "What is published, as JSON Feed", "application/feed+json", topic)},
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "signature": {"type": "apiKey", "in": "header", "name": "X-Ghost-Signature"},
            },
        },
    }


def _operation(id: str, summary: str, status: int, answer: type[BaseModel], *problems: int) -> Json:
    responses: Json = {str(status): _content(summary, "application/json", _ref(answer.__name__))}
    if status == 201:
        known = {"anyOf": [_ref(answer.__name__), _ref(ArticleKnown.__name__)]}
        responses["200"] = _content("The article is known", "application/json", known)
    for problem in problems:
        responses[str(problem)] = _content(_WHY[problem], "application/problem+json", _ref("Problem"))
    return {"operationId": id, "summary": summary, "responses": responses}


def _act(
    number: Json,
    act: Json,
    id: str,
    summary: str,
    body: str | None = None,
    *,
    waits: bool = False,
    may_be_empty: bool = False,
) -> Json:
    refusals = (*_UNREADABLE, 401, 403, 404, 409, 410, *((422,) if body else ()), 429)
    operation = _operation(id, summary, 200, ArticleDone, *refusals)
    if waits:
        it_waits = _content("It waits until an editor approves it", "application/json", _ref(ArticleDone.__name__))
        operation["responses"]["202"] = it_waits
    asked = {} if body is None else {"requestBody": {**_body(_ref(body)), "required": not may_be_empty}}
    return {"parameters": [number], "post": {**operation, **act, **asked}}


def _feed(id: str, summary: str, kind: str, topic: Json) -> Json:
    return {
        "operationId": id,
        "summary": summary,
        "security": [],
        "parameters": [topic],
        "responses": {
            "200": _content("The newest articles", kind, {"type": "object" if "json" in kind else "string"}),
            "304": {"description": "It is as you know it"},
            "404": _content("No topic is called so", "application/problem+json", _ref("Problem")),
        },
    }


_UNREADABLE = (400, 408, 413)  # what any request with a body may be answered
_WHY = {
    400: "The body is no JSON object, or the Idempotency-Key is none",
    401: "There is no key, or it is not known",
    403: "The key's role does not allow it",
    404: "There is no such article",
    408: "The body did not come in time",
    409: "The article is not in a state for it, or the Idempotency-Key was used for another request",
    410: "It was taken down; nothing of it is left, and nothing brings it back",
    413: "The body is larger than 1 MiB",
    422: "Fields are wrong; `errors` names all of them",
    429: "Too often; Retry-After says when to come again",
}


def _schemas() -> Json:
    _, sent = models_json_schema(
        [(model, "validation") for model in DESCRIBED], ref_template="#/components/schemas/{model}"
    )
    _, answered = models_json_schema(
        [(model, "serialization") for model in ANSWERED], ref_template="#/components/schemas/{model}"
    )
    found: Json = {}
    for name, schema in sent["$defs"].items():
        text = json.dumps(schema)
        for other in sent["$defs"]:
            text = text.replace(f'schemas/{other}"', f'schemas/{other.removesuffix("Schema")}{_SENT}"')
        found[name.removesuffix("Schema") + _SENT] = json.loads(text)
    found[f"Article{_SENT}"] |= {"description": "An article, with the fields of article files.", **_AT_LEAST_ONE_LINK}
    change = {name: part for name, part in found[f"Article{_SENT}"].items() if name not in ("required", "anyOf")}
    found[f"Change{_SENT}"] = {**change, "description": "Some fields; null takes one out."}
    schemas: Json = _untitled(found | answered["$defs"])
    return schemas


def _untitled(schema: Any) -> Any:
    """Return a schema without the titles that pydantic makes of fields' names. A field may itself be called title."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _untitled(part) for name, part in schema.items() if name != "title" or isinstance(part, dict)}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _content(description: str, kind: str, schema: Json) -> Json:
    return {"description": description, "content": {kind: {"schema": schema}}}


def _body(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}
