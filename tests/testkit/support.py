"""Script files that tests define inline."""

from __future__ import annotations

from pathlib import Path

GOOD = """\
clock: 2026-12-02T10:00:00-05:00
test_cases:
  - test_case: greets
    channel: sms
    steps:
      - user: hello
        bot: Hi
"""


def written(folder: Path, content: str, name: str = "script.yml") -> Path:
    """Write a file with that content and return its path."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path
