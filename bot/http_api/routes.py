"""Where each request goes."""

from __future__ import annotations

from aiohttp import web

from bot.http_api import articles
from bot.http_api.access import API, Api
from bot.http_api.problems import as_problems


def mount(app: web.Application, api: Api) -> None:
    """Let a server answer programs too."""
    app[API] = api
    app.middlewares.append(as_problems)
    app.router.add_post(articles.ARTICLES, articles.tell)
    app.router.add_get(articles.ONE, articles.one)
    app.router.add_patch(articles.ONE, articles.change)
    app.router.add_post(f"{articles.ONE}/publish", articles.publish)
    app.router.add_post(f"{articles.ONE}/schedule", articles.schedule)
    app.router.add_post(f"{articles.ONE}/retract", articles.retract)
    app.router.add_get(f"{articles.ONE}/delivery", articles.delivery)
