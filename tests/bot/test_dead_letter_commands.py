"""`tabletalk outbox`: dead letters are listed, retried and dropped."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from booking_engine import BookingEngine, Clock
from bot.sending_lane import SendingLane
from deploy.commands import cli
from tests.engine.helpers import PHONE
from tests.support.sending import send_due
from tests.support.twilio_server import Trouble, TwilioServer

from .test_sender import ANOTHER_PHONE, queue


@pytest.fixture
def run(database: Engine, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("TABLETALK_VAR", str(tmp_path))
    monkeypatch.setenv("TABLETALK_CLOCK_OFFSET", str(clock.offset.total_seconds()))
    return CliRunner()


def outbox(run: CliRunner, *arguments: str, exit_code: int = 0) -> list[str]:
    result: Result = run.invoke(cli, ["outbox", *arguments])
    assert result.exit_code == exit_code, result.output
    return result.output.splitlines()


def test_dead_letters_are_listed_retried_and_dropped(
    engine: BookingEngine, database: Engine, clock: Clock, lane: SendingLane, twilio: TwilioServer, run: CliRunner
) -> None:
    first, second = queue(database, clock), queue(database, clock, phone=ANOTHER_PHONE)
    twilio.always = Trouble(400, 21211)
    send_due(lane)
    listed = outbox(run, "list")
    assert {line.split()[0] for line in listed} == {str(first), str(second)}
    assert all("21211" in line and "1 attempts" in line for line in listed)
    assert not any(PHONE in line or "Good evening" in line for line in listed), "nobody's number or words"
    assert outbox(run, "list", "--kind", "reminder") == []

    twilio.always = None
    assert outbox(run, "retry", str(first)) == ["1 to be sent again"]
    send_due(lane)
    assert [taken["To"] for taken in twilio.taken] == [PHONE]
    assert [line.split()[0] for line in outbox(run, "list")] == [str(second)]
    assert outbox(run, "drop", "--all") == ["1 dropped"]
    assert outbox(run, "list") == []
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox WHERE failed_at IS NOT NULL")).scalar_one() == 1


@pytest.mark.parametrize(
    "arguments", [("retry",), ("drop",), ("drop", "--all", "00000000-0000-0000-0000-000000000000")]
)
def test_it_takes_ids_or_all(run: CliRunner, arguments: tuple[str, ...]) -> None:
    assert "--all" in outbox(run, *arguments, exit_code=2)[-1]
