"""How tests speak to services on this machine."""

from __future__ import annotations

from typing import TypedDict


class _Options(TypedDict):
    trust_env: bool
    verify: bool


PLAIN: _Options = {"trust_env": False, "verify": False}
"""For httpx: no proxy, and no certificates read for an http address, which takes 20 ms a client."""
