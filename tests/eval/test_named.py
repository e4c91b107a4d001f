"""The texts that name restaurants are what they are said to be, the score is counted rightly, and the finder keeps the floors."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from nlu.reading.places import Find, Place, PlaceIndex
from tests.eval import houses, named
from tests.eval.gate import read_floors
from tests.eval.houses import Houses, plain
from tests.eval.named import HALVES, Outcome, Said, breaches, outcome, read_half, score

HALF = {half: read_half(half) for half in HALVES}
lists = cache(named.lists)


def listed_as(name: str) -> Houses:
    if name not in lists():
        pytest.skip("the real collection does not lie beside the project")
    return lists()[name]


def test_each_half_has_as_many_texts_that_name_a_restaurant_as_texts_that_name_none() -> None:
    for said in HALF.values():
        assert Counter(bool(each.names) for each in said) == {True: 200, False: 200}
        assert len({(plain(each.text), each.expecting) for each in said}) == 400


def test_the_blind_half_has_other_texts_and_other_names() -> None:
    texts = [{plain(each.text) for each in HALF[half]} for half in HALVES]
    names = [{name for each in HALF[half] for name in each.names} for half in HALVES]
    assert not texts[0] & texts[1]
    assert not names[0] & names[1]


def test_every_name_is_a_restaurants_and_has_a_house_in_the_city_told() -> None:
    cities: dict[str, set[str]] = {}
    for place in listed_as("real").places:
        cities.setdefault(place.name, set()).add(place.city)
    named_ones = [each for said in HALF.values() for each in said if each.names]
    assert [each for each in named_ones if not cities.keys() >= set(each.names)] == []
    assert [
        each for each in named_ones if each.city and all(each.city not in cities[name] for name in each.names)
    ] == []


def test_made_restaurants_are_the_same_each_time_and_no_known_ones() -> None:
    texts = [each.text for said in HALF.values() for each in said]
    known, listed = listed_as("real"), listed_as("many")
    assert len({place.slug for place in listed.places}) == len(listed.places) == houses.MANY
    assert list(listed.places[: len(known.places)]) == list(known.places)
    assert houses.many(known, texts) == listed
    made = {plain(place.name) for place in listed.places if place.slug in listed.made}
    assert not made & {plain(place.name) for place in known.places}
    said = "".join(f" {plain(text)} \n" for text in texts)
    assert [name for name in made if f" {name} " in said] == []


PLACES = {
    place.slug: place
    for place in (
        Place("sole-rome", "Sole", "Rome", "1 Via Appia", ()),
        Place("sole-milan", "Sole", "Milan", "2 Corso Como", ()),
        Place("luna-rome", "Luna", "Rome", "3 Via Appia", ()),
        Place("made-00000", "Sole Nero", "Milan", "4 Corso Como", ()),
    )
}
BOTH = ("sole-rome", "sole-milan")


def found(*slugs: str) -> Find:
    return Find(0, 1, PLACES[slugs[0]].name, slugs, sure=True, evidence="whole")


@pytest.mark.parametrize(
    ("names", "city", "finds", "came"),
    [
        ((), None, [], "right"),
        ((), None, [found("luna-rome")], "false"),
        (("Luna",), None, [], "missed"),
        (("Luna",), None, [found("luna-rome")], "right"),
        (("Luna",), None, [found("sole-rome")], "wrong"),
        (("Luna",), None, [found("luna-rome"), found("sole-rome")], "wrong"),
        (("Luna",), None, [found("luna-rome", "sole-rome")], "wrong"),
        (("Luna", "Sole"), None, [found("luna-rome")], "wrong"),
        (("Luna", "Sole"), None, [found(*BOTH), found("luna-rome")], "right"),
        (("Sole",), None, [found(*BOTH)], "right"),
        (("Sole",), "Milan", [found(*BOTH)], "wrong"),
        (("Sole",), "Milan", [found("sole-milan")], "right"),
        (("Sole",), None, [found(*BOTH, "made-00000")], "right"),
        (("Sole",), None, [found("made-00000")], "wrong"),
        (("Luna",), None, [found("luna-rome"), found("made-00000")], "wrong"),
    ],
)
def test_what_is_found_is_judged(names: tuple[str, ...], city: str | None, finds: list[Find], came: Outcome) -> None:
    said = Said("", None, "whole", names, city)
    assert outcome(said, finds, PLACES, frozenset({"made-00000"})) == came


def test_texts_that_name_unlisted_restaurants_are_left_out_and_floors_can_break() -> None:
    said = [Said("Luna", None, "whole", ("Luna",), None), Said("Sole", None, "whole", ("Sole",), None)]
    said += [Said("Luna Park", None, "search", (), None)]
    only_luna = [PLACES["luna-rome"]]
    reached = score(said, Houses(only_luna, frozenset()), PlaceIndex.build([]))
    assert reached.outcomes == {said[0]: "missed", said[2]: "right"}
    assert [breach.what for breach in breaches("all", reached, {"found": 0.97, "false": 0})] == [
        "all: restaurants found"
    ]


@pytest.mark.parametrize("name", ["sample", "real", "many"])
def test_the_finder_keeps_the_floors_with_any_list(name: str) -> None:
    """Of the blind half only the counts are told."""
    listed = listed_as(name)
    index = PlaceIndex.build(listed.places)
    reached = {half: score(said, listed, index) for half, said in HALF.items()}
    floors = read_floors()["named"]
    faults = [str(breach) for half, each in reached.items() for breach in breaches(half, each, floors[half])]
    failing = [(came, said.text) for said, came in reached["open"].outcomes.items() if came != "right"]
    assert faults == [], failing
