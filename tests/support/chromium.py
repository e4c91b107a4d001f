"""Chromium, as the system has it."""

from __future__ import annotations

import os
import shutil

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed() -> str | None:
    """Return the path of the Chromium that CHROMIUM names, or of the system's; None if there is none.

    The headless shell comes first: the same engine without the desktop browser around it, where opening a page takes a
    third of the processor time.
    """
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
