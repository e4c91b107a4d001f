"""News of chat conversations: whoever watches one hears by Redis that there is something new in it.

Only that, not what: the thread is read from the database. News that got lost is found by looking now and then.
"""

from __future__ import annotations

from uuid import UUID

from bot.best_effort_redis import BestEffortRedis

CHANNEL = "tabletalk:chat"


class Notifier:
    """Tells of news. Safe to share between threads; never fails and never takes long."""

    def __init__(self, redis_address: str) -> None:
        self._redis = BestEffortRedis(redis_address, "watchers of chats hear nothing")

    def notify(self, conversation_id: UUID) -> None:
        """There is something new in that conversation, and it is committed."""
        self._redis.ask(lambda redis: redis.publish(CHANNEL, conversation_id.bytes))
