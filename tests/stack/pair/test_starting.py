"""`tabletalk run` starts quickly, ends on one Ctrl-C, and prints one clear line if it cannot start."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bot.settings import PROJECT
from deploy.commands import cli
from deploy.stack.launching import free_ports
from tests.support import running
from tests.support.commands import run
from tests.support.http import PLAIN
from tests.support.running import Stack

FolderMaker = Callable[[], Path]


def is_refused_in_one_line(done: subprocess.CompletedProcess[str], naming: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert naming in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["PORT", "ACTIONS_PORT", "RASA_PORT", "EVENTS_PORT", "METRICS_PORT"])
def test_a_port_in_use_is_named_in_one_line(var_folder: FolderMaker, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = dict(zip(("PORT", "ACTIONS_PORT", "RASA_PORT", "EVENTS_PORT"), free_ports(4), strict=True))
        ports[name] = taken.getsockname()[1]
        done = run(var_folder(), "run", **ports)
    is_refused_in_one_line(done, name)
    assert str(ports[name]) in done.stderr


@pytest.mark.parametrize("command", ["run", "web", "actions", "events", "worker", "train", "migrate", "chat"])
def test_a_bad_setting_is_named_in_one_line(var_folder: FolderMaker, command: str) -> None:
    is_refused_in_one_line(run(var_folder(), command, REDIS_URL="http://cache"), "REDIS_URL")


def test_production_is_not_run_on_one_machine(var_folder: FolderMaker) -> None:
    is_refused_in_one_line(run(var_folder(), "run", TABLETALK_ENV="production"), "production")


def test_a_database_that_is_not_there_is_named_in_one_line(var_folder: FolderMaker) -> None:
    [port, *ports] = free_ports(4)
    settings = dict(zip(("PORT", "ACTIONS_PORT", "RASA_PORT"), ports, strict=True))
    var = var_folder()
    (var / "models").symlink_to(PROJECT / "var" / "models")
    done = run(var, "run", DATABASE_URL=f"postgresql://127.0.0.1:{port}/tabletalk", **settings)
    is_refused_in_one_line(done, "DATABASE_URL")
    assert running.processes_of(var) == []


def test_a_terminal_phone_without_a_service_says_so(var_folder: FolderMaker) -> None:
    [port] = free_ports(1)
    is_refused_in_one_line(run(var_folder(), "chat", PORT=port), "no simulator")


def test_every_command_explains_itself() -> None:
    listed = CliRunner().invoke(cli, ["--help"]).output
    for command in ("run", "web", "actions", "events", "worker", "restaurants", "chat"):
        assert re.search(rf"^  {command} ", listed, re.MULTILINE), command
        assert "Usage" in CliRunner().invoke(cli, [command, "--help"]).output


def test_a_start_tells_where_things_are(pair: Stack) -> None:
    told = pair.log.read_text()
    assert re.search(r"up after (\d+) s", told)
    assert pair.base_url in told
    assert pair.api_key in told
    assert httpx.get(f"{pair.base_url}/simulator", **PLAIN).status_code == 200


def test_the_stream_gets_another_port_where_its_usual_one_is_taken(pair: Stack) -> None:
    opened = httpx.post(f"{pair.base_url}/api/chat/conversations", json={}, **PLAIN).json()
    stream = httpx.URL(opened["events"])
    assert stream.port != pair.settings.port + 10
    assert httpx.get(stream.copy_with(path="/readyz"), **PLAIN).status_code == 200
