"""Notifications that a chat conversation has new messages, published on Redis.

A notification carries only the conversation's id; listeners read the thread from the database. They also poll now and
then, because Redis may lose a notification.
"""

from __future__ import annotations

from uuid import UUID

from bot.best_effort_redis import BestEffortRedis

CHANNEL = "tabletalk:chat"


class Notifier:
    """Publishes notifications. Safe to share between threads; never fails and never takes long."""

    def __init__(self, redis_address: str) -> None:
        self._redis = BestEffortRedis(redis_address, "watchers of chats hear nothing")

    def notify(self, conversation_id: UUID) -> None:
        """Announce that the conversation has something new, already committed."""
        self._redis.ask(lambda redis: redis.publish(CHANNEL, conversation_id.bytes))
