"""What the model of acts learns from is whole and not at odds with itself; what it looks at says what was asked."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from nlu.acts import CONTESTED, examples, ranking_of, sure_intent, wish_of_act
from nlu.features import asked_of, features

OWN = list(examples(()))


def test_every_act_has_enough_examples() -> None:
    counted = Counter(example.act for example in OWN)
    assert set(counted) >= {
        "change",
        "cancel",
        "undo",
        "mention",
        "aside",
        "machine",
        "show",
        "late",
        "opt_out",
        "forget",
        "pause",
        "yes_but",
    }
    assert {act: count for act, count in counted.items() if count < 40} == {}


def test_no_text_teaches_two_acts_after_one_question() -> None:
    taught: dict[tuple[str, str], set[str]] = defaultdict(set)
    for text, asked, act, _ in OWN:
        taught[" ".join(text.lower().split()), asked].add(act or "")
    assert {key: acts for key, acts in taught.items() if len(acts) > 1} == {}


def test_the_examples_of_intents_teach_acts_too() -> None:
    given = [("affirm", "sure", ()), ("ask", "is there parking?", ()), ("affirm", "yes but at 8", ("confirmation",))]
    taught = [(example.text, example.asked, example.act) for example in list(examples(given))[len(OWN) :]]
    assert ("sure", "confirmation", "yes") in taught
    assert ("sure", "nothing", "yes") in taught
    assert ("sure", "name", None) in taught
    assert ("is there parking?", "nothing", "ask") in taught
    assert ("yes but at 8", "confirmation", None) in taught


@pytest.mark.parametrize(
    ("expects", "asked"), [(None, "nothing"), ("name", "name"), ("confirmation", "confirmation"), ("time", "other")]
)
def test_what_was_asked_chooses_the_model(expects: str | None, asked: str) -> None:
    assert asked_of(expects) == asked
    assert asked in {example.asked for example in OWN}


def test_numbers_and_entities_look_alike() -> None:
    one, other = features("make it 8 on friday", None), features("make it 9 on monday", None)
    assert one.words == other.words
    assert features("make it 8", None) == features("make it 9", None)


def test_capitals_tell_no_name() -> None:
    taught = {(example.text, example.act) for example in OWN if example.asked == "name"}
    assert {("Faith Adeyemi", "name"), ("faith adeyemi", "name"), ("ye", "no_name"), ("Ye", "no_name")} <= taught


def test_a_full_name_in_another_alphabet_is_a_name() -> None:
    assert sure_intent("Анна Петрова", {"name": 0.9}, "name") == "inform"
    assert sure_intent("Анна Петрова", {"name": 0.4}, "name") == "other_language"
    assert sure_intent("Отмена", {"name": 0.9}, "name") == "other_language"  # one word may be any


def test_a_name_has_a_shape() -> None:
    assert features("Anna Ten Brink", "name").words.endswith("<words:3> <capitals:3/3> <uncommon:2/3>")
    assert features("we will come as soon as we have parked the car", "name").words.endswith("<length:2>")


@pytest.mark.parametrize(
    ("acts", "expects", "told", "intent"),
    [
        ({"opt_out": 0.7}, None, set(), "opt_out"),
        ({"opt_out": 0.7}, "name", set(), "opt_out"),
        ({"opt_out": 0.5}, None, set(), None),
        ({"forget": 0.7}, "confirmation", set(), "forget_me"),
        ({"forget": 0.5}, None, set(), None),
        ({"forget": 0.7, "opt_out": 0.6}, None, set(), "opt_out"),
        ({"yes_but": 0.7}, "confirmation", {"topic"}, "ask"),
        ({"yes_but": 0.4, "ask": 0.3}, "confirmation", set(), "ask"),
        ({"yes_but": 0.7}, "confirmation", {"time"}, None),  # "yes, but at 8"
        ({"yes_but": 0.7}, None, {"topic"}, None),
        ({"note": 0.7}, None, {"diet"}, "inform"),
        ({"note": 0.7}, "name", {"diet"}, None),
        ({"yes": 0.9}, "confirmation", set(), "affirm"),
        ({"yes": 0.7}, "confirmation", set(), None),
        ({"name": 0.7}, "name", {"time"}, "inform"),
        ({"name": 0.7}, None, set(), None),
        ({"cancel": 0.8}, None, set(), None),
        ({"change": 0.99}, None, {"time"}, None),
    ],
)
def test_few_acts_decide_the_intent(
    acts: dict[str, float], expects: str | None, told: set[str], intent: str | None
) -> None:
    assert sure_intent("Ann Bee", acts, expects, told) == intent


@pytest.mark.parametrize(
    ("acts", "intents", "expects", "wish"),
    [
        ({"cancel": 0.8}, {"thank": 0.9}, None, ("cancel", CONTESTED)),  # "can you cancel for me? thanks"
        ({"change": 0.84}, {"out_of_scope": 0.27, "deny": 0.15}, None, ("change", CONTESTED)),
        ({"undo": 0.8}, {"inform": 0.14}, None, ("undo", CONTESTED)),
        ({"cancel": 0.8}, {"stop_booking": 0.63}, None, ("cancel", 0.63)),  # "we don't need it anymore"
        ({"cancel": 0.6}, {"stop_booking": 0.42}, None, ("cancel", 0.42)),
        ({"cancel": 0.5}, {"stop_booking": 0.42}, None, None),
        ({"change": 0.89}, {"cancel": 0.72}, None, ("change", CONTESTED)),  # "we can't make 7, could we do 8?"
        ({"cancel": 0.7}, {"thank": 0.9}, None, None),
        ({"cancel": 0.8}, {"cancel": 0.4}, None, ("cancel", 0.5)),  # they agree
        ({"cancel": 0.8}, {"cancel": 0.6}, None, None),
        ({"show": 0.6}, {"help": 0.36}, "choice", ("list_bookings", CONTESTED)),  # "what do I still have?"
        ({"show": 0.8}, {"book": 0.6}, None, ("list_bookings", CONTESTED)),  # "is that for 5 people?"
        ({"show": 0.8}, {"inform": 0.6}, "name", ("list_bookings", CONTESTED)),
        ({"show": 0.6}, {"inform": 0.6}, "name", None),
        ({"change": 0.99}, {"book": 0.9}, None, None),
        ({"cancel": 0.8}, {"thank": 0.9}, "confirmation", None),
    ],
)
def test_a_wish_that_only_the_act_shows_is_contested(
    acts: dict[str, float], intents: dict[str, float], expects: str | None, wish: tuple[str, float] | None
) -> None:
    assert wish_of_act(acts, intents, expects) == wish


def test_another_language_is_told_before_any_act() -> None:
    assert sure_intent("quiero una mesa para dos personas", {"opt_out": 0.9}, None) == "other_language"


@pytest.mark.parametrize(
    ("acts", "is_for_staff", "ranking"),
    [
        ({"name": 0.8}, False, [("inform", 1.0)]),
        ({"show": 0.8}, False, [("list_bookings", CONTESTED)]),
        ({"other": 0.4}, True, [("inform", 1.0)]),
        ({"other": 0.4}, False, [("thank", 0.6), ("deny", 0.2)]),
    ],
)
def test_the_learned_intents_decide_where_nothing_else_is_sure(
    acts: dict[str, float], is_for_staff: bool, ranking: list[tuple[str, float]]
) -> None:
    found = ranking_of("Ann Bee", acts, {"thank": 0.6, "deny": 0.2}, "name", is_for_staff=is_for_staff)

    assert [(each["name"], each["confidence"]) for each in found] == ranking


def test_a_story_that_tells_a_whole_table_is_a_request() -> None:
    told = {"restaurant", "date", "time", "party_size", "first_name"}
    acts = {"mention": 0.8, "change": 0.1}
    assert wish_of_act(acts, {"change": 0.37, "book": 0.3}, None, told) == ("book", CONTESTED)
    assert wish_of_act(acts, {"change": 0.6, "book": 0.3}, None, told) is None, "what is sure stays"
    assert wish_of_act(acts, {"change": 0.37, "book": 0.3}, None, told - {"date"}) is None
