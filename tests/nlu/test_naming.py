"""The name that a whole message is, where one was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dialogue.reasons import is_name
from nlu.cues import surface
from nlu.naming import is_full_name, whole_name
from nlu.reading import read
from nlu.reading.message import Span
from tests.eval.reading import Reader
from tests.support.running import Stack

SAID = yaml.safe_load(Path(__file__).with_name("names_asked.yml").read_text(encoding="utf-8"))


def heard(text: str) -> str | None:
    """The name of a message that certainly is one: the whole of it, else the parts that are read."""
    spans = read(text, expecting="name")
    parts = {span.entity: str(span.value) for span in spans if span.entity in ("first_name", "last_name")}
    first_and_last = " ".join(parts[kind] for kind in ("first_name", "last_name") if kind in parts)
    return surface(text, spans).whole_name or first_and_last or None


@pytest.mark.parametrize(("text", "name"), SAID["names"].items())
def test_a_name_is_heard_whole(text: str, name: str) -> None:
    assert heard(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4 peope",
        "2 secs",
        "hold on let me ask my husband",
        "Maya and a stroller",
        "Maya, 5 people",
        "Ana Lima, Bob Day",
        "Ana, Bob, Cy",
        "no",
        "hmm",
        "Ann Lee " * 20,
    ],
)
def test_more_or_less_than_a_name_is_none(text: str) -> None:
    assert whole_name(text, read(text, expecting="name")) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I want to inquire about a restaurant name Widgery in South Kensington", []),
        ("dinner at a place names Zenobia", []),
        ("restaurant booking name Gupta", ["Gupta"]),
        ("rename it please: Gupta", ["Gupta"]),
    ],
)
def test_the_name_of_a_house_is_no_diners(text: str, names: list[str]) -> None:
    assert [span.text for span in read(text, expecting=None) if span.entity == "first_name"] == names


@pytest.mark.parametrize(
    ("text", "is_one"), [("Анна Петрова", True), ("Анна", False), ("Я хочу отменить", False), ("李小龍", False)]
)
def test_other_alphabets_have_full_names_too(text: str, is_one: bool) -> None:
    assert is_full_name(text) is is_one


def test_the_model_tells_names_from_what_is_none(stack: Stack) -> None:
    reader = Reader(stack)
    missed = [text for text in SAID["no_names"] if is_name(reader.acts(text, "name")) and not _is_noise(text)]
    assert missed == []
    unsure = [text for text in SAID["names"] if not is_name(reader.acts(text, "name"))]
    assert len(unsure) <= len(SAID["names"]) // 10, unsure


def _is_noise(text: str) -> bool:
    return "noise" in surface(text, []).cues


@pytest.mark.parametrize(("sure", "name"), [(True, None), (False, "Casa Almendra")])
def test_a_restaurant_beyond_doubt_is_no_name(sure: bool, name: str | None) -> None:
    value = {"name": "Casa Almendra", "slugs": ["casa-almendra"], "sure": sure}
    assert whole_name("no, Casa Almendra", [Span("restaurant", 4, 17, "Casa Almendra", value)]) == name
