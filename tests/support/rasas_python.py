"""Run a script in Rasa's own Python, which is another one than that of the tests."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from bot.settings import PROJECT
from deploy.stack.model import RASA_PYTHON


def in_rasas_python(script: str, **environment: str) -> Any:
    """Return what a script prints last, which is JSON."""
    done = subprocess.run(
        [RASA_PYTHON, "-c", script],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
