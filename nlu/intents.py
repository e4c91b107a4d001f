"""What surely is meant, where words leave no doubt: yes, no, a bare answer to what was asked, a pick from a list."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
    "have has prefer though under name names its people if"
)
_DETAILS = words(
    "<party_size> <date> <time> <part_of_day> <first_name> <last_name> <phone> <code> <restaurant> <seating> <diet> "
    "<occasion> <number> <guests> <email> <city> <cuisine> <price> <refused_cuisine> <previous_time> <previous_date> "
    "<previous_party_size>"
)
_NAMED = words("<code> booking reservation")
_WHOLE = words("<restaurant> <party_size> <date> <time>")
_REPLACED = words("<previous_time> <previous_date> <previous_party_size>")
_PLACED = words("<date> <time> <restaurant>")
_PLACED_IN = words("<date> <time> <party_size>")
_LEFT_BEHIND = words("<previous_date> <previous_time>")
_NEW = words("<date> <time>")
_ANOTHER = words("<restaurant> <date> <time>")
_BY_THE_WAY = words("btw by the way again ok and also oh so exactly now though")
_CORRECTING = words("change switch correct fix update")
_TAKING = words("book rebook reserve get")
_MOVING = words("move moving change changing push shift reschedule switch")
_WISHING = words("please if possible could would")
_SEARCHING = words("something anything somewhere near food place around")
_SEARCHED_FOR = ("cuisine", "city", "restaurant")
_VERBS_FIRST = words("is are do does did was were am")
_SEARCHED = words("<cuisine> <city> <price> <refused_cuisine>")
_CHANGING = words("instead make change")
_QUESTION_WORDS = words(
    "is are do does did was what whats where wheres when how hows which who may can could will would and also but or"
)
_BOOKING_WORDS = words(
    "book booking reservation reserve table find suggest recommend know search change cancel move my our "
    "<party_size> <code>"
)
_NOT_CANCELLING = frozenset({("dont", "cancel"), ("not", "cancel"), ("never", "cancel"), ("didnt", "cancel")})
_SMALL_TALK = words("out_of_scope chitchat insult greet goodbye thank help human repeat")
_ENDS = words(". ! ? ; :")
_HAD = words("<seating> <diet>")
_ASKED = words("<topic> <price> <cuisine>")
_THANKING = words("thanks thank thx ty thankyou")
_PLAIN_YES = words("yes y yeah yep yup yea ya yess correct right confirm confirmed absolutely definitely exactly sure")
_ENDING = frozenset({("is", "all"), ("thats", "all"), ("be", "all")})
_ACCEPTING = frozenset((verb, it) for verb in ("book", "reserve", "take", "do") for it in ("it", "that", "this"))
_NOT_FILLER_ALONE = words("change booked have has how what more")
_BUT = words("but cancel wait instead not dont")
_SHORT_ANSWER = 6
SURE = 0.99
DOUBT = 0.5
"""Below this the classifier is unsure, and details in a message speak for an answer."""


def delexicalise(text: str, message: Message) -> list[tuple[str, int, int]]:
    """Canonical words of a read message with their characters; each entity stands as one word like `<date>`.

    "Later" and "earlier" stand as `<shift>` where no list is shown to pick them from.
    """
    tokens = message.tokens
    shifts = [claim.first for claim in message.of("choice") if claim.value.get("which") in ("later", "earlier")]
    shifts = shifts if message.expecting is None else []
    return [
        ("<shift>" if first in shifts else word, tokens[first].start, tokens[end - 1].end)
        for word, first, end in message.view.items
    ] or [("<empty>", 0, len(text))]


def sure_intent(view_words: Sequence[str], expecting: str | None) -> str | None:
    """The intent that delexicalised words have beyond doubt, or None where the classifier must weigh them.

    `expecting` is what the bot has just asked for, as in the contract's `expects`.
    """
    said = [word for word in view_words if word.isalnum() or word.startswith("<")]
    entities = {word for word in said if word.startswith("<")}
    plain = {word for word in said if not word.startswith("<")}
    if _asks(view_words) or (entities == {"<topic>"} and plain and plain <= _BY_THE_WAY):
        return "ask"
    if any(pair in _NOT_CANCELLING for pair in pairwise(said)):
        return "change" if _MOVING & plain else "undo"
    if "cancel" in plain and entities & _LEFT_BEHIND and entities & _NEW:
        return "change"  # "cancel Friday and book Saturday instead"
    if _gives_up_for_another(said) or (expecting is None and _renames(said)):
        return "change"
    if entities == {"<shift>"} and plain <= _FILLER and plain & _WISHING:
        return "change"  # "later please", with nothing asked
    if entities == {"<delay>"} and not _MOVING & plain:
        return "human"  # who is late tells the people there
    if plain and not entities and not any(word.isascii() for word in plain):
        return "out_of_scope"  # another alphabet, of which the classifier knows not a word
    if expecting == "confirmation" and not entities and "?" not in view_words and _accepts(said, plain):
        return "affirm"
    known = _FILLER | _YES | _NO | (_SEARCHING if expecting in _SEARCHED_FOR and entities else frozenset())
    if not said or not plain <= known:
        return None
    if "?" in view_words and entities & _ASKED:
        return None
    if not entities:
        return _yes_or_no(said, plain, expecting)
    if expecting is None and _CHANGING & plain:
        return None
    return _bare_answer(said, entities, plain, expecting)


def _gives_up_for_another(said: list[str]) -> bool:
    """Whether a table shall go, without a word of which, once there is another: "cancel it and book Casa Azul instead".

    As a change, so that the old one stands until the new one is found.
    """
    verbs = [place for place, word in enumerate(said) if word in _TAKING]
    if "cancel" not in said or not verbs or verbs[-1] < said.index("cancel"):
        return False
    given_up, taken = said[: verbs[-1]], said[verbs[-1] :]
    return not any(word.startswith("<") for word in given_up) and bool(_ANOTHER.intersection(taken))


def _renames(said: list[str]) -> bool:
    """Whether a booking shall stand under another name: "change the name to Ann", "put it under Maria instead"."""
    words_said = set(said)
    names = [place for place, word in enumerate(said) if word in ("name", "names")]
    if any(_CORRECTING.intersection(said[:place]) for place in names):
        return True
    named = {word for word in words_said if word.startswith("<")}
    return {"put", "under"} <= words_said and named <= {"<first_name>", "<last_name>", "<code>"}


def _accepts(said: list[str], plain: set[str]) -> bool:
    """Whether a short answer is a yes, or begins with one, and takes nothing of it back: "perfect, all set", "book it"."""
    accepted = any(pair in _ACCEPTING for pair in pairwise(said)) or (bool(said) and said[0] in _YES)
    return accepted and len(said) <= _SHORT_ANSWER and not plain & (_NO | _NOT_FILLER_ALONE | _BUT)


def _asks(view_words: Sequence[str]) -> bool:
    """Whether one of the sentences is a question about a restaurant ("Yes. Is there parking?")."""
    sentence: list[str] = []
    for word in view_words:
        if word == "?":
            about = "<topic>" in sentence and sentence[0] in _QUESTION_WORDS | {"<topic>"}
            # "Is there something for vegetarians?"; but "can we sit outside?" is a wish too, and with a time a booking.
            about |= (
                bool(_HAD.intersection(sentence))
                and sentence[0] in _VERBS_FIRST
                and not _PLACED_IN.intersection(view_words)
            )
            if about and not _BOOKING_WORDS.intersection(sentence):
                return True
        if word in _ENDS:
            sentence = []
        else:
            sentence.append(word)
    return False


def told_by_details(view_words: Sequence[str], ranked: str, confidence: float, expecting: str | None) -> str | None:
    """What details of a booking say where the classifier is unsure, or takes a whole request for small talk.

    `ranked` and `confidence` are the classifier's best guess, `expecting` what was asked; None leaves the guess standing. Who
    was asked for nothing and says how many come, and when or where, wants a table.
    """
    details = _DETAILS.intersection(view_words)
    unmoved = ranked == "change" and not (_MOVING | _CHANGING | _REPLACED | _NAMED).intersection(view_words)
    if details >= _WHOLE and ranked != "ask" and (confidence < DOUBT or unmoved):
        return "book"
    if not details or {"<topic>", "?"}.intersection(view_words):
        return None
    placed = "<party_size>" in details and bool(details & _PLACED)
    asks_for_table = placed and ranked == "inform" and expecting is None and not _REPLACED.intersection(view_words)
    if confidence < DOUBT or asks_for_table or (placed and ranked in _SMALL_TALK):
        return "book" if placed else "inform"
    return None


def _bare_answer(said: list[str], entities: set[str], plain: set[str], expecting: str | None) -> str | None:
    vague = bool(_NOT_FILLER_ALONE & plain) or said[0] in _VERBS_FIRST
    if said[0] in _YES and not vague:
        return "affirm" if expecting in (None, "confirmation", "choice") else "inform"
    if "<choice>" in entities or ("one" in plain and expecting == "choice"):
        return "choose" if expecting else None
    if vague or "one" in plain or not entities <= _DETAILS or entities <= _REPLACED:
        return None
    if expecting is not None:
        return "inform"
    if entities <= _SEARCHED:
        return "find"
    return "book" if "<party_size>" in entities and entities & _PLACED else "inform"


def _yes_or_no(said: list[str], plain: set[str], expecting: str | None) -> str | None:
    if _NOT_FILLER_ALONE & plain:
        return None
    if expecting is None and plain & _THANKING and not plain & _PLAIN_YES:
        return "thank"  # nothing was asked, so "no thanks" and "great, thanks" end a conversation
    if any(pair in _ENDING for pair in pairwise(said)):
        return "thank"
    rest = plain - _FILLER
    if expecting is None and "all" in plain:
        return None
    if rest and rest <= _YES and "not" not in plain:
        return "affirm"
    return "deny" if rest and rest <= _NO else None
