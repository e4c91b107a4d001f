"""Every word to a diner: fit for a text message however long its blanks turn out, named once and used somewhere."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest
import yaml

from bot.rendering import fitting, is_other_script
from dialogue.words import CATALOGUES, ENGLISH, OTHER_LANGUAGES, Words, blanks, differences
from nlu.languages import LANGUAGES
from nlu.reading.cuisines import CUISINES
from nlu.reading.wishes import DIETS
from tests.support import replies

ROOT = Path(__file__).resolve().parents[2]
WORDS = Words()
NAMES = sorted(WORDS.texts)
CODE_FILES = [p for room in ("dialogue", "bot", "webhooks", "deploy") for p in sorted((ROOT / room).rglob("*.py"))]

# The longest that is plausible; what restaurants and diners write themselves is cut when it is rendered.
LONGEST = {
    "restaurant": WORDS.name("The Worshipful Company of Dumpling Makers and Noodle Pullers of Mulberry Street"),
    "former": WORDS.name("The Worshipful Company of Dumpling Makers and Noodle Pullers of Mulberry Street"),
    "when": "Wed, Sep 30, 10:30 PM",
    "day": "Wed, Sep 30",
    "example": "Wed, Sep 30",
    "party": "12 people, Rooftop Terrace W..",
    "area": "Rooftop Terrace W..",
    "count": "20",
    "name": "Maximiliana Featherstonehaugh",
    "code": "WWWWWWW",
    "word": "WWWWWW",
    "contact": "+442079460107",
    "phone": "+442079460107",
    "our_number": "+442079460107",
    "or_call": ", or call them on +442079460107",
    "please_call": " Please call them: +442079460107.",
    "city": "San Francisco",
    "cities": "Boston, Chicago, Denver, London, New York, Palo Alto",
    "cuisine": "Mediterranean",
    "cuisines": "Mediterranean, Vegetarian, Middle Eastern",
    "what": "Mediterranean restaurants in San Francisco",
    "hours": "11:30 AM-2:00 PM, 5:00 PM-10:30 PM",
    "times": "11:30 AM, 12:30 PM, 1:30 PM, 5:30 PM, 7:30 PM, 9:30 PM",
    "minutes": "120",
    "duration": "120 minutes",
    "until": "until 120 minutes before it begins",
    "days": "365",
    "max": "24",
    "low": "10",
    "high": "12",
    "level": "4",
    "text": "x" * 60,
    "note": "x" * 60,
    "wish": "somewhere quiet",
    "told": "2 adults and a toddler, sunday lunch",
    "wishes": "moderately priced, outdoor seating, live music",
    "unclear": "one evening in the second half of Decemb",
    "street": "1200 West Fullerton Avenue",
    "other": "The Worshipful Company of Dumpling.., Wed, Sep 30, 10:30 PM, 12 people",
    "clock": "10:30 PM",
    "first": "11:30 AM",
    "last": "10:30 PM",
    "before": "11:30 AM-2:00 PM",
    "next": "5:00 PM-10:30 PM",
    "address": "1200 West Fullerton Avenue, San Francisco",
    "feature": "wheelchair accessible",
    "fact": "Our own lot has six places behind the house; the garage next door is $18 for two hours.",
    "list": "; ".join(["Brasserie Tournesol, Wed, Sep 30, 10:30 PM, 12 people, WWWWWWW"] * 3),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_response_fits_two_segments_of_gsm7_with_its_longest_facts(name: str) -> None:
    text = WORDS.texts[name]
    unknown = blanks(text) - LONGEST.keys()
    assert not unknown, f"tell this test how long {unknown} may become"
    filled = WORDS.render(name, **LONGEST)
    assert replies.not_in_gsm7(filled) == []
    assert replies.segments(filled) <= replies.MOST_SEGMENTS, f"{len(filled)} characters: {filled}"


@pytest.mark.parametrize("name", NAMES)
def test_a_response_without_blanks_is_one_segment(name: str) -> None:
    text = WORDS.texts[name]
    if not blanks(text):
        assert replies.segments(text) == 1, f"{len(text)} characters: {text}"


@pytest.mark.parametrize("name", NAMES)
def test_no_response_invites_an_opt_out(name: str) -> None:
    assert not replies.invites_opt_out(WORDS.render(name, **LONGEST))


@pytest.mark.parametrize(
    "text",
    [
        "Reply CANCEL to cancel",
        "text stop to end this",
        'or say "stop"',
        "Reply with QUIT",
        "END ends it",
        "Text 'cancel'.",
    ],
)
def test_an_invitation_to_opt_out_would_be_found(text: str) -> None:
    assert replies.invites_opt_out(text)


def test_most_answers_are_one_segment_with_everyday_facts() -> None:
    everyday = LONGEST | {
        "restaurant": "Brasserie Tournesol",
        "former": "Brasserie Tournesol",
        "name": "Ana Lima",
        "party": "12 people",
        "list": "Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 4 people, ABC2345",
        "fact": "Garage on 87th Street, two hours $18.",
        "text": "what is this?",
    }
    lengths = [replies.segments(WORDS.render(name, **everyday)) for name in NAMES]
    assert lengths.count(1) / len(lengths) > 0.9


def test_each_response_is_named_once() -> None:
    lines = [line for line in ENGLISH.read_text(encoding="utf-8").splitlines() if line.startswith("  utter_")]
    assert len(lines) == len(NAMES)


@pytest.mark.parametrize("path", sorted(CATALOGUES.glob("*.yml")), ids=lambda path: path.stem)
def test_each_language_has_the_same_names_and_blanks(path: Path) -> None:
    assert differences(Words(path), WORDS) == []


def test_a_catalogue_with_a_gap_is_told(tmp_path: Path) -> None:
    text = ENGLISH.read_text(encoding="utf-8").replace("{code}", "{cod}", 1).replace("  utter_help:", "  utter_hilfe:")
    (tmp_path / "de.yml").write_text(text, encoding="utf-8")
    found = differences(Words(tmp_path / "de.yml"), WORDS)
    assert "utter_help is missing" in found
    assert "utter_hilfe is not needed" in found
    assert any("has other blanks" in difference for difference in found)


def test_what_we_know_by_name_has_a_name_in_the_catalogue() -> None:
    assert WORDS.namings["cuisines"].keys() >= set(CUISINES)
    assert WORDS.namings["diets"].keys() >= set(DIETS)


class _Names(ast.NodeVisitor):
    """Names of responses in code; an f-string's blanks are told as "*"."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self.variants: set[str] = set()

    def visit_Constant(self, node: ast.Constant) -> None:
        # utter_action is a key in Rasa's events.
        if isinstance(node.value, str) and re.fullmatch(r"utter_(?!action$)[a-z_]+", node.value):
            self.found.add(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value if isinstance(part, ast.Constant) else "*" for part in node.values]
        pattern = "".join(str(part) for part in parts)
        if "utter_" in pattern:
            self.found.add(pattern)

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        inside = [part for argument in node.args for part in ast.walk(argument)]
        given = [part.value for part in inside if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        names = [name for name in given if name.startswith("utter_")]
        if called == "ask":  # says it in other words each time
            self.variants |= set(names)
        if called == "ask_first":  # likewise, except that the first time has a response of its own
            pairs = [a for a in node.args if isinstance(a, ast.Tuple)]
            self.variants |= {
                e.value
                for pair in pairs
                for e in pair.elts[1:]
                if isinstance(e, ast.Constant) and isinstance(e.value, str)
            }
        if called == "_name_the_phone":
            self.found |= {f"{name}_nowhere" for name in names}
        self.generic_visit(node)


def _named_in_code() -> _Names:
    names = _Names()
    for path in CODE_FILES:
        names.visit(ast.parse(path.read_text(encoding="utf-8")))
    names.found |= {name + end for name, end in product(names.variants, ("", "_again", "_last"))}
    return names


def _fits(pattern: str, name: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".+"), name) is not None


