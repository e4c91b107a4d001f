"""A recorded thread becomes a script that loads, passes, and contains no real names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from click.testing import Result as Invoked
from sqlalchemy import text

from deploy.commands import cli
from deploy.stack.launching import environment
from testkit.playback.player import play
from testkit.playback.results import Result
from testkit.playback.runner import connect, import_restaurants_of
from testkit.script.loading import load_file
from testkit.service import Service
from tests.support.chat import Chat
from tests.support.phone import Phone, new_number
from tests.support.running import Stack, wait_until

AT = "2027-05-04T10:00:00-04:00"
RESTAURANT = {
    "address": {"city": "New York", "country": "US"},
    "timezone": "America/New_York",
    "service_periods": [
        {
            "name": "dinner",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
            "opens": "17:00",
            "last_seating": "21:30",
            "closes": "23:00",
        }
    ],
    "tables": [{"name": "T1", "max_party": 2}, {"name": "T2", "max_party": 4}],
    "about": {"parking": "In front of the building."},
}

Record = Callable[..., Invoked]


@pytest.fixture
def record(stack: Stack) -> Record:
    """Run `tabletalk script record` on the service's machine."""

    def run(*arguments: str, said: str = "") -> Invoked:
        settings = {"PORT": stack.settings.port, "TABLETALK_API_KEYS": stack.api_key}
        told = ["script", "record", *arguments]
        return CliRunner().invoke(cli, told, input=said, env=environment(stack.var, **settings))

    return run


@pytest.fixture
def service(stack: Stack) -> Service:
    return Service(stack.base_url, stack.api_key)


def play_file(path: Path, service: Service) -> Result:
    (script,) = load_file(path)
    import_restaurants_of(service, [script])
    return play(script, connect(service))


def green(result: Result) -> bool:
    assert result.outcome == "passed", f"{result.error}: {result.failure}"
    return True


