"""The name in the answer to the question for one: what the tagger is taught and sees, and what it finds in the running service."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialogue.reasons import is_name
from nlu.asked_name import (
    ELSE,
    FAMILY,
    NAME,
    NO_NAMES,
    Marked,
    examples,
    features,
    heard,
    labels,
    marked,
    name_of,
    varied,
)
from nlu.clauses import Part
from nlu.cues import surface
from tests.eval.reading import Reader
from tests.support.running import Stack

SAID = yaml.safe_load(Path(__file__).with_name("names_asked.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reader(stack: Stack) -> Reader:
    """What reads texts by the running service."""
    return Reader(stack)


def shares(*told: str) -> list[dict[str, float]]:
    """A word's label for certain, each."""
    return [{label: float(label == each) for label in (NAME, FAMILY, ELSE)} for each in told]


@pytest.mark.parametrize(
    ("line", "text", "told"),
    [
        ("just [Ben]", "just Ben", [("Ben", NAME)]),
        ("[|Lima], [Ana]", "Lima, Ana", [("Lima", FAMILY), ("Ana", NAME)]),
        ("first [Ana], last [Lima]", "first Ana, last Lima", [("Ana", NAME), ("Lima", FAMILY)]),
        ("no idea", "no idea", []),
    ],
)
def test_brackets_mark_the_name_and_the_family(line: str, text: str, told: list[tuple[str, str]]) -> None:
    said, marks = marked(line)

    assert said == text
    assert [(said[slice(*each.part)], each.label) for each in marks] == told


def test_answers_are_taught_with_their_names_and_others_with_none() -> None:
    taught = dict(examples())

    assert taught["Petrov, Irina"] == [Marked(Part(0, 6), FAMILY), Marked(Part(8, 13), NAME)]
    assert taught["Wen Giannopoulos"] == [Marked(Part(0, 16), NAME)]  # without brackets, all of it
    assert taught["Why, are you filing an incident report on me?"] == []
    assert not any("[" in text for text in taught)


def test_what_is_no_name_is_written_once() -> None:
    told = [line.lower() for line in yaml.safe_load(NO_NAMES.read_text(encoding="utf-8"))["texts"].splitlines()]
    elsewhere = {text.lower() for text, marks in examples() if marks}

    assert len(told) == len(set(told))
    assert elsewhere.isdisjoint(told)


def test_other_names_stand_where_one_stood() -> None:
    told = [marked("just [Ben], mate"), marked("[Ana Lima] here"), ("no idea", [])]
    again = list(varied(told))

    assert [text for text, _ in again].count("no idea") == 1
    placed = {text[slice(*marks[0].part)].lower() for text, marks in again if marks}
    assert placed == {"ben", "ana lima"}
    assert all(text.lower().endswith((", mate", " here")) for text, marks in again if marks)


def test_there_is_a_label_for_each_word() -> None:
    text, told = marked("surname is [|Friday], first name [Blessing]")

    assert labels(text, told) == [ELSE, ELSE, FAMILY, ELSE, ELSE, ELSE, NAME]
    assert len(features(text)) == len(labels(text, told))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("surname is [|Friday], first name [Blessing]", "Blessing Friday"),
        ("just [ben]", "Ben"),
        ("first name [jean luc], last [d'Amboise]", "Jean Luc d'Amboise"),
        ("[N-G-U-Y-E-N] please", "Nguyen"),
        ("[Ana]-Maria please", "Ana-Maria"),  # a half of a word is the word
        ("it's Dr [Mary Agnes], dear", "Dr Mary Agnes"),  # a title is of it
        ("the name's [Bond], [Jenny Bond]", "Jenny Bond"),
        ("I'd rather not", None),
    ],
)
def test_the_name_is_all_that_is_likely_to_be_of_it(line: str, name: str | None) -> None:
    text, told = marked(line)
    found = name_of(text, shares(*labels(text, told)), is_told=False)

    assert (found and found[0]) == name


def test_a_mark_is_no_name() -> None:
    assert name_of("🙂 hi", shares(NAME, ELSE), is_told=True) is None


def test_of_two_names_the_likelier_is_meant() -> None:
    likely = [dict.fromkeys((NAME, FAMILY, ELSE), 0.0) | {NAME: share, ELSE: 1 - share} for share in (0.6, 0.0, 0.9)]
    found = name_of("Tom no Tim", likely, is_told=True)

    assert found == ("Tim", [Marked(Part(7, 10), NAME)])


def test_a_name_is_short_for_no_word() -> None:
    assert any("evening" in each for each in features("Evening Winter")[0])
    assert not any("evening" in each for word in features("Eve Winter") for each in word)


@pytest.mark.parametrize(("is_told", "name"), [(True, "Ben"), (False, None)])
def test_where_a_name_is_told_less_is_enough(is_told: bool, name: str | None) -> None:
    likely = [{NAME: 0.0, FAMILY: 0.0, ELSE: 1.0}, {NAME: 0.3, FAMILY: 0.0, ELSE: 0.7}]
    found = name_of("just Ben", likely, is_told=is_told)

    assert (found and found[0]) == name