def test_every_response_that_code_names_is_in_the_catalogue() -> None:
    named = _named_in_code()
    assert len(named.variants) >= 5, "the questions were not found: this test is blind"
    missing = {
        pattern for pattern in named.found if not pattern.endswith("_") and not any(_fits(pattern, n) for n in NAMES)
    }
    assert missing == set()


def test_every_response_in_the_catalogue_is_used() -> None:
    named = _named_in_code().found
    named |= {f"{name}{end}" for name in named for end in ("_again", "_last") if f"{name}_again" in NAMES}
    unused = [n for n in NAMES if not any(_fits(pattern, n) for pattern in named)]
    assert unused == []


OTHERS: dict[str, dict[str, str]] = yaml.safe_load(OTHER_LANGUAGES.read_text(encoding="utf-8"))


def test_each_language_that_is_recognised_has_its_sentence() -> None:
    recognised = {language for language in LANGUAGES if language != "en"}
    assert recognised == set(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_in_another_language_fits_two_segments(language: str) -> None:
    for name in ("utter_only_english", "utter_only_english_nowhere"):
        text = OTHERS[language][name]
        assert blanks(text) == blanks(WORDS.texts[name])
        sent = fitting(text.format_map(LONGEST))
        assert replies.segments(sent) <= replies.MOST_SEGMENTS
        assert not sent.endswith(".."), "cut"
        assert is_other_script(text) == is_other_script(sent), "a diner gets the script that they write"