def in_file(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the test case and its steps."""
    case = yaml.safe_load(path.read_text())["test_cases"][0]
    return case, case["steps"]


def test_a_thread_of_texts_becomes_a_script(phone: Phone, service: Service, record: Record, tmp_path: Path) -> None:
    service.import_restaurants([{"slug": "locanda-zenobia", "name": "Locanda Zenobia", **RESTAURANT}])
    clock = datetime.fromisoformat(AT)
    booked = datetime(2027, 5, 8, 18)
    service.make_reservation(
        "locanda-zenobia", booked, 2, name="Silas Willaert", phone=phone.number, at=clock - timedelta(hours=2)
    )
    service.set_clock(phone.number, phone.to, clock)
    phone.say("table for 3 at Locanda Zenobia tomorrow at 7pm")
    phone.say("do you have parking? I am silas@willaert.example")
    service.set_clock(phone.number, phone.to, clock + timedelta(minutes=20))
    phone.say("yes, silas willaert")
    code = phone.bookings()[-1]
    assert code.status == "confirmed"
    reminded = datetime.fromisoformat("2027-05-05T16:00:30-04:00")
    service.set_clock(phone.number, phone.to, reminded)
    service.make_due(phone.number, reminded)
    phone.wait_for_text()
    wait_until(lambda: service.outbox(phone.number)[1]["delivery"] == "delivered", "the reminder is on record")
    phone.say(f"cancel {service.reservations(phone.number)[-1]['code']}")

    done = record("--phone", phone.number, "--output", str(tmp_path / "script.yml"))
    assert done.exit_code == 0, done.stderr
    content = (tmp_path / "script.yml").read_text()
    for personal in ("silas", "willaert", phone.number, *(row["code"] for row in service.reservations(phone.number))):
        assert personal.lower() not in content.lower()
    case, steps = in_file(tmp_path / "script.yml")
    assert datetime.fromisoformat(str(case["clock"])) == clock
    assert case["given"]["reservations"][0]["name"] == "Ana Lima"
    assert [next(iter(step)) for step in steps] == [
        "user", "user", "pass", "user", "until", "arrives", "user", "reservations"
    ]  # fmt: skip
    assert steps[2]["pass"] == "20 minutes"
    assert steps[3]["user"] == "yes, ana lima"
    assert steps[6]["user"] == "cancel {code}"
    assert [row.get("status", "confirmed") for row in steps[-1]["reservations"]] == ["confirmed", "cancelled"]

    service.give_back(phone.number)
    assert green(play_file(tmp_path / "script.yml", service))


def test_a_text_that_was_answered_by_nothing_is_recorded_so(
    phone: Phone, service: Service, record: Record, tmp_path: Path
) -> None:
    away = "Automatic reply: I am out of the office until Monday, Dec 14."
    assert [len(phone.text(away)) for _ in range(2)] == [1, 0]
    assert record("--phone", phone.number, "--output", str(tmp_path / "script.yml")).exit_code == 0
    _, steps = in_file(tmp_path / "script.yml")
    assert ["bot" in step for step in steps[:2]] == [True, False]
    assert [step.get("no_reply") for step in steps[:2]] == [None, True]
    assert green(play_file(tmp_path / "script.yml", service))


def test_a_script_that_was_recorded_notices_a_change(
    phone: Phone, service: Service, record: Record, tmp_path: Path
) -> None:
    service.set_clock(phone.number, phone.to, datetime.fromisoformat(AT))
    phone.say("table for 2 at Brasserie Tournesol tomorrow at 7pm")
    path = tmp_path / "script.yml"
    assert record("--phone", phone.number, "-o", str(path)).exit_code == 0
    service.give_back(phone.number)
    path.write_text(path.read_text().replace("7:00 PM", "8:00 PM"))
    assert play_file(path, service).outcome == "failed"


def test_a_chat_becomes_a_script(chat: Chat, service: Service, record: Record, tmp_path: Path) -> None:
    conversation = chat.open(restaurant="brasserie-tournesol-new-york")
    known = conversation.opened["conversation_id"]
    service.set_chat_clock(known, datetime.fromisoformat(AT))
    number = new_number()
    for words in ("a table for 2 on Friday at 6pm", "Odette Brandvold", number.removeprefix("+1")):
        conversation.say(words)
    conversation.say(service.phone_code(number) or "")
    conversation.say("thank you")
    path = tmp_path / "chat.yml"
    done = record("--conversation", known, "--name", "a chat", "-o", str(path))
    assert done.exit_code == 0, done.stderr
    case, steps = in_file(path)
    assert (case["test_case"], case["channel"]) == ("a chat", "chat")
    assert case["phones"]["diner"]["restaurant"] == "brasserie-tournesol-new-york"
    assert list(steps[0]) == ["bot"], "its greeting"
    assert [step["user"] for step in steps[3:5]] == ["{phone}", "{sms_code}"]
    assert "restaurants" not in yaml.safe_load(path.read_text()), "every service has that one"
    assert "Brandvold" not in path.read_text()
    service.give_back(number)
    assert green(play_file(path, service))


def test_what_is_said_in_the_terminal_becomes_a_script(service: Service, record: Record, tmp_path: Path) -> None:
    path = tmp_path / "live.yml"
    said = (
        "table for 2 at Brasserie Tournesol tomorrow at 7pm\n"
        "/pass nothing\n"
        "Odette Brandvold\n"
        "/until 2027-05-05 16:30\n"
        "cancel it\n"
    )
    done = record("--clock", AT, "-o", str(path), said=said)
    assert done.exit_code == 0, done.stderr
    assert "See you soon" in done.stdout
    assert "/pass: expected" in done.stderr
    _, steps = in_file(path)
    assert [next(iter(step)) for step in steps] == ["user", "user", "until", "arrives", "user", "reservations"]
    assert green(play_file(path, service))


def test_what_was_said_before_can_be_left_out(phone: Phone, service: Service, record: Record) -> None:
    service.set_clock(phone.number, phone.to, datetime.fromisoformat(AT))
    phone.say("hello")
    service.set_clock(phone.number, phone.to, datetime.fromisoformat("2027-05-06T10:00:00-04:00"))
    phone.say("what have I booked?")
    done = record("--phone", phone.number, "--since", "2027-05-06")
    assert "what have I booked?" in done.stdout
    assert "hello" not in done.stdout
    assert record("--phone", phone.number, "--since", "2027-05-07").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--phone", "12"), "--phone"),
        (("--phone", "+12015550999"), "nothing on record"),
        (("--conversation", "6f1d3c1e-6a55-4c53-9d59-000000000000"), "no conversation"),
        (("--clock", "now"), "--clock"),
        (("--url", "http://127.0.0.1:9"), "127.0.0.1:9"),
        (("--channel", "sms"), "nothing was said"),
        (("-o", str(Path(__file__))), "is there already"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_one_line(record: Record, arguments: tuple[str, ...], says: str) -> None:
    done = record(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_messages_from_before_the_clock_was_noted_are_dated_by_their_receipt(
    phone: Phone, stack: Stack, record: Record
) -> None:
    phone.say("hello")
    with stack.database.begin() as connection:
        connection.execute(
            text("UPDATE inbound SET said_at = NULL, received_at = '2026-01-05T15:00:00Z' FROM conversation c"
                 " WHERE c.id = conversation_id AND c.phone = :phone"),
            {"phone": phone.number},
        )  # fmt: skip
    assert "2026-01-05T10:00:00-05:00" in record("--phone", phone.number).stdout
