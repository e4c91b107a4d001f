"""What our processes log: ids, places in the code and kinds of errors, but never what a person wrote, is called or dials.

Every record is made masked, in Rasa's process (Python 3.10) and in ours, so that nobody has to remember it at the place that
logs, and no library gets around it with a handler of its own. What is masked depends on where the record comes from:

- Our own code logs ids and constants. Of a library's error, only the kind is printed, and what looks like a phone number is
  masked.
- A library may put anything into a message: Twilio's client logs the text it sends, SQLAlchemy the parameters. Of its records
  the constant part is printed, and its arguments only where they are numbers.
- A traceback is printed without the errors' messages, which quote values ("invalid literal for int(): …"). What is left of
  them are SQLSTATE, errno and HTTP status.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

OURS = frozenset(("app", "booking_engine", "bot", "deploy", "dialogue", "nlu", "testkit", "webhooks"))
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_WITHHELD = "…"
# A digit may not touch a letter, a hyphen or an underscore outside, as in UUIDs and SIDs, which are to stay readable.
_NUMBER = re.compile(r"(?<![\w-])\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?![\w-])")
_CODES = ("sqlstate", "errno", "status", "status_code", "code")
"""Attributes of errors that are numbers or codes of a few letters."""
_CODE = re.compile(r"[0-9A-Za-z]{4,5}")


class MaskedRecord(logging.LogRecord):
    """A log record without personal data, whichever handler and formatter it comes to."""

    def __init__(self, *given: Any, **others: Any) -> None:
        super().__init__(*given, **others)
        self.msg, self.args = _message(self), ()
        if self.exc_info and self.exc_info[1] is not None:
            self.exc_text = "\n".join(_told(self.exc_info[1]))  # which formatters print instead of their own


def _message(record: logging.LogRecord) -> str:
    is_ours = record.name.partition(".")[0] in OURS
    if is_ours:
        return _NUMBER.sub(_WITHHELD, _filled(record.msg, record.args, _of_ours))
    # Without arguments, the message may have been put together before it got here.
    told = _filled(record.msg, record.args, _of_library) if record.args else _WITHHELD
    return f"{told} ({record.module}:{record.lineno})"


def _filled(template: Any, args: Any, safe: Any) -> str:
    if not args:
        return _kind(template) if isinstance(template, BaseException) else str(template)
    try:
        if isinstance(args, Mapping):
            return str(template) % {name: safe(value) for name, value in args.items()}
        return str(template) % tuple(safe(value) for value in args)
    except (TypeError, ValueError, KeyError):  # such as %d for what is withheld
        return str(template)


def _of_ours(value: Any) -> Any:
    """Return what our own code may log of a value: of an error its kind, unless it is one of ours, whose words are constants."""
    is_foreign = isinstance(value, BaseException) and type(value).__module__.partition(".")[0] not in OURS
    return _kind(value) if is_foreign else value


def _of_library(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    return _kind(value) if isinstance(value, BaseException) else _WITHHELD


def _kind(error: BaseException) -> str:
    """Return what an error is, without its message."""
    kind = type(error)
    codes = [f"{name}={value}" for name in _CODES if _is_code(value := getattr(error, name, None))]
    told = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    return f"{told} [{', '.join(codes)}]" if codes else told


def _is_code(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and bool(_CODE.fullmatch(value)))


def _told(error: BaseException) -> Iterator[str]:
    """Yield the lines of a traceback, causes first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _told(cause)
        yield "which led to:"
    yield "Traceback (most recent call last):"
    for line in traceback.format_tb(error.__traceback__):
        yield line.rstrip("\n")
    yield _kind(error)


def configure(level: int = logging.INFO) -> None:
    """Log to standard error from now on: ours from `level`, libraries from WARNING. Uncaught errors are logged likewise."""
    logging.setLogRecordFactory(MaskedRecord)
    logging.basicConfig(level=logging.WARNING, format=_FORMAT, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, where: TracebackType | None, *_: object
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), where)
        return
    logging.getLogger(__name__).critical("uncaught error", exc_info=(kind, error or kind(), where))
