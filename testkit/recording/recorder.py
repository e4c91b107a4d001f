"""`tabletalk script record`: read a thread and write the script."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from uuid import UUID

import click
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from booking_engine import InvalidRequest
from booking_engine.values import check_phone
from bot.context import open_database, open_engine
from bot.settings import Settings
from testkit.recording.live import live_chat
from testkit.recording.recorded import Recording
from testkit.recording.stored import NothingOnRecord, Records
from testkit.recording.writing import as_script
from testkit.script.fields import Clock
from testkit.service import Service, ServiceError


class CannotRecord(Exception):
    """The thread does not exist, there is no service, or the file cannot be written. The message says which."""


@dataclass(frozen=True)
class RecordOptions:
    """What to record: a stored thread by `phone` or `conversation`, otherwise a live chat."""

    phone: str = ""
    to: str = ""
    conversation: UUID | None = None
    since: datetime | None = None
    channel: str = "sms"
    clock: str = ""
    url: str = ""
    name: str = ""


def record_script(settings: Settings, options: RecordOptions, output: Path | None) -> str | None:
    """Record a script and write it to `output`, or return it if `output` is None.

    Raises:
        CannotRecord: see there.
    """
    if output is not None and output.exists():
        raise CannotRecord(f"{output}: is there already")
    try:
        recording = _stored(settings, options) if options.phone or options.conversation else _live(settings, options)
    except (ServiceError, NothingOnRecord) as error:
        raise CannotRecord(str(error)) from None
    except SQLAlchemyError:
        raise CannotRecord("the database cannot be reached: is the service running, is DATABASE_URL right?") from None
    script = as_script(recording, options.name)
    if output is None:
        return script
    try:
        output.write_text(script, encoding="utf-8")
    except OSError as error:
        raise CannotRecord(f"{output}: {error.strerror}") from None
    click.echo(f"{output}: {len(list(recording.heard))} messages")
    return None


def _stored(settings: Settings, options: RecordOptions) -> Recording:
    database = open_database(settings)
    records = Records(database, open_engine(settings, database))
    since = options.since
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=timezone.utc)
    if options.conversation is not None:
        return records.conversation(options.conversation, since)
    try:
        phone = check_phone(options.phone)
    except InvalidRequest as error:
        raise CannotRecord(f"--phone: {error}") from None
    return records.thread_of(phone, options.to or None, since)


def _live(settings: Settings, options: RecordOptions) -> Recording:
    with Service(options.url or settings.local_address) as service:
        chat = live_chat(service, options.channel)
        try:
            at = TypeAdapter(Clock).validate_python(options.clock or service.config()["now"])
        except ValidationError as error:
            raise CannotRecord(f"--clock: expected {error.errors()[0]['msg']}") from None
        click.echo(f"You are {chat.client.number}; it is {at:%a %d %b %Y %H:%M}. Ctrl-D ends.", err=True)
        recording = chat.run(at)
    if not recording.events:
        raise CannotRecord("nothing was said")
    return recording
