"""A second language is a file: a conversation with its locale hears no word of another catalogue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from booking_engine import Criteria
from bot.schema import conversation as conversations
from dialogue.words import CatalogueWrong, Languages
from tests.support import second_language
from tests.support.chat import Chat
from tests.support.phone import Phone
from tests.support.running import Stack, wait_until

NAMES = "Brasserie Tournesol New York Ana Lima Boston Chicago Denver London Palo Alto San Francisco"

TALKS = {
    "booking": [
        "I'd like a table", "hmm", "blah", "at the Blue Nowhere", "Brasserie Tournesol", "well", "hmm",
        "for 4", "hmm", "well", "tomorrow", "hmm", "well", "7pm", "hmm", "Ana Lima", "Y",
        "what have I booked?", "thanks", "bye",
    ],
    "correcting": [
        "table for 4 at Brasserie Tournesol tomorrow at 7pm", "Ana Lima", "outside please", "4 or 5", "actually 5",
        "no", "at 8pm", "forget it",
    ],
    "changing": [
        "table for 2 at Brasserie Tournesol tomorrow at 7pm, my name is Ana Lima", "Y", "change my booking", "hmm", "well",
        "8pm", "move it to 4am", "1", "later", "leave it", "cancel my booking", "undo", "cancel my booking", "undo",
    ],
    "several": [
        "table for 2 at Brasserie Tournesol tomorrow at 7pm, my name is Ana Lima", "Y",
        "table for 3 at Brasserie Tournesol on Sunday at 7pm", "Y", "what have I booked?", "cancel my booking", "hmm",
        "2", "move my booking to 2pm", "1",
    ],
    "refusing": [
        "table for 2 at Brasserie Tournesol tomorrow at 3am", "2", "table for 40 tomorrow", "yesterday",
        "in four hundred days", "February 30", "Friday or Saturday", "1",
    ],
    "asking": [
        "what time does Brasserie Tournesol open?", "how expensive is it?", "what kind of food do they have?",
        "what's the address?", "what's their phone number?", "do they have wifi?", "is it wheelchair accessible?",
        "do they have gluten free food?", "can we sit outside?",
    ],
    "talking": [
        "hello", "help", "can I talk to a human?", "you idiot", "tell me a joke", "who won the world cup?", "asdf qwer",
        "asdf qwer", "asdf qwer", "italian in Denver", "klingon food in Boston", "mexican food in London", "cancel my booking",
        "undo",
    ],
}  # fmt: skip


@pytest.mark.parametrize("talk", TALKS)
def test_a_second_language_is_a_file(stack: Stack, chat: Chat, new_phone: Callable[..., Phone], talk: str) -> None:
    phone = new_phone()
    conversation = chat.open(locale=second_language.LANGUAGE, phone=phone.number)
    assert second_language.leaks(second_language.all_texts(conversation.opened)) == []
    own = f"{NAMES} {_told_by_restaurants(stack)}"
    for said in TALKS[talk]:
        answer = conversation.say(said)
        texts = second_language.all_texts(answer)
        assert texts
        assert second_language.leaks(texts, own, said) == [], f"{said!r}: {texts}"
    kinds = len(phone.bookings())
    wait_until(lambda: len(phone.inbox()) >= kinds, "each booking was confirmed by text")
    assert second_language.leaks(phone.inbox(), NAMES) == []


def _told_by_restaurants(stack: Stack) -> str:
    """What is theirs and not ours: their names, streets and cities, and what they tell."""
    houses = [
        house for city in stack.engine.cities() for house in stack.engine.find_restaurants(Criteria(city), limit=100)
    ]
    return " ".join(f"{house.name} {house.city} {house.street} {' '.join(house.about.values())}" for house in houses)


def test_words_without_rasa_are_in_the_language_of_the_thread(stack: Stack, phone: Phone) -> None:
    phone.say("hello")
    with stack.database.begin() as connection:
        mine = conversations.c.phone == phone.number
        connection.execute(conversations.update().where(mine).values(locale=second_language.LANGUAGE))
    texts = [phone.text("", media=1)[0], phone.text("")[0], phone.text("STOP")[0], phone.text("START")[0]]
    assert second_language.leaks(texts) == []


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("sv", "sv"),
        ("sv-FI", "sv"),
        ("SV-fi", "sv"),
        ("tlh", "en"),
        ("x" * 99, "en"),
        (None, "en"),
    ],
)
def test_a_locale_without_a_catalogue_is_spoken_to_in_english(
    tmp_path_factory: pytest.TempPathFactory, locale: str | None, language: str
) -> None:
    languages = Languages(second_language.write_catalogue(tmp_path_factory.mktemp("words")))
    marked = languages.of(locale).render("utter_hello").startswith(second_language.MARK)
    assert marked == (language == "sv")


def test_a_catalogue_that_does_not_fit_is_refused_at_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = second_language.write_catalogue(tmp_path_factory.mktemp("words"))
    path = folder / "sv.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("utter_hello:", "utter_hallo:"), encoding="utf-8")
    with pytest.raises(CatalogueWrong, match=r"sv\.yml: utter_hallo is not needed"):
        Languages(folder)
    path.write_text("texts: [", encoding="utf-8")
    with pytest.raises(CatalogueWrong):
        Languages(folder)
