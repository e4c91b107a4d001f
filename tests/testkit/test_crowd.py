"""Simulated diners: a seed always gives the same ones, they read replies like people, and a few use the real service."""

from __future__ import annotations

import io
from datetime import datetime, time
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console

from booking_engine.restaurants.import_format import RestaurantLine
from booking_engine.restaurants.restaurant import Restaurant
from bot.settings import PROJECT
from dialogue.words import Words
from testkit.commands import crowd
from testkit.load_test.diner import Diner
from testkit.load_test.load_test import run_load_test
from testkit.load_test.replies import Facts, Reply, facts_of, read_text
from testkit.load_test.restaurants import PublicRestaurant
from testkit.load_test.runner import judge
from testkit.service import Service
from tests.support.running import Stack
from webhooks.rest.answers import RestaurantDetail

NOW = datetime.fromisoformat("2026-12-02T10:00:00-05:00")
FACTS = {
    "restaurant": "Bird Dog", "when": "Fri, Dec 4, 7:00 PM", "day": "Fri, Dec 4", "party": "2 people", "name": "Ana",
    "code": "7KQ2MXA", "contact": "+12125550100", "city": "Boston", "cities": "Boston, Denver", "hours": "5:00 PM-9:30 PM",
    "times": "6:00 PM, 8:00 PM", "example": "Fri, Dec 11", "minutes": 5, "list": "", "what": "Thai restaurants",
    "or_call": ", or call them on +12125550100", "please_call": " Please call them: +12125550100.",
}  # fmt: skip


@pytest.fixture(scope="module")
def restaurants() -> list[PublicRestaurant]:
    """Return the sample restaurants as the public API shows them."""
    lines = (PROJECT / "data" / "restaurants" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    found = []
    for number, line in enumerate(map(RestaurantLine.model_validate_json, lines), start=1):
        ids = {table.name: n for n, table in enumerate(line.tables, start=1)}
        page = RestaurantDetail.of_restaurant(Restaurant.from_line(number, line, ids, 1))
        found.append(PublicRestaurant.of(page.model_dump(mode="json")))
    return found


def drawn(restaurants: list[PublicRestaurant], seed: int) -> list[tuple[Any, ...]]:
    diners = [Diner.draw(seed, number, restaurants, NOW) for number in range(60)]
    return [(d.goal, d.persona, d.name, d.arrives, tuple(d.begin())) for d in diners]


def test_the_same_seed_gives_the_same_diners(restaurants: list[PublicRestaurant]) -> None:
    assert drawn(restaurants, 7) == drawn(restaurants, 7)
    assert drawn(restaurants, 7) != drawn(restaurants, 8)


def test_a_diner_is_the_same_in_a_larger_crowd(restaurants: list[PublicRestaurant]) -> None:
    alone = Diner.draw(7, 41, restaurants, NOW)
    among = [Diner.draw(7, number, restaurants, NOW) for number in range(60)][41]
    assert (alone.goal, alone.persona, alone.begin()) == (among.goal, among.persona, among.begin())


def test_the_same_replies_get_the_same_answers(restaurants: list[PublicRestaurant]) -> None:
    heard = [Reply("How many?", "party_size"), Reply("Which day?", "date"), Reply("What name?", "name")]
    said = []
    for _ in range(2):
        diner = Diner.draw(7, 3, restaurants, NOW)
        said.append([diner.begin(), *(diner.hear(reply) for reply in heard)])
    assert said[0] == said[1]


def test_a_crowd_has_every_kind_of_goal_and_manner(restaurants: list[PublicRestaurant]) -> None:
    diners = [Diner.draw(1, number, restaurants, NOW) for number in range(300)]
    assert {d.goal.kind for d in diners} == {
        "book",
        "search",
        "book and move",
        "book and cancel",
        "book and list",
        "ask",
    }
    assert {d.persona.channel for d in diners} == {"sms", "own_number", "chat", "signed_in"}
    for manner in (
        "double_texts",
        "twilio_repeats",
        "changes_mind",
        "asks_by_the_way",
        "leaves_after",
        "long_pause",
        "slips",
    ):
        assert 0 < sum(bool(getattr(d.persona, manner)) for d in diners) < len(diners), manner


def test_a_goal_can_be_reached_in_an_empty_restaurant(restaurants: list[PublicRestaurant]) -> None:
    for number in range(300):
        goal = Diner.draw(2, number, restaurants, NOW).goal
        for desired in filter(None, (goal.desired, goal.second)):
            assert desired.at in desired.restaurant.times_on(desired.day)
            assert 1 <= desired.party <= desired.restaurant.largest_party
            assert desired.starts_at > NOW


@pytest.mark.parametrize(
    ("prefix", "asks"),
    [
        ("utter_which_restaurant", "restaurant"),
        ("utter_restaurant_unknown", "restaurant"),
        ("utter_which_party_size", "party_size"),
        ("utter_which_date", "date"),
        ("utter_which_time", "time"),
        ("utter_which_name", "name"),
        ("utter_which_phone", "phone"),
        ("utter_confirm", "confirmation"),
        ("utter_what_to_change", "time"),
        ("utter_what_instead", "time"),
        ("utter_booked", None),
        ("utter_changed", None),
        ("utter_cancelled", None),
        ("utter_thanks", None),
    ],
)
def test_a_diner_reads_in_a_text_what_it_asks_for(prefix: str, asks: str | None) -> None:
    words = Words()
    for name in (prefix, f"{prefix}_again", f"{prefix}_last"):
        if name in words.texts and name != "utter_which_restaurant_asked_about":
            assert read_text([words.render(name, **FACTS)]).asks == asks, name


def test_a_diner_reads_the_table_in_a_text() -> None:
    told = Facts((12, 4), time(19), 2)
    assert facts_of("Bird Dog, Fri, Dec 4, 7:00 PM, 2 people, for Ana.") == told
    assert facts_of("Bird Dog, Fri 4 Dec, 19:00, 2 people, for Ana.") == told
    assert facts_of("They seat guests 5:00 PM-9:30 PM. I'm holding Bird Dog, Fri, Dec 4, 7:00 PM, 2 people.") == told


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ("utter_booked", "confirmed"),
        ("utter_changed", "confirmed"),
        ("utter_cancelled", "cancelled"),
        ("utter_confirm", None),
    ],
)
def test_a_diner_reads_what_became_of_the_table(response: str, status: str | None) -> None:
    assert read_text([Words().render(response, **FACTS)]).status == status


