"""Scripts against the real service: each kind of expectation passes when met, and otherwise reports what and where."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from testkit.playback import assertions as expecting
from testkit.playback.results import Result
from testkit.service import Service
from tests.testkit.conftest import PlayScript

ASKS = "      - user: table for 2 at Brasserie Tournesol tomorrow at 7pm, I'm Ana Lima\n"
BOOKS = ASKS + "      - user: Y\n"


def told(result: Result) -> list[tuple[str, str, str]]:
    """Return the mismatches as (what, expected, found)."""
    assert result.outcome == "failed", (result.outcome, result.error)
    assert result.failure is not None
    return [(m.what, m.expected, m.found) for m in result.failure.mismatches]


@pytest.mark.parametrize(
    ("check", "what", "expected", "found"),
    [
        ("bot: Hello there", "bot", "Hello there", "Brasserie Tournesol, Thu, Dec 3, 7:00 PM"),
        ("bot: 'Brasserie … Reply N …'", "bot", "Brasserie … Reply N …", "Reply Y to book it"),
        ("bot: {contains: [Tournesol, sushi]}", "bot.contains", "sushi", "Brasserie Tournesol"),
        ("bot: {not: tournesol}", "bot.not", "no 'tournesol'", "Brasserie Tournesol"),
        ("bot: {regex: 'Dec \\d\\d'}", "bot.regex", "Dec \\d\\d", "Dec 3"),
        ("bot: {choices: [7:00 PM]}", "bot.choices", "7:00 PM", "none"),
        ("bot: {expects: name}", "bot.expects", "name", "confirmation"),
        ("no_reply: true", "no_reply", "no answer", "Brasserie Tournesol"),
        ("bot: {contains: Y}\n      - bot: {contains: Y}", "bot", "2 texts, one for each bot in the script", "1: Brasserie"),
        ("utter: utter_booked", "utter", "utter_booked", "utter_confirm"),
        ("reservation: {party_size: 2}", "reservation", "status: confirmed, party_size: 2", "none"),
        ("reservations: [{party_size: 2}]", "reservations", "status: confirmed, party_size: 2", "none"),
        ("hold: {party_size: 3}", "hold", "status: held, party_size: 3", "status: held, party_size: 2"),
        ("hold: {starts_at: 2026-12-03 19:15}", "hold", "2026-12-03 19:15", "starts_at: 2026-12-03 19:00"),
        ("hold: {restaurant: Casa Almendra}", "hold", "Casa Almendra", "Brasserie Tournesol"),
        ("no_hold: true", "no_hold", "no table is held", "one is until 2026-12-02T10:"),
        ("booked: 1", "booked", "1 confirmed reservations", "0"),
        ("repeat: 1\n        bot: nothing", "bot", "nothing", "Brasserie Tournesol"),
    ],
)  # fmt: skip
def test_what_is_not_so_after_a_first_message_is_told(
    play: PlayScript, check: str, what: str, expected: str, found: str
) -> None:
    result = play(f"{ASKS}      - {check}\n")
    [mismatch] = told(result)
    assert mismatch[0] == what
    assert expected in mismatch[1]
    assert found in mismatch[2]
    assert result.failure is not None
    assert result.failure.line == 6
    assert result.where.endswith("script.yml:6")
    [wrong] = [line.text for line in result.lines if line.is_wrong]
    assert wrong.startswith("Brasserie Tournesol")


@pytest.mark.parametrize(
    ("check", "what", "expected", "found"),
    [
        ("reservation: {status: cancelled}", "reservation", "status: cancelled", "status: confirmed"),
        ("reservation: {name: Ben}", "reservation", "name: Ben", "name: Ana Lima"),
        ("reservation: {notes: vegan}", "reservation", "notes: vegan", "notes: "),
        ("reservation: {tables: [Z9]}", "reservation", "tables: Z9", "tables: "),
        ("reservation: {channel: chat}", "reservation", "channel: chat", "channel: sms"),
        ("reservations: []", "reservations", "none", "restaurant: Brasserie Tournesol"),
        ("reservations: [{}, {}]", "reservations", "status: confirmed\nstatus: confirmed", "name: Ana Lima"),
        ("outbox: {kind: reminder, status: sent}", "outbox", "status: sent", "kind: reminder, status: pending"),
        ("outbox: []", "outbox", "none", "kind: reminder"),
        ("outbox: {kind: reminder, due_at: 2026-12-03 12:00}", "outbox", "2026-12-03", "due_at: 2026-12-03 16:00"),
        ("bot: Code {code}", "bot", "Code ", "Booked! Brasserie Tournesol"),
    ],
)
def test_what_is_not_so_after_a_booking_is_told(
    play: PlayScript, monkeypatch: pytest.MonkeyPatch, check: str, what: str, expected: str, found: str
) -> None:
    monkeypatch.setattr(expecting, "SETTLED_WITHIN", 0.5)  # no need to wait for what will never happen
    [mismatch] = told(play(f"{BOOKS}      - {check}\n"))
    assert mismatch[0] == what
    assert expected in mismatch[1]
    assert found in mismatch[2]
    assert "{code}" not in mismatch[1]


def test_a_hold_that_has_lapsed_is_none(play: PlayScript) -> None:
    lapsed = f"{ASKS}        hold: {{party_size: 2}}\n      - pass: 20 minutes\n"
    assert play(f"{lapsed}        no_hold: true\n").failure is None
    assert told(play(f"{lapsed}        hold: {{party_size: 2}}\n"))[0][2] == "none"


def test_the_clock_is_never_put_back(play: PlayScript) -> None:
    result = play(f"{ASKS}      - until: 2026-12-01 17:00\n")
    assert "expected a time to come, found Tue 01 Dec 2026 17:00" in (result.error or "")


def test_all_that_is_wrong_in_one_step_is_told_at_once(play: PlayScript) -> None:
    result = play(
        f"{ASKS}        bot: {{contains: [sushi, Tournesol], not: Reply, expects: date}}\n        booked: 2\n"
    )
    assert [what for what, _, _ in told(result)] == ["bot.contains", "bot.not", "bot.expects", "booked"]


def test_all_kinds_of_expectations_are_met_where_they_are_so(play: PlayScript) -> None:
    result = play(f"""{ASKS}
        bot:
          exact: "Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 2 people, … Reply Y …"
          contains: [ana lima, Reply]
          not: [Booked, Code]
          regex: ["Dec \\\\d,", ^Brasserie]
          segments: 1
          choices: []
          expects: confirmation
        utter: utter_confirm
        hold: {{restaurant: brasserie-tournesol-new-york, starts_at: 2026-12-03T19:00, party_size: 2}}
        booked: 0
        outbox: []
        nothing_arrives: true
      - user: Y
        reservation: {{restaurant: Brasserie Tournesol, name: Ana Lima, notes: "", channel: sms}}
        outbox: {{kind: reminder, status: pending, due_at: 2026-12-03 16:00}}
      - user: what have I booked?
        bot: "You have Brasserie Tournesol, Thu, Dec 3, 7:00 PM, 2 people, for Ana Lima. Code {{code}}."
      - user: cancel my booking
      - user: Y
        reservations: [{{status: cancelled, party_size: 2}}]
