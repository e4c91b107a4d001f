"""Names of diners: after "my name is", before "is my name", in "booking for …", and bare when asked for."""

from __future__ import annotations

from dataclasses import dataclass

from nlu.reading.common_words import COMMON
from nlu.reading.lexing import Token
from nlu.reading.message import Message, pattern
from nlu.reading.words import words

_STRONG = pattern(
    r"(?:my|the|his|her|our|wifes|husbands|whose|full|first|and) (?:full |own |first |given )?names?"
    r"(?: is| was| would be| will be|s| :| =)|my (?:full |first )?names?|names? (?:is|of|:|=)|"
    r"(?:under|in|by|using|use|for|put|with) (?:the |my |a )?names?(?: of| :| is)?|"
    r"(?:can |could |may |just |please )?calls? me|they call me|people call me|i go by(?: the name)?(?: of)?|"
    r"i am called|im called|i am named|im named|name its|name it|known as|registered to|belongs to|"
    r"(?<!restaurant )(?<!place )names|(?<=[,.;] )name|made by|booked by|reserved by|signed"
)
_UNDER = pattern(r"(?:under|on behalf of|name for|by the name of|by the name)")
_WEAK = pattern(
    r"(?:this is|this s|thiss|i am|im|i m|with|its|it is|it s|ask for|for|from|by|to|mr|mrs|ms|dr|miss|hi|hello|hey|"
    r"probably|think|believe|regards|thanks|cheers|a|the|that|cancel|as|sincerely|me)(?: (?:,|\.|:))?"
)
_AFTER = pattern(
    r"(?:is (?:my|the|our) (?:full |first )?name|is what (?:you can|to) call me|here|speaking|has (?:a|the|already|done|made|"
    r"booked|reserved)|(?:made|booked|reserved) (?:a|the|it)|is (?:the )?name|will be (?:the|my) name|is who|,? party of)"
)
_ATTRIBUTED = frozenset(
    {"booking", "reservation", "table", "party", "dinner", "lunch", "<part_of_day>", "group", "<party_size>"}
)
_LAST_ONLY = pattern(r"(?:my |the )?(?:last|family|sur) ?name(?: is| s| would be| will be| :|s)?")
_FIRST_ONLY = pattern(r"(?:my |the )?(?:1th|first|given) ?name(?: is| s| would be| will be| :|s)?")
_LAST_AFTER = pattern(r"is (?:my|the|our) (?:last name|surname|family name|sur name)")
_FIRST_AFTER = pattern(r"is my (?:first|given) name")
_PARTICLES = words("de la del der den van von da di dos du le el al bin ibn mac mc st ter ten san santa y af av zu")
_TITLES = words("mr mrs ms miss dr prof sir madam mister professor")
_BOOKING_WORDS = words("booking reservation table book booked reserve reserved made cancel <part_of_day>")
_LONGEST, _PAIR = 4, 2


_SPEAKING = words(
    "yes no ok okay thank thanks never forget start cancel stop what who how why when where is are can could hello hi hey good "
    "not please sorry change help the same book talk speak call same start undo wait nope yeah sure"
)


@dataclass(frozen=True)
class _Run:
    first: int
    end: int


def read_names(message: Message) -> None:
    """Claim `first_name` and `last_name`; everything regular must have been read before."""
    _read_last_names(message)
    for finder in (_strong, _trailing, _weak, _opening):
        if message.has("first_name", "last_name"):
            return
        finder(message)
    if message.expecting == "name" and not message.has("first_name", "last_name"):
        _bare(message)


def _free(message: Message, position: int) -> Token | None:
    return message.tokens[position] if 0 <= position < len(message.tokens) and not message.taken(position) else None


