"""The SQL functions that the bot calls, one file each. Migrations install them."""

from __future__ import annotations

from pathlib import Path

from booking_engine.storage.sql import functions_in


def functions() -> dict[str, str]:
    """Return the functions: name to file contents."""
    return functions_in(Path(__file__).parent)
