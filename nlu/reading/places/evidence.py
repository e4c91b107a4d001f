"""How much in a text speaks for it that words are the name of a restaurant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nlu import lexicon
from nlu.lexicon import COMMON
from nlu.reading.places.grading import HIGHEST, Grade
from nlu.reading.places.said import Said
from nlu.reading.places.units import EVERYDAY, KNOWN, NAME, NAMES, UNKNOWN, Unit, is_clock, is_count, rank
from nlu.reading.places.vocabulary import CALENDAR, CUISINE_WORDS, GENERIC, REQUEST, TYPES

_WORDS = lexicon.words("places")
_RESTAURANTS = lexicon.words("restaurants")
_PEOPLE = lexicon.words("people")
_STREETS = lexicon.words("streets")

_OPENING = _RESTAURANTS.openers | _WORDS.details | _WORDS.courtesy | _WORDS.openers | _WORDS.strong
_CLOSING = _WORDS.details | _WORDS.courtesy - {"is"}
_ALONE = _OPENING - _WORDS.details | {"do"}
_PERSONS = _PEOPLE.ones | _PEOPLE.fellowship | _PEOPLE.like_names | lexicon.words("names").titles | _WORDS.under
_LEADING = _WORDS.strong | _WORDS.leading | _WORDS.weak
_TO = frozenset(("at", "to", "into"))
_EATING = _WORDS.eating | _WORDS.attributed
_SEATS = frozenset(word for said in lexicon.load("wishes")["seating"].values() for word in re.split(r"[ |]", said))
_NUMBER_CUES = frozenset(("for", "at", "on", "by", "after", "before", "of", "around", "about"))
_LAST_DAY = "31"
_LONGEST_REQUEST = 30
"""Units. A longer text says more than a name and the details of a booking."""
_ASKING_NAMES = frozenset(("name", "first_name", "last_name"))
_AREAS = lexicon.words("cities").sure
_PLACING = _AREAS | {"from"}

NOTHING, WEAK, STRONG, STRONGER, CERTAIN = range(5)
AGAINST = -1


class Spot(NamedTuple):
    """Units `first` up to `end` of a text that may be a name."""

    said: Said
    first: int
    end: int
    grade: Grade

    @property
    def before(self) -> str:
        """The word before it in the same phrase; "the" is none."""
        return self.said.before(self.first)

    @property
    def after(self) -> str:
        """The word after it in the same phrase."""
        return self.said.after(self.end)

    @property
    def single(self) -> bool:
        """Whether it is one word."""
        return self.end - self.first == 1

    @property
    def units(self) -> Sequence[Unit]:
        """What it is made of."""
        return self.said.units[self.first : self.end]


def is_enough(spot: Spot, evidence: int) -> bool:
    """Whether the evidence makes a name of the words: the less telling they are, the more it takes."""
    return evidence >= STRONGER - spot.grade.value


def weigh(spot: Spot) -> int:
    """Return how strong the evidence is that the words are meant as a name, `AGAINST` where they are not."""
    if _goes_on(spot):
        return AGAINST
    cued, capital = _by_cue(spot), _is_capital(spot)
    if cued == CERTAIN:
        return cued
    if _is_against(spot, capital=capital):
        return AGAINST
    if spot.said.expecting in _ASKING_NAMES:
        return max(cued, STRONG) if cued >= STRONG or _is_wished(spot) or _is_asked_about(spot) else AGAINST
    return max(cued, _by_slot(spot), _by_rest(spot), _by_others(spot), _by_capital(spot) if capital else NOTHING)


def _by_slot(spot: Spot) -> int:
    """The evidence of the place: a phrase of its own, but for details, in a text about a table: "so halyard for two"."""
    telling = spot.grade.rank > EVERYDAY or not spot.grade.plain
    if telling and ((_is_phrase(spot) and _is_about_table(spot)) or _is_house_told(spot)):
        return STRONG
    return WEAK if _is_odd(spot) or (spot.grade.rank == UNKNOWN and _is_phrase(spot)) else NOTHING


def _is_about_table(spot: Spot) -> bool:
    """Whether a booking is told; details alone are enough where a phrase begins with the name."""
    return spot.said.arranges or (
        spot.before in ("", "do") and not spot.said.details <= set(range(spot.first, spot.end))
    )


def _is_odd(spot: Spot) -> bool:
    """Whether the words are hardly said but as a name; a part needs a text about a table or another name beside it."""
    if spot.grade.partial:
        return (
            spot.grade.rank == UNKNOWN
            and spot.units[0].word == spot.grade.words[0]
            and bool(spot.said.arranges or spot.said.details)
        )
    return not spot.grade.plain


def _is_phrase(spot: Spot) -> bool:
    """Whether nothing but details, courtesy and "I want" stands beside it."""
    said = spot.said
    opens = spot.before in _ALONE | {""} or said.is_detail(spot.first - 1)
    return opens and (spot.after in _CLOSING | {""} or said.is_detail(spot.end))


def _is_house_told(spot: Spot) -> bool:
    """Whether the city or the street of a house of that name is told anywhere else in the text."""
    said, inside = spot.said, range(spot.first, spot.end)
    cities = {city for at, city in said.meant_cities.items() if at not in inside}
    streets = {word for at, word in said.street_words.items() if at not in inside}
    if spot.single and not (spot.grade.core and spot.grade.rank > EVERYDAY) and spot.grade.partial:
        return False
    return any(house.city in cities or house.is_on(streets) for house in spot.grade.houses)


def _by_others(spot: Spot) -> int:
    """The evidence of what else the text names, or was asked for."""
    if _is_joined(spot) or _is_answer(spot):
        return STRONG
    return WEAK if spot.said.named.difference(range(spot.first, spot.end)) else NOTHING


def _is_answer(spot: Spot) -> bool:
    """Whether words that only names are made of are said where one is asked for."""
    said = spot.said
    if said.expecting != "restaurant" or spot.grade.rank < UNKNOWN or GENERIC.issuperset(spot.grade.words):
        return False
    told = said.in_cities | said.named | set(range(spot.first, spot.end))
    return all(at in told or rank(unit.word) == EVERYDAY or said.is_detail(at) for at, unit in enumerate(said.units))


def _is_wished(spot: Spot) -> bool:
    """Whether a name of several words, no guest's, is wished or given up: "no, old siam instead"."""
    return _is_whole_house(spot) and spot.said.turns and spot.before not in _PERSONS


