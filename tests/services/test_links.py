"""Links that become drafts: which topics they get, and that each reason for an unread page has its word."""

import pytest

from bot.content.web.fetch_error import FetchFault
from bot.domain.page import Obstacle
from bot.domain.pasted_link import Unread
from bot.domain.topic import Topic
from bot.services.content.links import MOST_TOPICS, topics_among

TOPICS = {
    1: Topic(1, "ai", "Artificial Intelligence", "AI", hashtags=("#MachineLearning",), keywords=("neural network",)),
    2: Topic(2, "energy", "Energy"),
    3: Topic(3, "ml", "machinelearning"),
}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("ENERGY", "energy"), ("Energy",)),
        (("ai", "Neural Network"), ("Artificial Intelligence",)),
        (("#MachineLearning",), ("Artificial Intelligence",)),  # whoever was first
        (("Tulips", "", "!"), ()),
    ],
)
def test_a_page_is_about_the_known_topics_it_is_filed_under(words: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert topics_among(words, TOPICS) == names


def test_a_page_that_is_filed_under_everything_is_about_a_few() -> None:
    many = {number: Topic(number, f"t{number}", f"Topic {number}") for number in range(40)}
    assert len(topics_among([topic.name for topic in many.values()], many)) == MOST_TOPICS


def test_each_reason_why_a_page_is_not_read_is_known_by_its_word() -> None:
    words = {unread.value for unread in Unread}
    assert {fault.value for fault in FetchFault} | {obstacle.value for obstacle in Obstacle} <= words
