"""Ports for services of the tests: nobody else is given one between the look for it and its use."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT
from deploy.stack import launching
from deploy.stack.launching import free_ports

_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_ports_are_none_that_the_system_gives_to_outgoing_connections() -> None:
    first, last = map(int, _OUTGOING.read_text().split())
    with socket.socket() as outgoing:
        outgoing.bind(("127.0.0.1", 0))
        assert first <= outgoing.getsockname()[1] <= last, "the control: the system gives one of these"
    assert not set(range(first, last + 1)) & {*free_ports(4), *launching._PORTS}


def test_ports_that_are_not_used_yet_are_not_given_again() -> None:
    given = [free_ports(3) for _ in range(5)]
    assert all(ports == list(range(ports[0], ports[0] + 3)) for ports in given)
    assert len({port for ports in given for port in ports}) == 15


def test_processes_that_look_at_the_same_time_find_different_ports() -> None:
    look = "import os; from deploy.stack.launching import free_ports; print(os.getpid(), *free_ports(30), flush=True); input()"
    command = [sys.executable, "-c", look]
    looking = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    found = [[int(word) for word in (one.stdout.readline() if one.stdout else "").split()] for one in looking]
    for one in looking:
        one.communicate("\n")
    (first, *ports), (second, *others) = found
    assert len(ports) == len(others) == 30
    assert (second - first) % (len(launching._PORTS) // launching._PORTS_A_PROCESS), "they are processes apart"
    assert not {*ports} & {*others}


def test_a_port_that_somebody_listens_on_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    [port] = free_ports(1)
    monkeypatch.setattr(launching, "_own_ports", lambda: iter(range(port, port + 3)))
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", port))
        somebody.listen()
        assert free_ports(2) == [port + 1, port + 2]
    assert free_ports(2) == [port, port + 1], "the control: nobody does"