def test_words_that_come_twice_and_silence_are_dead_ends(restaurants: list[PublicRestaurant]) -> None:
    diner = Diner.draw(7, 3, restaurants, NOW)
    diner.begin()
    diner.hear(Reply("Which day?", "date"))
    assert diner.hear(Reply("Which day?", "date")) == []
    assert judge(diner, [])[0] == "dead end"
    silent = Diner.draw(7, 4, restaurants, NOW)
    silent.begin()
    silent.hear(None)
    assert judge(silent, [])[0] == "dead end"


def test_who_has_another_table_than_was_said_did_not_get_there(restaurants: list[PublicRestaurant]) -> None:
    diner = next(d for d in (Diner.draw(1, n, restaurants, NOW) for n in range(99)) if d.goal.kind == "book")
    desired = diner.desired
    booked = {
        "status": "confirmed",
        "restaurant": {"slug": desired.restaurant.slug},
        "starts_at": desired.starts_at.isoformat(),
        "party_size": desired.party,
        "diner_name": diner.name,
    }
    assert judge(diner, [booked]) == ("reached", "")
    for wrong in ({"party_size": 9}, {"starts_at": NOW.isoformat()}, {"restaurant": {"slug": "elsewhere"}}):
        assert judge(diner, [booked | wrong])[0] == "dead end"
    assert judge(diner, [])[0] == judge(diner, [booked, booked])[0] == "dead end"


@pytest.mark.parametrize(
    "wrong", [["--for", "soon"], ["--most-dead-ends", "1"], ["--most-dead-ends", "101%"], ["--diners", "0"]]
)
def test_a_wrong_option_is_named(wrong: list[str]) -> None:
    done = CliRunner().invoke(crowd, wrong)
    assert done.exit_code == 2
    assert wrong[0] in done.output


def test_without_a_service_the_address_is_named() -> None:
    done = CliRunner().invoke(crowd, ["--url", "http://127.0.0.1:9", "--diners", "1"])
    assert done.exit_code == 2
    assert "http://127.0.0.1:9" in done.output


def test_a_few_diners_visit_the_service_and_all_invariants_hold(stack: Stack) -> None:
    shown, threads = io.StringIO(), io.StringIO()
    with Service(stack.base_url, stack.api_key) as service:
        went_well = run_load_test(
            Console(file=shown, width=120),
            service,
            stack.settings,
            diners=12,
            seconds=4,
            seed=11,
            most_dead_ends=0.01,
            threads=threads,
        )
    assert went_well, shown.getvalue() + threads.getvalue()
    assert "invariants: all hold" in shown.getvalue()
    assert threads.getvalue().count("--- diner ") == 12
    assert "reached" in threads.getvalue()
