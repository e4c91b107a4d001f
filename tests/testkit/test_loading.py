"""Every fault in a script is reported with file and line, what was expected, and what was found."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from testkit.playback.restaurants import lines_of
from testkit.script.loading import Script, ScriptError, load_file, load_scripts
from tests.testkit.support import GOOD, written


def fault(path: Path) -> str:
    with pytest.raises(ScriptError) as caught:
        load_file(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        (6, "      - usr: hello", "6: test_cases.steps.usr: expected one of phone, user, "),
        (6, "      - usr: hello", "found usr (did you mean user?)"),
        (7, "        bot: {contain: Hi}", "7: test_cases.steps.bot.contain: expected one of exact, contains, not, "),
        (7, "        bot: {segments: few}", "7: test_cases.steps.bot.segments: expected a whole number, found 'few'"),
        (7, "        bot: {segments: 0}", "7: test_cases.steps.bot.segments: expected a number from 1, found '0'"),
        (7, "        bot: [Hi]", "7: test_cases.steps.bot: expected a mapping with exact, contains, "),
        (7, "        bot: {}", "7: test_cases.steps.bot: expected something to expect: exact, "),
        (7, "        bot: {regex: '(a'}", "7: test_cases.steps.bot.regex: expected a regular expression ("),
        (7, "        bot: {expects: food}", "7: test_cases.steps.bot.expects: expected one of 'restaurant', 'city', "),
        (7, "        reservation: {starts_at: soon}", "expected a time at the restaurant, like 2026-12-03 19:00, found 'soon'"),
        (7, "        reservation: {party_size: -1}", "expected a number from 1, found '-1'"),
        (7, "        pass: 5 minutes", "6: test_cases.steps: expected one thing that happens in a step, not user and pass"),
        (6, "      - pass: a while", 'expected a span of time, like "20 minutes" or "1 hour 30 minutes", found \'a while\''),
        (6, "      - until: 25:00", '6: test_cases.steps.until: expected a time to come, like "19:30", '),
        (6, "      - down: mysql", "6: test_cases.steps.down: expected one of 'rasa', 'actions', 'redis', "),
        (6, "      - failure: {code: lots}", "6: test_cases.steps.failure.code: expected a whole number, found 'lots'"),
        (6, "      - {}\n      - user: hi", "6: test_cases.steps: expected something that happens or is expected"),
        (6, "      - phone: diner\n      - user: hi", "6: test_cases.steps: expected something that happens or is expected"),
        (6, "      - hello\n      - user: hi", "6: test_cases.steps: expected a mapping with phone, user, "),
        (6, "      - media: 1", "6: test_cases.steps: expected user in the same step as media, "),
        (6, "      - winner: Hi", "6: test_cases.steps: expected at_once in the same step as winner"),
        (6, "      - user: hello\n        phone: carl", "6: test_cases.steps: expected phone: one of diner, found 'carl'"),
        (6, "      - slot_was_set: [{city: Rome}]", "6: test_cases.steps.slot_was_set: expected `reservation`, `hold` or"),
        (6, "      - user: [hello]", "6: test_cases.steps.user: expected text, found a list"),
        (6, "      - user: hello\n        user: bye", "7: expected each key once, found user twice"),
        (4, "    clock: noon", "4: test_cases.clock: expected a time with its offset, like 2026-12-02T10:00:00-05:00, found"),
        (4, "    clock: 2026-12-02T10:00:00", "4: test_cases.clock: expected a time with its offset"),
        (4, "    channel: fax", "4: test_cases.channel: expected one of 'sms' or 'chat'"),
        (4, "    fixtures: [x]", "4: test_cases.fixtures: expected `given` with reservations and full_evenings"),
        (4, "    phones: {ana: {number: 5551234}}", "4: test_cases.phones.ana.number: expected text that matches"),
        (1, "clocks: x", "1: clocks: expected one of clock, channel, restaurants, test_cases, found clocks (did you mean clock?)"),
        (6, "      - user: 'hello", "YAML, found while scanning a quoted scalar"),
        (6, "\t- user: hello", "6: expected YAML, found "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: int, wrong: str, told: str) -> None:
    lines = GOOD.splitlines()
    lines[line - 1] = wrong
    path = written(tmp_path, "\n".join(lines))
    assert fault(path).startswith(f"{path}:")
    assert told in fault(path), fault(path)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "1: expected the key test_cases, found an empty file"),
        ("# nothing\n", "1: expected the key test_cases, found an empty file"),
        ("clock: 2026-12-02T10:00:00-05:00", "1: expected the key test_cases, found only clock"),
        ("test_cases: []", "1: test_cases: expected at least 1 in the list, found an empty list"),
        ("test_cases:\n  - test_case: x\n", "2: test_cases: expected the key steps, found only test_case"),
        (
            "test_cases:\n  - test_case: x\n    steps: []\n",
            "3: test_cases.steps: expected at least 1 in the list, found",
        ),
        ("test_cases:\n  - steps: [{user: hi}]\n", "2: test_cases: expected the key test_case, found only steps"),
        ("test_cases: {a: b}", "1: test_cases: expected a list, found a mapping with a"),
        ("- a\n- b\n", "1: expected a mapping with clock, channel, restaurants or test_cases, found a list"),
        ("? [a]\n: b\n", "1: expected a word as key, found a list or a mapping"),
        ("a: &a [*a]\n", "1: expected a file that ends somewhere, found a part that holds itself"),
    ],
)
def test_a_file_that_is_no_script_is_told(tmp_path: Path, content: str, told: str) -> None:
    path = written(tmp_path, content)
    assert f"{path}:{told}" in fault(path), fault(path)


def test_bytes_that_are_no_utf_8_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes(GOOD.encode() + "  # señor\n".encode("latin-1"))
    assert fault(path) == f"{path}:8: expected UTF-8, found other bytes"


def test_two_test_cases_of_one_name_are_told_at_the_second(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + "  - test_case: greets\n    steps: [{user: hi}]\n")
    assert f"{path}:8: test_cases.test_case: expected a name that no other test case of the file has" in fault(path)


def test_with_several_phones_each_message_says_whose_it_is(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD.replace("    steps:", "    phones: [ana, ben]\n    steps:"))
    assert f"{path}:7: test_cases.steps: expected phone: one of ana, ben, found nothing" in fault(path)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("user", "usr").replace("bot", "bt"), "a.yml")
    written(tmp_path, GOOD.replace("Hi", "[Hi]"), "b.yaml")
    with pytest.raises(ScriptError) as caught:
        load_scripts([tmp_path])
    told = str(caught.value).splitlines()
    assert [line.rpartition(": expected")[0].rpartition("/")[2] for line in told] == [
        "a.yml:6: test_cases.steps.usr",
        "b.yaml:7: test_cases.steps.bot",
    ]


@pytest.mark.parametrize("name", ["nothing.yml", "empty"])
def test_where_no_script_is_it_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScriptError, match=name):
        load_scripts([tmp_path / name])


def only(path: Path) -> Script:
    [script] = load_file(path)
    return script


def test_what_diners_text_is_taken_as_it_stands(tmp_path: Path) -> None:
    texts = ["yes", "7:30", "2", "1e3", "2026-12-03", "0x1F", "on", "null and void", "'quoted'"]
    steps = "".join(f"      - user: {text}\n" for text in texts)
    script = only(written(tmp_path, f"test_cases:\n  - test_case: 1\n    steps:\n{steps}"))
    assert [step.user for step in script.case.steps] == [text.strip("'") for text in texts]
    assert script.name == "1"
    assert script.step_lines == tuple(range(4, 4 + len(texts)))


def test_a_step_may_hold_what_happens_and_what_is_expected(tmp_path: Path) -> None:
    step = only(written(tmp_path, GOOD)).case.steps[0]
    assert step.user == "hello"
    assert step.bot is not None
    assert step.bot.exact == "Hi"


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("19:30", "2026-12-02T19:30"),
        ("09:00", "2026-12-03T09:00"),
        ("next morning", "2026-12-03T09:00"),
        ("next morning 08:15", "2026-12-03T08:15"),
        ("tomorrow 7:05", "2026-12-03T07:05"),
        ("Friday 12:00", "2026-12-04T12:00"),
        ("wednesday 09:59", "2026-12-09T09:59"),
        ("2026-12-24 18:00", "2026-12-24T18:00"),
    ],
)
def test_a_moment_is_the_next_one_of_its_kind(tmp_path: Path, words: str, then: str) -> None:
    now = datetime.fromisoformat("2026-12-02T10:00:00-05:00")
    moment = only(written(tmp_path, GOOD.replace("user: hello", f"until: {words}"))).case.steps[0].until
    assert moment is not None
    assert moment.after(now) == datetime.fromisoformat(f"{then}:00-05:00")


@pytest.mark.parametrize(
    ("words", "seconds"), [("20 minutes", 1200), ("1 hour 30 minutes", 5400), ("2 days and 1 second", 172801)]
)
def test_a_span_is_read_as_people_write_it(tmp_path: Path, words: str, seconds: int) -> None:
    passes = only(written(tmp_path, GOOD.replace("user: hello", f"pass: {words}"))).case.steps[0].passes
    assert passes == timedelta(seconds=seconds)


RESTAURANT = "restaurants:\n  - name: Casa Lupe\n    tables: [2, {max_party: 4, area: patio}]\n"


def test_a_restaurant_in_short_has_what_the_import_needs(tmp_path: Path) -> None:
    [line] = lines_of([only(written(tmp_path, RESTAURANT + GOOD))])
    assert (line["slug"], line["name"], line["address"]["city"]) == ("casa-lupe-new-york", "Casa Lupe", "New York")
    assert line["tables"] == [{"name": "T1", "max_party": 2}, {"name": "T2", "max_party": 4, "area": "patio"}]
    assert line["service_periods"][0]["last_seating"] == "21:30"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("    hours: {dinner: late}", "4: restaurants.hours.dinner: expected first and last seating, like 17:00-21:30"),
        ("    policy: {hold_minutes: long}", "4: restaurants.policy.hold_minutes: expected a whole number"),
        ("    timezone: Mars/Olympus", "4: restaurants.timezone: expected what an import takes, found 'Mars"),
        ("    table: 4", "4: restaurants.table: expected one of name, city, "),
        ("    cuisines: Mexican", "4: restaurants.cuisines: expected a list, found 'Mexican'"),
        ("    combinations: [{tables: [T1, T9], max_party: 6}]", "2: restaurants: expected what an import takes, found"),
    ],
)  # fmt: skip
def test_what_the_import_would_refuse_is_told_with_its_line(tmp_path: Path, wrong: str, told: str) -> None:
    path = written(tmp_path, f"{RESTAURANT}{wrong}\n{GOOD}")
    assert f"{path}:{told}" in fault(path), fault(path)


def test_one_restaurant_in_two_files_must_be_the_same(tmp_path: Path) -> None:
    first = written(tmp_path, RESTAURANT + GOOD, "a.yml")
    again = written(tmp_path, RESTAURANT + GOOD, "b.yml")
    other = written(tmp_path, RESTAURANT.replace("[2,", "[3,") + GOOD, "c.yml")
    assert len(lines_of(load_scripts([first, again]))) == 1
    with pytest.raises(ScriptError) as caught:
        lines_of(load_scripts([first, other]))
    assert "casa-lupe-new-york" in str(caught.value)
    assert str(first) in str(caught.value)
    assert str(other) in str(caught.value)
