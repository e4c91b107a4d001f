"""`tabletalk run` starts quickly, ends on one Ctrl-C, and prints one clear line if it cannot start."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from bot.settings import PROJECT
from deploy.commands import cli
from deploy.stack.launching import TABLETALK, environment, free_ports
from tests.support import replies, running
from tests.support.http import PLAIN
from tests.support.running import NOW, Stack

FolderMaker = Callable[[], Path]


def run(var: Path, *command: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """Run a `tabletalk` command that is expected to end on its own."""
    return subprocess.run(
        [str(TABLETALK), *command],
        cwd=PROJECT,
        env=environment(var, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


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


@pytest.mark.service  # its own
def test_a_second_start_tells_where_things_are_and_nothing_outlives_it(var_folder: FolderMaker) -> None:
    """It is killed here. The end of the `stack` fixture checks Ctrl-C."""
    var = var_folder()
    port, *_, usual_for_events = free_ports(11)
    with socket.create_server(("127.0.0.1", usual_for_events)):
        started = running.start(var, PORT=port, EVENTS_PORT=0)
    try:
        told = started.log.read_text()
        assert re.search(r"up after (\d+) s", told)
        assert started.base_url in told
        assert started.api_key in told
        assert httpx.get(f"{started.base_url}/simulator", **PLAIN).status_code == 200
        opened = httpx.post(f"{started.base_url}/api/chat/conversations", json={}, **PLAIN).json()
        stream = httpx.URL(opened["events"])
        assert stream.port != started.settings.port + 10, "that one was taken"
        assert httpx.get(stream.copy_with(path="/readyz"), **PLAIN).status_code == 200
        assert len(running.processes_of(var)) >= 9
        os.kill(started.process.pid, signal.SIGKILL)
        started.process.wait(10)
        running.wait_until(lambda: running.processes_of(var) == [], "all of it has ended", seconds=45)
    finally:
        running.end_all(started)


def test_the_terminal_phone_talks_to_a_running_service(stack: Stack) -> None:
    told = environment(stack.var, PORT=stack.settings.port, TABLETALK_NOW=NOW)
    process = subprocess.Popen(
        [str(TABLETALK), "chat", "--phone", "+19085550142"],
        cwd=PROJECT,
        env=told | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "+19085550142" in process.stdout.readline()
        process.stdin.write("table for 2 at Brasserie Tournesol tomorrow at 6pm\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if replies.PROMISE in answer:
            answer = process.stdout.readline()
        assert "Brasserie Tournesol" in answer
        process.stdin.close()
        assert process.wait(30) == 0
    finally:
        process.kill()


@pytest.mark.parametrize("broken", ["not JSON", '{"slug": "x"}'])
def test_a_bad_import_is_told_by_line_and_takes_nothing_in(stack: Stack, tmp_path: Path, broken: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(broken + "\n")
    done = run(stack.var, "restaurants", "import", str(path), PORT=stack.settings.port)
    assert done.returncode == 2
    assert done.stderr.startswith("line 1:")
    assert "nothing" in done.stderr
