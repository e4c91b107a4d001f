"""Secrets for a development machine, generated once and kept in its data folder (file mode 0600)."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def dev_secrets(path: Path) -> dict[str, str]:
    """Return the secrets by name. The first process generates them, the others read them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = {
            "internal_token": secrets.token_urlsafe(32),
            "account_sid": "AC" + secrets.token_hex(16),
            "auth_token": secrets.token_hex(16),
            "api_key": "demo_" + secrets.token_urlsafe(18),
        }
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(made))
        try:
            os.link(draft, path)  # atomic; fails for the second of two processes
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
