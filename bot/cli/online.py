"""`newsbot check --online`: the links of a site's pages beside those that the built site lists."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.cli.shell import number, refuse, say
from bot.content.web.fetching import Fetcher, FetchError
from bot.domain.article import Story
from bot.domain.site_links import Difference, Expected, differences, same_site
from bot.services.content.built_site import BuiltSite, built_site
from bot.settings import Settings

_MOST = 20  # differences that are named


def compare(sites: Mapping[str, Mapping[str, Story]], settings: Settings, at: datetime) -> bool:
    """Compare pages, by the address of their site and their path, and say what differs; False when that failed."""
    if not sites:
        refuse("--online: these are no pages of a site whose address is known; set NEWSBOT_SITE")
        return False
    compared = [asyncio.run(_compare(address, pages, settings, at)) for address, pages in sites.items()]
    return all(compared)


async def _compare(address: str, pages: Mapping[str, Story], settings: Settings, at: datetime) -> bool:
    fetcher = Fetcher(allow=settings.fetch_allow, contact=settings.contact)
    try:
        site = await built_site(fetcher, address)
    except FetchError as error:
        refuse(f"{address}: {error}")
        return False
    finally:
        await fetcher.close()
    if site is None:
        refuse(f"{address}: has no sitemap and no feed to compare with")
        return False
    _tell(site, pages, address, at)
    return True


def _tell(site: BuiltSite, pages: Mapping[str, Story], address: str, at: datetime) -> None:
    expected = {
        path: Expected(story.link, bool(story.published) and story.published_at <= at) for path, story in pages.items()
    }
    listed = same_site(site.links, address)
    found = differences(expected, listed, is_complete=site.is_complete)
    for one in found[:_MOST]:
        refuse(_in_words(one, site))
    if len(found) > _MOST:
        refuse(f"{site.source}: {number(len(found) - _MOST)} more links differ")
    public = sum(one.is_public for one in expected.values())
    same = f"{number(len(found))} differ" if found else "none differs"
    say(f"{site.source}: {number(len(listed))} links, compared with {number(public)} public pages; {same}")


def _in_words(one: Difference, site: BuiltSite) -> str:
    if one.path is None:
        return f"{site.source}:0: link: warning: {one.link} is listed there, and is the link of no file"
    if one.is_listed:
        return f"{one.path}:0: link: warning: {one.link} is on the site, and the file would be a draft here"
    if one.instead is not None:
        return f"{one.path}:0: link: warning: {one.link} is not on the site, which has {one.instead}"
    return f"{one.path}:0: link: warning: {one.link} is not on the site"
