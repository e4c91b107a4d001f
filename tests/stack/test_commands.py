"""Commands of `tabletalk` that speak to a service that runs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.settings import PROJECT
from deploy.stack.launching import TABLETALK, environment
from tests.support import replies
from tests.support.commands import run
from tests.support.running import NOW, Stack


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
