"""
The API's description: sound, and made of the models that validate.

Source: https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

from typing import Any

from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from bot.content.articles.schema import ArticleSchema
from bot.content.sent_articles.sent_schema import AudienceSchema, CorrectionSchema, IdentitySchema, ScheduleSchema
from bot.http_api.openapi import described
from bot.http_api.routes import add_routes


def test_the_description_is_sound():
    OpenAPIV31SpecValidator(described()).validate()


def test_it_has_every_field_that_is_read_and_no_other():
    schemas = described()["components"]["schemas"]
    for name, model in (
        ("ArticleSent", ArticleSchema),
        ("IdentitySent", IdentitySchema),
        ("CorrectionSent", CorrectionSchema),
        ("AudienceSent", AudienceSchema),
        ("ScheduleSent", ScheduleSchema),
    ):
        assert schemas[name]["properties"].keys() == model.model_fields.keys()
    assert set(schemas["ArticleSent"]["required"]) == {"title", "publishedDateTime"}
    assert "required" not in schemas["ChangeSent"] and "secured" not in schemas["Article"]["properties"]
    assert schemas["ImageSent"]["properties"]["url"]["anyOf"] == [{"type": "string"}, {"type": "null"}]


def test_it_names_every_address_that_is_served_and_no_other():
    app = web.Application()
    add_routes(app)
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
    }
    named = {
        (method, path)
        for path, operations in described()["paths"].items()
        for method in operations.keys() & {"get", "post", "patch", "put", "delete"}
    }
    assert named | {("get", "/api/openapi.json")} == served


def test_every_error_is_a_problem():
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            responses: dict[str, Any] = operation.get("responses", {}) if isinstance(operation, dict) else {}
            for status, response in responses.items():
                if int(status) >= 400:
                    [kind] = response["content"]
                    assert kind == "application/problem+json", (path, method)