def _run(message: Message, first: int, *, any_case: bool, common: bool) -> _Run | None:
    """Name words from `first` on: capitalised, or in any case; common words only where `common`."""
    end = first
    while end - first < _LONGEST:
        token = _free(message, end)
        if token is None:
            break
        if token.word == "." and end > first and message.tokens[end - 1].end - message.tokens[end - 1].start == 1:
            end += 1  # an initial
            continue
        hyphen = token.word == "-" and end > first and _touches(message, end)
        particle = token.word in _PARTICLES and end > first
        if hyphen or particle:
            end += 1
            continue
        if end > first and common and token.kind == "word" and _middle_name(message, token, end):
            end += 1
            continue
        if token.kind != "word" or not _name_like(message, token, any_case=any_case, common=common):
            break
        end += 1
    while (
        end > first
        and (message.tokens[end - 1].word in _PARTICLES or message.tokens[end - 1].word == "-")
        and end - first > 1
    ):
        end -= 1
    return _Run(first, end) if end > first else None


def _middle_name(message: Message, token: Token, position: int) -> bool:
    """Whether a small unknown word stands between two capitalised ones."""
    follower = _free(message, position + 1)
    return token.word not in COMMON and follower is not None and follower.kind == "word" and follower.capital


def _touches(message: Message, position: int) -> bool:
    tokens = message.tokens
    return (
        position + 1 < len(tokens)
        and tokens[position - 1].end == tokens[position].start == tokens[position + 1].start - 1
    )


def _name_like(message: Message, token: Token, *, any_case: bool, common: bool) -> bool:
    raw = message.text[token.start : token.end]
    if not raw[0].isalpha() or (token.word.isdecimal() and not token.capital):
        return False
    known = len(raw) == 1 or token.word in COMMON or raw.lower() in COMMON
    if token.capital and not message.text.isupper():
        return common or not known
    return any_case and not known


def _claim(message: Message, run: _Run) -> None:
    first, end = run.first, run.end
    while first < end - 1 and message.tokens[first].word in _TITLES:
        first += 1
        message.claim("last_name", *_last(message, first, end), _printed(message, *_last(message, first, end)))
        return
    if end - first == 1:
        message.claim("first_name", first, end, _printed(message, first, end))
        return
    last = _last(message, first, end)
    given = first + 3 if message.tokens[first + 1].word == "-" and first + 3 <= last[0] else first + 1
    message.claim("first_name", first, given, _printed(message, first, given))
    message.claim("last_name", *last, _printed(message, *last))


def _last(message: Message, first: int, end: int) -> tuple[int, int]:
    """The family name at the end of a run: its last word, with particles and a hyphenated half."""
    start = end - 1
    while start - 1 > first and (
        message.tokens[start - 1].word in _PARTICLES
        or message.tokens[start - 1].word == "-"
        or message.tokens[start].word == "-"
    ):
        start -= 1
    return start, end


def _printed(message: Message, first: int, end: int) -> str:
    text = message.text[message.tokens[first].start : message.tokens[end - 1].end]
    if text.islower() or (text.isupper() and len(text) > _PAIR):
        return "-".join(" ".join(_capitalised(word) for word in part.split(" ")) for part in text.lower().split("-"))
    return text[:1].upper() + text[1:]


def _capitalised(word: str) -> str:
    return word if word in _PARTICLES else word.capitalize()


def _after(message: Message, position: int) -> int:
    """The token a name may begin at: quotation marks and colons are skipped."""
    while position < len(message.tokens) and message.tokens[position].word in ('"', "'", ":", "=", ",", "is", "its"):
        position += 1
    return position


def _read_last_names(message: Message) -> None:
    view = message.view
    for cue, entity in ((_LAST_ONLY, "last_name"), (_FIRST_ONLY, "first_name")):
        for match in cue.finditer(view.text):
            _, end = view.tokens_between(match.start(), match.end())
            at = _after(message, end)
            run = _run(message, at, any_case=False, common=True) or _run(message, at, any_case=True, common=False)
            if run:
                message.claim(entity, run.first, run.end, _printed(message, run.first, run.end))
    for rule, entity in ((_LAST_AFTER, "last_name"), (_FIRST_AFTER, "first_name")):
        for match in rule.finditer(message.view.text):
            start, _ = message.view.tokens_between(match.start(), match.end())
            if start and _free(message, start - 1) and message.tokens[start - 1].kind == "word":
                message.claim(entity, start - 1, start, _printed(message, start - 1, start))


