"""Who writes in another language is told in it that we read English, and whom to call; what was booked so far stays."""

from __future__ import annotations

import pytest

from tests.support.phone import Phone

CHINESE = "\u6211\u60f3\u8ba2\u4e00\u5f20\u56db\u4e2a\u4eba\u7684\u684c\u5b50"
RUSSIAN = "\u0441\u0442\u043e\u043b\u0438\u043a \u043d\u0430 \u0434\u0432\u043e\u0438\u0445 \u0437\u0430\u0432\u0442\u0440\u0430"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quiero una mesa para cuatro ma\u00f1ana", "solo entiendo ingl\u00e9s"),
        ("je voudrais une table pour deux", "que l'anglais"),
        ("haben Sie heute abend noch einen Tisch frei?", "nur Englisch"),
        (CHINESE, "\u53ea\u61c2\u82f1\u6587"),
        (RUSSIAN, "\u0442\u043e\u043b\u044c\u043a\u043e \u0430\u043d\u0433\u043b\u0438\u0439\u0441\u043a\u0438\u0439"),
    ],
)
def test_another_language_is_answered_in_it(phone: Phone, text: str, words: str) -> None:
    assert words in phone.say(text)


@pytest.mark.parametrize(
    "text", ["mesa para 2 a las 20:00", "je voudrais une table pour deux samedi \u00e0 20h", CHINESE]
)
def test_the_booking_in_hand_stays_as_it_is_and_its_question_open(phone: Phone, text: str) -> None:
    phone.say("table for 4 at Brasserie Tournesol tomorrow")
    answers = phone.text(text)
    assert "+12125550164" in answers[0], "the restaurant's phone"
    assert "time" in answers[-1]
    assert "Thu, Dec 3, 7:00 PM, 4 people" in phone.say("7pm")


def test_a_name_is_not_taken_from_another_language(phone: Phone) -> None:
    phone.say("table for 4 at Brasserie Tournesol tomorrow at 7pm")
    phone.text("somos cuatro personas, hablan espa\u00f1ol?")
    assert phone.bookings() == []
    phone.say("Jose Mu\u00f1oz")
    assert phone.booking().name == "Jose Mu\u00f1oz"


@pytest.mark.parametrize(
    "text", ["Casa Almendra", "Brasserie Tournesol for two tomorrow", "omakase at Brasserie Tournesol"]
)
def test_a_foreign_name_is_english(phone: Phone, text: str) -> None:
    phone.say("I'd like a table")
    assert "people" in phone.say(text)
