"""Tokens of Rasa's process. It reads them itself, since it shares no settings with our other processes."""

from __future__ import annotations

import hmac
import os
from pathlib import Path


class Tokens(str):
    """Tokens of one use: as a text it is the first one, which is sent, and it equals every one of them.

    So Rasa's own HTTP API, which compares with a single text, accepts a former token too while it is being replaced.
    """

    _accepted: tuple[str, ...]

    def __new__(cls, present: str, *former: str) -> Tokens:
        tokens = super().__new__(cls, present)
        tokens._accepted = (present, *former)
        return tokens

    def __eq__(self, other: object) -> bool:
        given = str.__str__(other).encode("utf-8", "surrogatepass") if isinstance(other, str) else b""
        same = [hmac.compare_digest(given, token.encode()) for token in self._accepted]  # all of them, in constant time
        return any(same)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return super().__hash__()


def from_environment(name: str) -> Tokens:
    """Return the tokens in the variables `name` and `<name>_PREVIOUS` (a comma-separated list), or in files named by `…_FILE`.

    Raises:
        KeyError: there is no present token.
    """
    present, former = _read(name), _read(f"{name}_PREVIOUS") or ""
    if not present:
        raise KeyError(f"{name} or {name}_FILE must be set")
    return Tokens(present, *(token.strip() for token in former.split(",") if token.strip()))


def _read(name: str) -> str | None:
    path = os.environ.get(f"{name}_FILE")
    return Path(path).read_text(encoding="utf-8").strip() if path else os.environ.get(name)