def test_who_is_named_twice_is_renamed_twice() -> None:
    told = [marked("Vic, [Vic Damoni]"), marked("Lowe. [Ana Lowe]")]
    again = [text.lower() for text, _ in varied(told)]

    assert set(again) == {"vic, vic damoni", "ana, ana lowe", "lowe. ana lowe", "damoni. vic damoni"}


SURE, UNSURE, NONE = shares(NAME), [{NAME: 0.3, FAMILY: 0.2, ELSE: 0.5}], shares(ELSE)


@pytest.mark.parametrize(
    ("acts", "words", "likely"),
    [
        ({"name": 0.5, "no_name": 0.2}, SURE, True),
        ({"name": 0.4, "no_name": 0.3}, UNSURE, False),
        ({"name": 0.85}, NONE, False),
        ({"name": 0.85}, UNSURE, True),
        ({"thanks": 0.9, "name": 0.05}, SURE, False),
        ({"thanks": 0.9}, [], False),
    ],
)
def test_acts_and_words_tell_together_whether_it_is_a_name(
    acts: dict[str, float], words: list[dict[str, float]], likely: bool
) -> None:
    told = heard(acts, words)

    assert (told["name"] >= 0.55) is likely
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_what_one_act_gains_the_others_lose() -> None:
    told = heard({"name": 0.4, "answer": 0.3, "thanks": 0.2}, SURE)

    assert sum(told.values()) == pytest.approx(0.9, abs=0.1)
    assert told["answer"] / told["thanks"] == pytest.approx(1.5, abs=0.1)


def test_names_are_heard_whole(reader: Reader) -> None:
    heard = {text: reader.name(text, "name") for text in SAID["names"]}
    missed = {text: heard[text] for text, name in SAID["names"].items() if heard[text] != name}
    assert len(missed) <= len(SAID["names"]) // 30, missed


def test_what_is_no_name_is_told_from_names(reader: Reader) -> None:
    missed = [text for text in SAID["no_names"] if is_name(reader.acts(text, "name")) and not _is_noise(text)]
    assert missed == []
    unsure = [text for text in SAID["names"] if not is_name(reader.acts(text, "name"))]
    assert len(unsure) <= len(SAID["names"]) // 10, unsure


def _is_noise(text: str) -> bool:
    return "noise" in surface(text, []).cues


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("friday 6:30, five of us. Hank Boyle", "Hank Boyle"),
        ("a table for 2 tonight at 8?? RICK", "Rick"),
        ("2 of us at 7 tomorrow, Mia and Jon", "Mia and Jon"),
        ("friday at 8 pm, two covers, A. Castellanos.", "A. Castellanos"),
        ("2 of us at 7 tomorrow, cheers mate", None),
        ("2 of us at 7 tomorrow, gluten free", None),
    ],
)
def test_a_name_behind_the_details_is_heard(reader: Reader, text: str, name: str | None) -> None:
    assert reader.name(text, None) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("honestly just Petra, the surname is a mouthful", "Petra"),
        ("it was Kowalski last time but we married so Brandt now", "Brandt"),
        ("MY NAME IS GLORIA ESTRADA AND I WOULD LIKE A QUIET CORNER", "Gloria Estrada"),
        ("surname is Monday like the day, first name Patience", "Patience Monday"),
        ("Eve Winter", "Eve Winter"),  # no evening
        ("T-H-O-R-B-E-N", "Thorben"),
        ("my mates call me Spanner but use Callum Reid", "Callum Reid"),
        ("we'll be five in the end, nearly forgot, Ottoline Marsh", "Ottoline Marsh"),
        ("Surname's Rosenkvist", "Rosenkvist"),
        ("thats hendrika", "Hendrika"),
        ("the Ostrowski party", "Ostrowski"),
        ("haverkamp thanks", "Haverkamp"),
    ],
)
def test_a_name_among_other_words_is_found(reader: Reader, text: str, name: str) -> None:
    assert reader.name(text, "name") == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maya, 5 people", "Maya"),
        ("Maya and a stroller", "Maya"),
        ("4 peope", None),
        ("hold on let me ask my husband", None),
    ],
)
def test_more_than_a_name_tells_the_name_and_less_tells_none(reader: Reader, text: str, name: str | None) -> None:
    assert reader.name(text, "name") == name


@pytest.mark.parametrize(
    ("text", "odd"), [("hmm silas ok", "silas"), ("Sunny", "Sunny"), ("no", "no"), ("table 4", None)]
)
def test_asked_a_second_time_what_is_rather_a_name_is_left(reader: Reader, text: str, odd: str | None) -> None:
    assert reader.surface(text, "name")["odd_name"] == odd


@pytest.mark.parametrize(
    "text", ["not that, Dec 23 please", "not that, sunday please", "not May 5, May 6", "dec 23 pls", "sorrey, sunday"]
)
def test_another_day_is_no_name(reader: Reader, text: str) -> None:
    assert reader.values(text, "first_name", "name") == []
    assert reader.values(text, "date", "name") != []


@pytest.mark.parametrize(
    "text",
    [
        "my brother Pete never had to give one",
        "what do you need it for",
        "no idea yet",
        "we came for the wine last spring",
    ],
)
def test_who_else_is_spoken_of_is_no_name(reader: Reader, text: str) -> None:
    assert reader.values(text, "first_name", "name") == []
