"""Secrets for a development machine, generated once and kept in its data folder (file mode 0600)."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

_MADE: dict[str, Callable[[], str]] = {
    "internal_token": lambda: secrets.token_urlsafe(32),
    "actions_token": lambda: secrets.token_urlsafe(32),
    "codes_secret": lambda: secrets.token_urlsafe(32),
    "digests_secret": lambda: secrets.token_urlsafe(32),
    "account_sid": lambda: "AC" + secrets.token_hex(16),
    "auth_token": lambda: secrets.token_hex(16),
    "api_key": lambda: "demo_" + secrets.token_urlsafe(18),
}


def dev_secrets(path: Path) -> dict[str, str]:
    """Return the secrets by name. The first process generates what is missing, the others read it."""
    known = _read(path)
    if known.keys() >= _MADE.keys():
        return known
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # released when the folder is closed, also by a crash
        known = {name: make() for name, make in _MADE.items()} | _read(path)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(known))
        draft.replace(path)  # atomic: a reader sees all of the file or none
    finally:
        os.close(folder)
    return known


def _read(path: Path) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return known