def _is_asked_about(spot: Spot) -> bool:
    """Whether a whole name of several words is asked about: "first, does old siam have parking?"."""
    return _is_whole_house(spot) and spot.before in _WORDS.asking and spot.after in _WORDS.asked


def _is_whole_house(spot: Spot) -> bool:
    """Whether a name is said whole, in several words, and is no guest's."""
    return not (spot.single or spot.grade.partial or NAMES.issuperset(spot.grade.words))


def _is_joined(spot: Spot) -> bool:
    """Whether another name in the text makes it likelier one: any for several words, for one only the next."""
    said, first, end = spot.said, spot.first, spot.end
    if not spot.single:
        return bool(said.named.difference(range(first, end)))
    if spot.grade.partial and not NAMES.isdisjoint(spot.grade.words):
        return False
    before = first - 1 - (spot.before in _WORDS.linking)
    after = end + (spot.after in _WORDS.linking)
    compared = spot.grade.rank > EVERYDAY and said.compares and said.named.difference(range(first, end))
    return before in said.named or after in said.named or bool(compared)


def _by_capital(spot: Spot) -> int:
    if spot.before in ("for", "with"):
        return NOTHING if spot.single else STRONG
    return CERTAIN if spot.before in _LEADING - _PLACING else STRONG


def _by_cue(spot: Spot) -> int:
    before = spot.before
    if before in _WORDS.naming:
        return CERTAIN
    if before in _WORDS.strong:
        return _by_wish(spot)
    if _street_follows(spot) and spot.grade.words[0] not in REQUEST:
        return STRONGER
    if _is_placed(spot) or _is_subject(spot) or (before in _RESTAURANTS.naming and spot.grade.rank > EVERYDAY):
        return STRONG
    return _by_weak_cue(spot)


def _by_wish(spot: Spot) -> int:
    if spot.said.expecting == "restaurant" and spot.after == "":
        return CERTAIN
    return STRONGER if spot.said.tells_party or _house_follows(spot) else STRONG


def _by_weak_cue(spot: Spot) -> int:
    if spot.before in _LEADING | _WORDS.beside or spot.said.books or spot.said.is_party(spot.end):
        return WEAK
    return WEAK if _detail_follows(spot) or _is_attributed(spot) else NOTHING


