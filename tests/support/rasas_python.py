"""Run a script in Rasa's own Python, which is another one than that of the tests."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from typing import Any

from bot.settings import PROJECT
from deploy.stack.model import RASA_PYTHON

_FORKING = """
import json, os, sys, tempfile, traceback
import dialogue.rasa.server
import rasa.core.agent

for line in sys.stdin:
    asked = json.loads(line)
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if child == 0:
            os.dup2(printed.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            os.environ.update(asked["environment"])
            code = 0
            try:
                exec(compile(asked["script"], "script", "exec"), {"__name__": "__main__"})
            except BaseException:
                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        errors.seek(0)
        print(json.dumps({"failed": status != 0, "printed": printed.read(), "errors": errors.read()}), flush=True)
"""
"""Importing Rasa takes two seconds of the processor, so it is done once, and a script runs in a copy of that process."""


def in_rasas_python(script: str, **environment: str) -> Any:
    """Return what a script prints last, which is JSON. A thread of it may still write an error after that."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps({"script": script, "environment": environment}) + "\n")
    server.stdin.flush()
    done = json.loads(server.stdout.readline())
    assert not done["failed"], done["printed"] + done["errors"]
    return json.loads(done["printed"].splitlines()[-1])


@cache
def _server() -> subprocess.Popen[str]:
    """Start the process that is copied. It ends with ours, since its input does."""
    return subprocess.Popen(
        [RASA_PYTHON, "-W", "ignore", "-c", _FORKING],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
