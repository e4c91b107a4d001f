"""What Rasa's server does for browsers, none of which calls it."""

from __future__ import annotations

from typing import Any

from rasa import server


def _configure_nothing(app: Any, cors_origins: Any = "") -> None:
    """Let pages of no other origin in, which is what a browser does unless it is told otherwise."""


def install() -> None:
    """Change what Rasa's server adds to responses, for the whole process.

    It looks at every request and response to see whether it should tell a browser which pages may call it. It should not: only
    the bot calls it, on a private address.
    """
    server.configure_cors = _configure_nothing