def _is_placed(spot: Spot) -> bool:
    """Whether a weaker cue stands by a city of the name, or what tells a booking, or the word after "at" is no everyday one."""
    told = _WORDS.leading - {"for", "to"} if spot.single and spot.grade.rank == EVERYDAY else _WORDS.leading - {"for"}
    if spot.before in told and spot.said.is_party(spot.end):
        return True
    if _house_follows(spot) and spot.grade.words[0] not in REQUEST:
        return True
    if spot.single:
        return _is_where(spot)
    cued = spot.before in _WORDS.leading or _is_attributed(spot)
    return cued and (spot.said.books or (_is_telling(spot) and _detail_follows(spot)))


def _is_telling(spot: Spot) -> bool:
    """Whether it is a whole name, or more than everyday words: "let's meet at central park at 6"."""
    return not spot.grade.partial or spot.grade.rank > EVERYDAY


def _is_where(spot: Spot) -> bool:
    """Whether a single word is said to be where the table is, and is no everyday one unless people eat there."""
    placed = spot.before in _TO or _is_attributed(spot)
    if _is_unusual(spot):
        return placed
    eating = spot.before in _TO | {"in"} and spot.said.before(spot.first - 1) in _EATING
    if spot.grade.rank == EVERYDAY:
        return eating and not spot.grade.partial and _may_be_house(spot)
    return eating or (spot.said.books and placed)


def _is_unusual(spot: Spot) -> bool:
    """Whether a word is hardly said but as a name; a part may be another's: "at stanford"."""
    if spot.said.is_titled(spot.first) and _tells_capitals(spot, 1):
        return True
    word = spot.units[0].word
    return rank(word) > (NAME if spot.grade.partial else KNOWN) and rank(word.removesuffix("s")) != NAME


def _may_be_house(spot: Spot) -> bool:
    """Whether an everyday word may be where people eat, not only where they sit or are."""
    word = spot.units[0].word
    return word not in _SEATS and (spot.grade.article or word not in COMMON) and spot.before != "to"


def _is_subject(spot: Spot) -> bool:
    """Whether it is asked what the house is or has: "is robin open on monday?"."""
    said, telling = spot.said, spot.grade.rank > EVERYDAY
    if said.units[spot.first].opens:  # "cassava is full"
        return telling and spot.after in _WORDS.asking and said.word(spot.end + 1) in _WORDS.asked
    opens = said.units[spot.first - 1].opens and spot.before in _WORDS.asking
    return opens and (not spot.grade.plain or (telling and spot.after in _WORDS.asked))


def _is_attributed(spot: Spot) -> bool:
    """Whether a table or booking is told by it: "my bird dog table"."""
    return spot.after in _WORDS.attributed and spot.before in _WORDS.owners | _LEADING | {""}


def _house_follows(spot: Spot) -> bool:
    """Whether the city or the street of a house of that name follows."""
    if city := spot.said.city_after(spot.end):
        return any(house.city == city for house in spot.grade.houses)
    return _street_follows(spot)


def _street_follows(spot: Spot) -> bool:
    """Whether the street of a house of that name follows: "fusion on santa clara street"."""
    first = spot.end + (spot.after in _WORDS.beside | _AREAS)
    words = [spot.said.word(at) for at in range(first, first + 3)]
    return bool(spot.after) and any(house.is_on(words) for house in spot.grade.houses)


def _detail_follows(spot: Spot) -> bool:
    skipped = spot.after in ("at", "on", "for", "this", "next")
    return bool(spot.after) and spot.said.is_detail(spot.end + skipped)


def _goes_on(spot: Spot) -> bool:
    """Whether a capitalised word beside makes another name of it: "Tai Won Mein", "Villa Toscana"."""
    units, first, end = spot.said.units, spot.first, spot.end
    if not (spot.single or spot.grade.partial or spot.grade.value < STRONG):
        return False
    opening = spot.grade.rank > KNOWN and spot.first > 0 and units[first - 1].opens
    beside = [first - 1 - (spot.before == "of")] * bool(spot.before and not opening) + [end] * bool(spot.after)
    foreign = any(_is_foreign(spot.said, at) and not _is_listed(spot, at) for at in beside)
    return foreign and any(unit.capital for unit in spot.units)


