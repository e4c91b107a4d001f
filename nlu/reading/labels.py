"""Numbers that only tell one thing from another: "room 12", "apartment 4A", "gate 4"."""

from __future__ import annotations

from nlu.grammar import Grammar
from nlu.reading.message import Message
from nlu.reading.neighbours import in_a_name

_GRAMMAR = Grammar("labels", means={})


def read_labels(message: Message) -> None:
    """Claim `label`; before times are read, since "4A" is none, but "flight 9 am" has one."""
    view = message.view
    for pattern, entity, _ in _GRAMMAR["labels"].among(view.said):
        for match in pattern.finditer(view.text):
            first, end = view.tokens_between(*match.span("span"))
            if match["letter"]:
                number, letter = message.tokens[end - 2 : end]
                is_glued = letter.end - letter.start == 1 and letter.start == number.end
                if match["letter"] in ("am", "pm") and not is_glued:
                    continue
                end -= not is_glued
            if not in_a_name(message, first, end):
                message.claim(
                    entity, first, end, message.text[message.tokens[first].start : message.tokens[end - 1].end]
                )
