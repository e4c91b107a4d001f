"""Days that no calendar tells: what the tagger is taught and sees, and what it finds in the running service."""

from __future__ import annotations

from collections import Counter

import pytest

from nlu.clauses import Part
from nlu.reading.reader import read_message
from nlu.undated import ELSE, TOLD, examples, features, labels, parts_of
from tests.eval.reading import Reader
from tests.support.running import Stack

TEXT = "four of us the night after the match, 7pm"
DAY = "the night after the match"
START = TEXT.index(DAY)


@pytest.fixture(scope="module")
def reader(stack: Stack) -> Reader:
    """What reads texts by the running service."""
    return Reader(stack)


def test_brackets_mark_where_a_day_is_told() -> None:
    taught = list(examples())

    assert not any("[" in text or "]" in text for text, _ in taught)
    marked = {text: [text[slice(*part)] for part in parts] for text, parts in taught}
    assert marked["Ludlow's lovely and we'd do lunch at The Charlton for two on market day"] == ["on market day"]
    assert marked["So we were thinking the night after graduation or the one after that, 9, Cava Mezze, 7"] == [
        "the night after graduation",
        "the one after that",
    ]


def test_every_text_is_taught_once() -> None:
    taught = [text.lower() for text, _ in examples()]

    assert [text for text, count in Counter(taught).items() if count > 1] == []


def test_a_day_of_the_calendar_among_other_details_is_none() -> None:
    read = read_message("Bird Dog day after tomorrow 7pm", expecting=None)

    assert parts_of(read, [{TOLD: 0.6, ELSE: 0.4}] * len(features(read))) == []


def test_labels_and_parts_are_each_others_way_back() -> None:
    read = read_message(TEXT, expecting=None)
    told = labels(read, [Part(START, START + len(DAY))])
    shares = [{TOLD: float(label == TOLD), ELSE: float(label == ELSE)} for label in told]

    assert [TEXT[slice(*part)] for part in parts_of(read, shares)] == [DAY]
    assert len(features(read)) == len(told)


@pytest.mark.parametrize(("share", "found"), [(0.24, []), (0.25, [TEXT])])
def test_what_is_rather_likely_is_enough_to_ask(share: float, found: list[str]) -> None:
    read = read_message(TEXT, expecting=None)
    shares = [{TOLD: share, ELSE: 1 - share}] * len(features(read))

    assert [TEXT[slice(*part)] for part in parts_of(read, shares)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [("the day before christmas eve", []), ("the day before our exams", ["the day before our exams"])],
)
def test_what_the_calendar_tells_as_a_whole_is_none(text: str, found: list[str]) -> None:
    read = read_message(text, expecting=None)
    shares = [{TOLD: 0.9, ELSE: 0.1}] * len(features(read))

    assert [text[slice(*part)] for part in parts_of(read, shares)] == found


def test_a_day_of_the_calendar_beside_it_is_seen() -> None:
    without, beside = (read_message(f"table for 2 once we land{more}", expecting=None) for more in ("", " on friday"))

    assert all("dated:False" in seen for seen in features(without))
    assert all("dated:True" in seen for seen in features(beside))
    assert all("beside:<party_size>" in seen for seen in features(beside))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("table for 2 at Bird Dog the day after our exams, 7pm", "the day after our exams"),
        ("could you fit us in when my brother visits? 5 people at 8", "when my brother visits"),
        ("six of us on the night of the school play, 6pm", "on the night of the school play"),
        ("dinner for 4 on my parents' anniversary please", "on my parents' anniversary"),
        ("move it to the evening after the concert", "the evening after the concert"),
    ],
)
def test_a_day_that_only_the_diner_knows_is_found(reader: Reader, text: str, words: str) -> None:
    assert words in " ".join(reader.entities(text, "undated"))


@pytest.mark.parametrize(
    "text",
    [
        "table for 2 at Bird Dog tomorrow at 7pm",
        "do you have highchairs?",
        "we're celebrating my birthday on friday, 4 at 7pm",
        "what a lovely evening it was, thank you",
        "cancel my table please",
        "7pm",
    ],
)
def test_other_words_tell_no_such_day(reader: Reader, text: str) -> None:
    assert reader.entities(text, "undated") == []


def test_a_day_told_besides_is_kept_to_contradict_another(reader: Reader) -> None:
    assert len(reader.entities("Dec 21st (Tuesday), 7 pm, party of 2, Brasserie Tournesol", "date")) == 2