def _is_listed(spot: Spot, at: int) -> bool:
    """Whether a unit is of another name, with "and" between."""
    units = spot.said.units
    apart = units[spot.first].first - units[at].end if at < spot.first else units[at].first - units[spot.end - 1].end
    return at in spot.said.named and apart > 0


def _is_foreign(said: Said, at: int) -> bool:
    if not said.is_titled(at) or at in said.in_cities or said.is_detail(at):
        return False
    word = said.units[at].word
    return not any(word in words for words in (REQUEST, _LEADING, TYPES, CUISINE_WORDS))


def _by_rest(spot: Spot) -> int:
    """The evidence of a text that says nothing else, or only details of a booking."""
    said = spot.said
    if len(said.units) > _LONGEST_REQUEST:
        return NOTHING
    told = said.where | said.named | frozenset(range(spot.first, spot.end))
    rest = [at for at in range(len(said.units)) if at not in told]
    alone = _is_alone(spot, rest)
    if alone and said.expecting == "restaurant":
        return CERTAIN
    return _by_request(spot, rest, alone=alone)


def _by_request(spot: Spot, rest: Sequence[int], *, alone: bool) -> int:
    if not all(spot.said.is_detail(at) or spot.said.units[at].word in REQUEST for at in rest):
        return NOTHING
    if spot.said.tells_party and spot.grade.rank > EVERYDAY and _is_phrase(spot) and spot.grade.words[0] not in NAMES:
        return STRONGER
    if spot.grade.value > 1 or (alone and not spot.grade.plain):
        return STRONG
    return max(_by_details(spot, rest), WEAK if alone else NOTHING)


def _is_alone(spot: Spot, rest: Sequence[int]) -> bool:
    """Whether the rest of the text is only "I want …" or "… please"."""
    return all(spot.said.units[at].word in (_ALONE if at < spot.first else _WORDS.courtesy) for at in rest)


def _by_details(spot: Spot, rest: Sequence[int]) -> int:
    """The evidence of details for everyday words: nothing that asks or tells may stand before them."""
    said = spot.said
    if not all(said.is_detail(at) or said.units[at].word in _OPENING for at in rest if at < spot.first):
        return NOTHING
    if spot.single:
        return NOTHING
    placed = spot.end in said.city_at
    beside = said.named.difference(range(spot.first, spot.end))
    return STRONG if placed or beside or any(said.is_detail(at) for at in rest) else NOTHING


def _is_capital(spot: Spot) -> bool:
    """Whether capitals make a name of it: not of what is always written so, nor at the beginning of a sentence."""
    said = spot.said
    if spot.single and spot.grade.rank <= KNOWN and not spot.before:
        return False
    written = [
        at for at in range(spot.first, spot.end) if said.units[at].kind == "word" and len(said.units[at].word) > 2
    ]
    if not all(said.is_titled(at) for at in written):
        return False
    telling = any(not said.units[at].opens and not _is_always_capital(said, at) for at in written)
    return telling and _tells_capitals(spot, len(written))


def _tells_capitals(spot: Spot, written: int) -> bool:
    """Whether the text has words beside it that are written small, and not too few."""
    said = spot.said
    others = sum(unit.capital for unit in said.units) - written
    return len(said.small_words) * 2 >= others and not said.small_words <= set(range(spot.first, spot.end))


def _is_always_capital(said: Said, at: int) -> bool:
    word = said.units[at].word
    return at in said.in_cities or any(word in words for words in (CALENDAR, CUISINE_WORDS, NAMES))


def _is_against(spot: Spot, *, capital: bool) -> bool:
    if _is_street(spot) or _is_any(spot, capital=capital) or _is_kind(spot):
        return True
    if spot.single and not _house_follows(spot) and (_is_person(spot) or _is_thing(spot, capital=capital)):
        return True
    return _is_city(spot, capital=capital) or (not capital and _is_count(spot))


def _is_kind(spot: Spot) -> bool:
    """Whether a part tells what kind of house is looked for: "himalayan food"."""
    cued = spot.before in _WORDS.strong | _TO
    if _is_definite(spot) and spot.grade.rank > NAME:
        return False
    telling = spot.grade.value > STRONG and not spot.single
    return (
        spot.grade.partial
        and not telling
        and spot.after in (GENERIC if spot.grade.rank <= NAME else TYPES if not cued else ())
    )


