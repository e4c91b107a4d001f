"""A conversation that goes on and on costs what a new one does: what a dialogue carries does not grow."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime

from sqlalchemy import text

from dialogue.state import State
from tests.support.chat import Chat
from tests.support.running import Stack

MOST_BYTES = 8192
NOW = datetime(2026, 12, 1, 16, tzinfo=UTC)
TALK = (
    "italian in san francisco", "not that one, another", "something cheap with a view", "no sushi please", "is there parking?",
    "we have a severe sesame allergy, please tell the kitchen, and my aunt comes in a wheelchair", "any other place?",
    "with a terrace", "friday at 8 for 4", "a birthday cake would be lovely", "what about tomorrow", "no, not thai",
    "which one is cheaper", "thanks", "hm", "somewhere else then", "a table for 5 in chicago", "and another one for 6 on sunday",
)  # fmt: skip


def test_a_dialogue_stays_small_over_hundreds_of_turns(stack: Stack, chat: Chat, slow: bool) -> None:
    conversation = chat.open()
    sizes = []
    for said in itertools.islice(itertools.cycle(TALK), 500 if slow else 54):
        conversation.say(said)
        with stack.database.connect() as connection:
            query = text("SELECT length(state::text) FROM dialogue WHERE id = :id")
            sizes.append(connection.execute(query, {"id": conversation.opened["conversation_id"]}).scalar_one())
    assert max(sizes) < MOST_BYTES
    assert max(sizes[len(sizes) // 2 :]) <= 1.5 * max(sizes[: len(sizes) // 2]), "it has stopped growing"


def test_what_adds_up_is_forgotten_in_time() -> None:
    wish = {"label": "cheap", "levels": [1]}
    state = State(
        refused=tuple(f"restaurant-with-a-long-name-{n}" for n in range(500)),
        refused_cuisines=tuple(f"cuisine {n}" for n in range(500)),
        sought=(wish,) * 500,
        pending=tuple(("note", f"words of message {n}", None) for n in range(500)),
    )
    stored = state.dump()
    assert len(json.dumps(stored)) < MOST_BYTES
    kept = State.load(stored, NOW)
    assert kept.refused[-1] == "restaurant-with-a-long-name-499", "the newest are remembered"
    assert kept.pending is not None
    assert kept.pending[0][1] == "words of message 0", "here the newest come first"
