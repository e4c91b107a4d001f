"""The simulated phones' threads, stored in Redis streams."""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from datetime import datetime, timezone
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

_KEPT = 1000  # messages a thread
_LONGEST_BLOCK = 2.0  # seconds; shorter than the connection's own timeout


class Inbox:
    """Threads between phones and our numbers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def add(self, phone: str, our_number: str, message: dict[str, Any]) -> int:
        """Append a message and return its id. Ids increase within a thread."""
        key = _key(phone, our_number)
        line = {**message, "at": datetime.now(timezone.utc).isoformat()}
        while True:
            message_id = int(self._redis.incr(f"{key}:last"))
            try:
                self._redis.xadd(key, {"line": json.dumps(line)}, id=f"{message_id}-0", maxlen=_KEPT)
            except ResponseError:  # a concurrent writer added a later id first
                continue
            return message_id

    def read(self, phone: str, our_number: str, *, after: int, wait: float) -> list[dict[str, Any]]:
        """Return messages with an id above `after`; wait up to `wait` seconds for the first one."""
        key = _key(phone, our_number)
        until = time.monotonic() + wait
        while True:
            left = until - time.monotonic()
            block = int(min(left, _LONGEST_BLOCK) * 1000) or 1 if left > 0 else None
            streams: Any = self._redis.xread({key: f"{after}-0"}, block=block)
            if streams or left <= 0:
                break
        rows = streams[0][1] if streams else []
        return [{"id": int(message_id.split(b"-")[0]), **json.loads(fields[b"line"])} for message_id, fields in rows]

    def sent_texts(self, phone: str, our_number: str) -> list[dict[str, Any]]:
        """Return the texts of a thread that came through the REST API, newest first."""
        lines = self.read(phone, our_number, after=0, wait=0)
        return [line for line in reversed(lines) if line.get("via") == "rest"]

    def arrived(self, phones: Collection[str]) -> dict[str, list[str]]:
        """Return the sids of texts that reached each phone through the REST API, from any of our numbers."""
        found: dict[str, list[str]] = {phone: [] for phone in phones}
        for key in self._redis.scan_iter(_key("*", "*"), count=1000):
            if key.endswith(b":last"):
                continue
            phone, our_number = key.decode().split(":")[-2:]
            if phone in found:
                found[phone] += [line["sid"] for line in self.sent_texts(phone, our_number)]
        return found


def _key(phone: str, our_number: str) -> str:
    return f"simulator:thread:{phone}:{our_number}"
