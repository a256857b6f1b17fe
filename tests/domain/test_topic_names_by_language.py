"""What a topic is called in the language of a chat."""

import pytest

from bot.domain.topic import Topic

TECHNOLOGY = Topic(
    1, "tech", "Technology", names=(("de", "Technik"), ("pt-br", "Tecnologia"), ("zh-Hans", "科技"), ("zh-TW", "技術"))
)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Technology"),
        ("de", "Technik"),
        ("DE", "Technik"),
        ("de-AT", "Technik"),
        ("pt-BR", "Tecnologia"),
        ("pt", "Tecnologia"),
        ("zh-Hans", "科技"),
        ("zh-TW", "技術"),
        ("zh", "科技"),
        ("d", "Technology"),
        ("deutsch", "Technology"),
        ("", "Technology"),
    ],
)
def test_the_nearest_name_is_taken_and_else_its_own(language, name):
    assert TECHNOLOGY.name_in(language) == name


def test_a_topic_without_names_has_its_own_in_every_language():
    assert Topic(1, "tech", "Technology").name_in("de") == "Technology"
