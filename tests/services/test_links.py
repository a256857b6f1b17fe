"""Links that become drafts: each reason for an unread page has its word."""

from bot.content.web.fetch_error import FetchFault
from bot.domain.page import Obstacle
from bot.domain.pasted_link import Unread


def test_each_reason_why_a_page_is_not_read_is_known_by_its_word() -> None:
    words = {unread.value for unread in Unread}
    assert {fault.value for fault in FetchFault} | {obstacle.value for obstacle in Obstacle} <= words