def _is_definite(spot: Spot) -> bool:
    """Whether "the" or "that" stands before it."""
    first = spot.units[0].first
    return first > 0 and spot.said.tokens[first - 1].word in ("the", "that")


def _is_beside(spot: Spot) -> bool:
    """Whether it is where something stands; what has no other meaning may be a house even there, but hardly after "on"."""
    if spot.before in ("on", "off") or spot.grade.rank < UNKNOWN:
        return spot.before in _WORDS.beside | _STREETS.directions
    return spot.before in _STREETS.directions


def _is_street(spot: Spot) -> bool:
    """Whether the words are said to be where something is: "on castro street"."""
    return _is_beside(spot) and (spot.grade.partial or not _STREETS.kinds.isdisjoint(spot.grade.words))


def _is_any(spot: Spot, *, capital: bool) -> bool:
    """Whether any such thing is spoken of: "a bird dog"; "a tomatina in napa" is one of ours."""
    if (_is_definite(spot) and spot.grade.rank > NAME) or (spot.grade.value == HIGHEST and not spot.grade.partial):
        return False
    if spot.before not in _WORDS.determiners and (spot.before not in _WORDS.owners or _is_attributed(spot)):
        return False
    return (spot.single or not capital) and not (spot.grade.value > 1 and _is_house_told(spot))


def _is_thing(spot: Spot, *, capital: bool) -> bool:
    """Whether a single word is a street, or something that is spoken of: "on fillmore", "at the market"."""
    if spot.after in _STREETS.kinds or _is_beside(spot):
        return True
    if spot.grade.words[0] in _STREETS.kinds and spot.before not in _LEADING | _ALONE | {""}:
        return True
    if is_count(spot.units[0].word) and spot.said.word(spot.end + 1) in _STREETS.kinds:
        return True
    return _is_spoken_of(spot, capital=capital)


def _is_spoken_of(spot: Spot, *, capital: bool) -> bool:
    """Whether "the" makes a thing of a known word, where no restaurant is asked for."""
    article = _is_definite(spot) and not spot.grade.article and spot.said.expecting != "restaurant"
    return article and not capital and spot.grade.rank < NAME and not _is_attributed(spot)


def _is_person(spot: Spot) -> bool:
    """Whether a single word is a person: "my friend Rosa", "this is Frances", "her name's Celia", "for Rosa"."""
    before, earlier = spot.before, spot.said.before(spot.first - 1) if spot.first else ""
    if (
        before in _PERSONS
        or before == "names"
        or (before == "is" and earlier in ("this", "name"))
        or (before == "am" and earlier == "i")
    ):
        return True
    alone = spot.grade.partial and before == "" and spot.said.expecting != "restaurant"
    return (alone or before in ("for", "with", "its")) and bool(NAMES & {spot.grade.words[0], spot.units[0].word})


def _is_area(spot: Spot, *, capital: bool) -> bool:
    """Whether it is where something is looked for: the less so, the less it can be anything but a name."""
    grade, into = spot.grade, spot.before == "in"
    if spot.before not in _AREAS or spot.said.before(spot.first - 1) in _EATING:
        return False
    if spot.single:
        return grade.rank < UNKNOWN or (grade.partial and into)
    if grade.value > STRONG:
        return into and grade.rank < UNKNOWN and not capital
    return grade.partial or (grade.rank < UNKNOWN and not capital)


def _is_city(spot: Spot, *, capital: bool) -> bool:
    """Whether it is only a city, or a part of one, that is told as such: "anything in little italy?"."""
    if _is_area(spot, capital=capital):
        return True
    if not any(first <= spot.first and spot.end <= end for first, end, _ in spot.said.cities) or _house_follows(spot):
        return False
    if spot.grade.partial:
        return True
    return spot.before in _PLACING or spot.before == "" or spot.said.expecting == "city"


def _is_count(spot: Spot) -> bool:
    """Whether a number that would begin a name counts guests or hours: "for 8 sushi"; "at 3rd cousin" tells more."""
    word = spot.units[0].word
    if not spot.grade.counted or spot.said.is_party(spot.end) or spot.before not in _NUMBER_CUES:
        return False
    if spot.single and is_count(word) and not is_clock(word):
        return spot.before not in ("at", "to")
    return spot.said.is_detail(spot.first) and not (len(word) == 2 and word > _LAST_DAY)
