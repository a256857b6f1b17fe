"""
Pages that stand in the way of others: a form to log in, a question about cookies, a check for humans.

They come with status 200 and a title of their own, which is no story's.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.domain.page import Obstacle

# As their makers title them
_CHALLENGES = re.compile(
    r"just a moment\.*|attention required! \| cloudflare|access denied|robot or human\??|are you a robot\??|"
    r"checking your browser.*|please verify you are a human|pardon our interruption\.*|bot verification|"
    r"security check(?:point)?|verify you are human.*|403 forbidden|ddos-guard",
    re.IGNORECASE,
)
_CONSENT_PLACE = re.compile(r"(?:^|\.)consent\.|^(?:consent|cmp|privacy-?gate)\.", re.IGNORECASE)
_CONSENT_PATH = re.compile(
    r"/(?:consent|collectconsent|cookiewall|privacy-?gate|cookie-?consent)(?:[/?.]|$)", re.IGNORECASE
)
_LOGIN_PATH = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|connexion|wp-login\.php|oauth2?|sso|accounts/login)(?:[/?.]|$)", re.I
)


def obstacle_of(url: str, title: str, *, is_article: bool, asks_password: bool) -> Obstacle | None:
    """Return what a page is that was found in place of a story; None when it may be the story."""
    if _CHALLENGES.fullmatch(title):
        return Obstacle.CHALLENGE
    if is_article:
        return None
    parts = urlsplit(url)
    if _CONSENT_PLACE.search(parts.hostname or "") or _CONSENT_PATH.search(parts.path):
        return Obstacle.CONSENT
    return Obstacle.LOGIN if asks_password or _LOGIN_PATH.search(parts.path) else None
