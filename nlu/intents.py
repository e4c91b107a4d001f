"""What surely is meant, where words leave no doubt: yes, no, a bare answer to what was asked, a pick from a list."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.reading.message import Message
from nlu.reading.words import words

_YES = words(
    "yes y yeah yep yup yea ya yh yah sure ok okay k kk okey correct right confirm confirmed perfect absolutely definitely "
    "certainly indeed aye affirmative great good fine cool lovely excellent brilliant exactly deal agreed yess yesss okie "
    "alright super awesome wonderful oui si ja sweet ye yas totally"
)
_NO = words("no n nope nah nay negative wrong incorrect noo nooo never non nein na")
_FILLER = words(
    "please thanks thank you thx ty then for at on in the a an of to it is its that this just only and , . ! ? ; : - / & @ "
    "would be will well ill id i we are were say make like about around maybe um uh oh ah hmm so actually let lets us me my "
    "our with by do can could there if possible instead now works work sounds looks go ahead want need want love im from or "
    "let say think guess better rather how what not but sorry wait all some more ¤ ( ) \" ' # + = * change that one s booked "
    "have has prefer"
)
_DETAILS = words(
    "<party_size> <date> <time> <part_of_day> <first_name> <last_name> <phone> <code> <restaurant> <seating> <diet> "
    "<occasion> <number> <guests> <email> <city> <cuisine> <price> <refused_cuisine> <previous_time> <previous_date> "
    "<previous_party_size>"
)
_SEARCHED = words("<cuisine> <city> <price> <refused_cuisine>")
_CHANGING = words("instead make change")
_NOT_FILLER_ALONE = words("change booked have has how what")
SURE = 0.99


def delexicalise(text: str, message: Message) -> list[tuple[str, int, int]]:
    """Canonical words of a read message with their characters; each entity stands as one word like `<date>`."""
    tokens = message.tokens
    return [(word, tokens[first].start, tokens[end - 1].end) for word, first, end in message.view.items] or [
        ("<empty>", 0, len(text))
    ]


def sure_intent(view_words: Sequence[str], expecting: str | None) -> str | None:
    """The intent that delexicalised words have beyond doubt, or None where the classifier must weigh them.

    `expecting` is what the bot has just asked for, as in the contract's `expects`.
    """
    said = [word for word in view_words if word.isalnum() or word.startswith("<")]
    if not said:
        return None
    entities = [word for word in said if word.startswith("<")]
    plain = [word for word in said if not word.startswith("<")]
    if not entities:
        return _yes_or_no(plain)
    if not all(word in _FILLER or word in _YES or word in _NO for word in plain):
        return None
    if expecting is None and _CHANGING.intersection(plain):
        return None
    return _bare_answer(said, set(entities), set(plain), expecting)


def _bare_answer(said: list[str], entities: set[str], plain: set[str], expecting: str | None) -> str | None:
    vague = bool(_NOT_FILLER_ALONE & plain)
    if said[0] in _YES and not vague:
        return "affirm"
    if "<choice>" in entities:
        return "choose"
    if vague or not entities <= _DETAILS:
        return None
    return "find" if expecting is None and entities <= _SEARCHED else "inform"


def _yes_or_no(plain: list[str]) -> str | None:
    rest = set(plain) - _FILLER
    said_yes, said_no = bool(rest & _YES), bool(rest & _NO)
    if rest <= _YES and said_yes and "not" not in plain:
        return "affirm"
    if rest <= _NO and said_no:
        return "deny"
    return None
