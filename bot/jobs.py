"""The jobs that RQ runs. Arguments travel through Redis; services are set up once per worker."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from booking_engine.outbox import OutboxMessage
from bot.sender import Sender
from bot.turn import TurnTaker

TEXTS = "texts"
TURNS = "turns"
_FINISH_SECONDS = 60.0


@dataclass
class _WorkerContext:
    sender: Sender | None = None
    turns: TurnTaker | None = None


_context = _WorkerContext()


def configure(sender: Sender, turns: TurnTaker) -> None:
    """Set the services that this process's jobs use. The worker calls this before it takes its first job."""
    _context.sender = sender
    _context.turns = turns


def send_text(message: OutboxMessage) -> None:
    """Send one claimed row of the outbox."""
    assert _context.sender is not None
    _context.sender.send(message)


def finish_turns(conversation_id: UUID) -> None:
    """Answer the pending messages of a conversation."""
    assert _context.turns is not None
    _context.turns.finish(conversation_id, seconds=_FINISH_SECONDS)
