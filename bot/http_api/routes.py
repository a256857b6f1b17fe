"""Where each request goes."""

from __future__ import annotations

from aiohttp import web

from bot.http_api import articles, feeds, hooks
from bot.http_api.access import API, Api
from bot.http_api.feed_documents import FORMATS
from bot.http_api.openapi import openapi
from bot.http_api.problems import as_problems, expected


def mount(app: web.Application, api: Api) -> None:
    """Let a server answer programs too."""
    app[API] = api
    app[feeds.DOCUMENTS] = feeds.Documents()
    app.middlewares.append(as_problems)
    add_routes(app)


def add_routes(app: web.Application) -> None:
    """Let every address of ours lead to its handler."""
    for path in FORMATS:
        app.router.add_get(path, feeds.feed)
    app.router.add_get("/api/openapi.json", openapi)
    app.router.add_post(hooks.GHOST, hooks.from_ghost, expect_handler=expected)
    app.router.add_post(articles.ARTICLES, articles.tell, expect_handler=expected)
    app.router.add_get(articles.ONE, articles.one)
    app.router.add_patch(articles.ONE, articles.change, expect_handler=expected)
    app.router.add_post(f"{articles.ONE}/publish", articles.publish, expect_handler=expected)
    app.router.add_post(f"{articles.ONE}/schedule", articles.schedule, expect_handler=expected)
    app.router.add_post(f"{articles.ONE}/retract", articles.retract, expect_handler=expected)
    app.router.add_get(f"{articles.ONE}/delivery", articles.delivery)