""")
    assert result.outcome == "passed", (result.error, result.failure)
    assert {"book", "affirm"} <= result.coverage.intents
    assert {"a wish for a table opens the booking", "the booking is done"} <= result.coverage.rules
    assert "a cancellation is taken back" not in result.coverage.rules
    assert {"utter_confirm", "utter_booked"} <= result.coverage.responses
    assert "booking_form" in result.coverage.actions


def test_nothing_of_a_script_stays_booked(play: PlayScript, script_environment: object) -> None:
    from testkit.playback.scenario import Environment

    assert isinstance(script_environment, Environment)
    numbers: list[str] = []
    draw = script_environment.numbers.draw
    script_environment.numbers.draw = lambda pattern=None: numbers.append(draw(pattern)) or numbers[-1]  # type: ignore[method-assign, func-returns-value]
    try:
        play(f"{BOOKS}      - bot: not this\n")
    finally:
        script_environment.numbers.draw = draw  # type: ignore[method-assign]
    [number] = numbers
    rows = script_environment.service.reservations(number)
    assert [row["status"] for row in rows] == ["cancelled"]


def test_a_winner_that_nobody_or_everybody_is_is_told(play: PlayScript) -> None:
    race = """      - at_once:
          - {phone: ana, user: hello}
          - {phone: ben, user: hello}
        winner: {contains: %s}
