"""Whatever the bot can ask: who answers nothing is asked in other words each time, and the third time told a way out."""

from __future__ import annotations

import pytest

from tests.support.chat import Chat
from tests.support.phone import Phone

NON_ANSWERS = ("hmm", "blah blah", "\U0001f937")
WAYS_OUT = ("+1", "forget it", "leave it", "Text one of those", "text me one of those", "call", "pick one", "help")
HOUSE = "Brasserie Tournesol"
QUESTIONS = {
    "restaurant": ["I'd like a table"],
    "restaurant unknown": ["table at the Blue Nowhere for 2"],
    "restaurants found": ["american food in New York"],
    "which of the name": ["table for 2 at Nonna Brunella December 10 at 8pm"],
    "party size": [f"table at {HOUSE}"],
    "party range": [f"table at {HOUSE} for 4 or 5"],
    "date": [f"table for 4 at {HOUSE}"],
    "no such date": [f"table for 4 at {HOUSE} on February 30"],
    "time": [f"table for 4 at {HOUSE} tomorrow"],
    "time refused": [f"table for 4 at {HOUSE} tomorrow at 4am"],
    "confirmation": [f"table for 4 at {HOUSE} tomorrow at 7pm, my name is Ana Lima"],
    "name": [f"table for 4 at {HOUSE} tomorrow at 7pm"],
    "party too large": [f"table for 90 at {HOUSE} tomorrow at 7pm"],
    "too far": [f"table for 2 at {HOUSE} on November 30 2027 at 7pm"],
    "what instead": [f"table for 4 at {HOUSE} tomorrow at 7pm, my name is Ana Lima", "no"],
    "what to change": [f"table for 2 at {HOUSE} tomorrow at 7pm, my name is Ana Lima", "Y", "change my booking"],
    "which booking": [
        f"table for 2 at {HOUSE} tomorrow at 7pm, my name is Ana Lima", "Y", f"table for 3 at {HOUSE} on Sunday at 7pm", "Y",
        "cancel my booking",
    ],
    "nothing": ["hello"],
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_is_put_twice_in_the_same_words_and_the_third_tells_a_way_out(phone: Phone, question: str) -> None:
    for said in QUESTIONS[question]:
        asked = phone.say(said)
    heard = [asked, *(" ".join(phone.text(said)) for said in NON_ANSWERS)]
    assert len(set(heard)) == len(heard), heard
    assert "Booked" not in " ".join(heard[1:]), heard
    assert any(way in heard[-1] for way in WAYS_OUT), heard[-1]


def test_a_phone_that_is_none_is_asked_for_in_other_words(chat: Chat) -> None:
    conversation = chat.open()
    answer = conversation.say(f"table for 2 at {HOUSE} tomorrow at 7pm, my name is Ana Lima")
    heard = [answer["messages"][-1]["text"], *(conversation.say(n)["messages"][-1]["text"] for n in NON_ANSWERS)]
    assert len(set(heard)) == len(heard), heard
    assert "+1" in heard[-1]