def _strong(message: Message) -> None:
    view = message.view
    for cue, any_case in ((_STRONG, True), (_UNDER, True)):
        for match in cue.finditer(view.text):
            _, end = view.tokens_between(match.start(), match.end())
            at = _after(message, end)
            run = _run(message, at, any_case=False, common=True) or (
                any_case and _run(message, at, any_case=True, common=False)
            )
            if run:
                _claim(message, _without_leading_small(message, run))
                return


def _without_leading_small(message: Message, run: _Run) -> _Run:
    """Of "whitehead Bernadette Caufield" the capitalised words are the name."""
    first = run.first
    while first < run.end - 1 and not message.tokens[first].capital and message.tokens[first + 1].capital:
        first += 1
    return _Run(first, run.end)


def _trailing(message: Message) -> None:
    """A name that what follows makes one: "… is my name", "… here", "the … booking"."""
    view = message.view
    for match in _AFTER.finditer(view.text):
        start, _ = view.tokens_between(match.start(), match.end())
        run = _before(message, start)
        if run and (run.end - run.first >= _PAIR or "name" in match.group() or "call" in match.group()):
            _claim(message, run)
            return
    for word, first, _ in view.items:
        if word in _ATTRIBUTED:
            run = _before(message, first)
            if run and run.end - run.first >= _PAIR and not message.text.isupper():
                _claim(message, run)
                return


def _before(message: Message, end: int) -> _Run | None:
    if end and message.tokens[end - 1].word in (",", '"'):
        end -= 1
    first = end
    while first and end - first < _LONGEST - 1:
        token = _free(message, first - 1)
        small = message.text.islower()
        if token is None or token.kind != "word" or not _name_like(message, token, any_case=small, common=False):
            break
        first -= 1
    return _Run(first, end) if end > first else None


def _weak(message: Message) -> None:
    """A name that only its shape and the word before it make one: two capitalised words, or two unknown ones."""
    view = message.view
    for match in _WEAK.finditer(view.text):
        _, end = view.tokens_between(match.start(), match.end())
        word = match.group().split(" ")[0]
        if word == "for" and not _BOOKING_WORDS.intersection(view.words):
            continue
        single = word in ("this", "im", "i") or (word in ("mr", "mrs", "ms", "dr", "miss"))
        run = _run(message, end, any_case=message.text.islower() or message.text.isupper(), common=False)
        if run is None:
            continue
        if word in _TITLES:
            message.claim(
                "last_name", *_last(message, run.first, run.end), _printed(message, *_last(message, run.first, run.end))
            )
            return
        enough = 1 if single and message.tokens[run.first].capital else _PAIR
        if run.end - run.first >= enough and word not in ("a", "the", "to", "from", "that"):
            _claim(message, run)
            return


def _opening(message: Message) -> None:
    """Two capitalised words at the very start, before a comma: "Lorna Field, table of four"."""
    run = _run(message, 0, any_case=False, common=False)
    if run and run.end - run.first >= _PAIR and run.end < len(message.tokens) and message.tokens[run.end].word == ",":
        _claim(message, run)


def _bare(message: Message) -> None:
    """The name was asked for: two capitalised words are one whatever they mean, else the first that are not common."""
    whole = _run(message, 0, any_case=False, common=True)
    speaks = message.tokens[:1] and message.tokens[0].word in _SPEAKING
    if whole and not speaks and whole.end == len(message.tokens) >= _PAIR and all(t.capital for t in message.tokens):
        _claim(message, whole)
        return
    for position, token in enumerate(message.tokens):
        if token.kind == "word" and not message.taken(position):
            run = _run(message, position, any_case=True, common=False)
            if run:
                _claim(message, run)
                return