"""
    for words, count in (("zebra", "0 of them"), ("i", "2 of them")):
        [(what, expected, found)] = told(play(race % words, case="    phones: [ana, ben]\n"))
        assert (what, expected) == ("winner", "exactly one answer like that")
        assert found.startswith(count)
        assert "ana: " in found


def test_losers_that_are_not_as_expected_are_told(play: PlayScript) -> None:
    steps = """      - at_once:
          - {phone: ana, user: help}
          - {phone: ben, user: bye}
        winner: {contains: Goodbye}
        losers: {contains: zebra}
"""
    [(what, expected, _)] = told(play(steps, case="    phones: [ana, ben]\n"))
    assert (what, expected) == ("losers (ana).contains", "zebra")


def test_a_text_that_should_not_have_come_is_told(play: PlayScript) -> None:
    steps = BOOKS + "      - until: 2026-12-03 16:00\n      - outbox: {kind: reminder, status: sent}\n"
    [(what, _, found)] = told(play(steps + "      - nothing_arrives: true\n"))
    assert what == "nothing_arrives"
    assert found.startswith("See you soon")


def test_a_text_that_says_something_else_is_told(play: PlayScript) -> None:
    [(what, _, found)] = told(play(BOOKS + "      - until: 2026-12-03 16:00\n      - arrives: {contains: zebra}\n"))
    assert what == "arrives.contains"
    assert found.startswith("See you soon")


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("    phones: {ana: {restaurant: Nowhere Inn}}\n", "no restaurant with the name or slug 'Nowhere Inn'"),
        (
            "    phones: {ana: {restaurant: Nonna Brunella}}\n",
            "'Nonna Brunella' is the name of several: say which by slug",
        ),
        ("    phones: {ana: {to: Brasserie Tournesol}}\n", "Brasserie Tournesol has no number of its own to text"),
        ("    phones: {ana: {same_phone_as: ben}}\n", "there is no diner ben before this one"),
        ("    given: {reservations: [{restaurant: Brasserie Tournesol, starts_at: 2026-12-03 03:00}]}\n", "409"),
    ],
)
def test_what_a_script_cannot_have_is_no_failure_but_an_error(play: PlayScript, case: str, reason: str) -> None:
    result = play("      - user: hello\n", case=case)
    assert result.outcome == "error"
    assert reason in str(result.error)


def test_who_texts_a_restaurants_own_number_talks_about_that_one(play: PlayScript) -> None:
    result = play(
        "      - user: table for 2 tomorrow at 7pm\n        bot: {contains: Cedar Staircase}\n",
        case="    phones: {ana: {to: Cedar Staircase}}\n",
    )
    assert result.outcome == "passed", (result.error, result.failure)


def test_a_number_may_be_of_another_country(play: PlayScript) -> None:
    result = play(
        "      - user: hello\n        bot: {regex: '.'}\n", case='    phones: {ana: {number: "+447700900xxx"}}\n'
    )
    assert result.outcome == "passed", (result.error, result.failure)


@pytest.mark.parametrize("late", ["before", "after"])
def test_what_is_given_was_booked_first_however_long_the_clock_takes_to_set(
    play: PlayScript, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    at_once = Service.set_clock

    def set_clock(service: Service, phone: str, to: str, at: datetime) -> None:
        time.sleep(0.5 * (late == "before"))
        at_once(service, phone, to, at)
        time.sleep(0.5 * (late == "after"))

    monkeypatch.setattr(Service, "set_clock", set_clock)
    result = play(
        f"{BOOKS}        reservations: [{{name: Ben}}, {{name: Ana Lima}}]\n",
        case="    given: {reservations: [{restaurant: Brasserie Tournesol, starts_at: 2026-12-05 19:00, party_size: 2,"
        " name: Ben}]}\n",
    )
    assert result.outcome == "passed", (result.error, result.failure)
