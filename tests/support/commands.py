"""Commands of `tabletalk`, run as users do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bot.settings import PROJECT
from deploy.stack.launching import TABLETALK, environment


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
