"""The files of the stock bot: they fit together, understand what diners say, and are pinned to what ours runs on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bench.diners import BOOKING, filled_in
from bench.services import STOCK, config
from tests.checks.tree import ROOT

_ANNOTATION = re.compile(r"\[([^\]]*)\]\(\w+\)")
_PIN = re.compile(r"([a-z0-9][a-z0-9._-]*)==(\S+) \\$", re.MULTILINE)


def parsed(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((STOCK / name).read_text(encoding="utf-8"))
    return found


def examples() -> dict[str, list[str]]:
    """Return the training examples by intent, without their annotations."""
    return {
        entry["intent"]: [_ANNOTATION.sub(r"\1", line[2:]) for line in entry["examples"].splitlines()]
        for entry in parsed("data/nlu.yml")["nlu"]
    }


def steps() -> list[dict[str, str]]:
    rules, stories = parsed("data/rules.yml")["rules"], parsed("data/stories.yml")["stories"]
    return [step for told in [*rules, *stories] for step in told["steps"]]


def pins(lock: Path) -> dict[str, str]:
    return dict(_PIN.findall(lock.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", sorted(STOCK.rglob("*.yml")), ids=lambda path: path.name)
def test_every_file_is_yaml(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


def test_pipeline_and_policies_are_those_of_the_form_bot_example() -> None:
    stock = config(lean=False)
    assert [part["name"] for part in stock["pipeline"]] == [
        "WhitespaceTokenizer",
        "LexicalSyntacticFeaturizer",
        "CountVectorsFeaturizer",
        "DIETClassifier",
        "EntitySynonymMapper",
    ]
    assert [part["name"] for part in stock["policies"]] == ["TEDPolicy", "AugmentedMemoizationPolicy", "RulePolicy"]
    assert not any("run_eagerly" in part for part in stock["pipeline"] + stock["policies"])


def test_the_lean_bot_lacks_one_policy_and_nothing_else() -> None:
    stock, lean = config(lean=False), config(lean=True)
    assert stock["policies"][1:] == lean["policies"]
    assert {**stock, "policies": []} == {**lean, "policies": []}


def test_conversations_are_kept_in_memory_and_come_through_the_rest_channel() -> None:
    assert list(parsed("endpoints.yml")) == ["action_endpoint"]
    assert list(parsed("credentials.yml")) == ["rest"]


def test_intents_and_actions_of_rules_and_stories_are_in_the_domain() -> None:
    domain, intents = parsed("domain.yml"), examples()
    known = {*domain["actions"], *domain["responses"], *domain["forms"], "action_deactivate_loop"}
    assert {step["intent"] for step in steps() if "intent" in step} <= set(domain["intents"])
    assert {step["action"] for step in steps() if "action" in step} <= known
    assert set(intents) == set(domain["intents"])


def test_every_slot_of_the_form_is_filled_and_asked_for() -> None:
    domain = parsed("domain.yml")
    required = domain["forms"]["booking_form"]["required_slots"]
    assert all(domain["slots"][slot]["mappings"] for slot in required)
    assert all(f"utter_ask_{slot}" in domain["responses"] for slot in required)


def test_it_has_learned_everything_that_diners_say_but_the_name() -> None:
    known = {example for intent in ("request_table", "inform") for example in examples()[intent]}
    said = {filled_in(exchange, number).text for exchange in BOOKING[:4] for number in range(174)}
    assert said <= known


def test_diners_expect_the_words_of_its_responses() -> None:
    responses = parsed("domain.yml")["responses"]
    asked = [responses[f"utter_ask_{slot}"][0]["text"] for slot in ("party_size", "date", "time", "diner_name")]
    assert all(re.fullmatch(each.stock, words) for each, words in zip(BOOKING[:4], asked, strict=True))
    booked = f"{responses['utter_submit'][0]['text']}\n{responses['utter_slots_values'][0]['text']}"
    filled = booked.format(
        restaurant="Brasserie Tournesol", date="December 3", time="5pm", party_size=3, diner_name="Ann Lee"
    )
    assert re.fullmatch(filled_in(BOOKING[4], 0).stock, filled)


def test_every_version_is_pinned_and_that_of_our_own_rasa() -> None:
    lock = STOCK / "requirements.lock"
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if re.match(r"[a-z0-9]", line)]
    pinned, ours = pins(lock), pins(ROOT / "requirements-rasa.lock")
    assert len(pinned) == len(lines)
    assert pinned["rasa"] == "3.6.21"
    assert {name: version for name, version in pinned.items() if ours.get(name) != version} == {}
