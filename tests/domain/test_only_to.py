"""What editors write behind `only`, as a table."""

import pytest

from bot.domain.only_to import read_only_to


@pytest.mark.parametrize(
    ("text", "language", "before", "topics"),
    [
        ("412", "en", "412", None),
        ("412 only Robotics, Energy", "en", "412", "Robotics, Energy"),
        ("412 Only to: Robotics", "en", "412", "Robotics"),
        ("412 only", "en", "412", ""),
        ("412 only only", "en", "412", "only"),  # a topic may be called so
        ("read-only-mode only AI", "en", "read-only-mode", "AI"),
        ("https://news.example/only/ ", "en", "https://news.example/only/ ", None),
        ("commonly", "en", "commonly", None),
        ("only AI", "en", "only AI", None),  # which article?
        ("412 nur an KI", "de", "412", "KI"),
        ("412 nur KI", "de-CH", "412", "KI"),
        ("412 only KI", "de", "412", "KI"),
        ("412 nur KI", "en", "412 nur KI", None),
        ("412 demain à 9 h seulement à Robotique", "fr", "412 demain à 9 h", "Robotique"),
        ("412 sólo Robótica", "es", "412", "Robótica"),
        ("412 só para IA", "pt_BR", "412", "IA"),
        ("412 только ИИ", "ru", "412", "ИИ"),
        ("412 only AI", "xx", "412", "AI"),
    ],
)
def test_topics_stand_behind_the_word_and_the_rest_before_it(text, language, before, topics):
    assert read_only_to(text, language) == (before, topics)


def test_in_an_answer_to_an_article_nothing_need_stand_before_it():
    assert read_only_to("only AI", "en", may_be_all=True) == ("", "AI")
