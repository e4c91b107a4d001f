"""Whatever is logged, by whom and through which handler, shows no number, name or word of a diner."""

from __future__ import annotations

import io
import logging
import logging.config
import re
import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
import requests
from sqlalchemy.exc import IntegrityError
from twilio.base.exceptions import TwilioRestException

from dialogue.rasa import logs

PHONE, NAME, WORDS = "+12125550142", "Quillon Featherby", "anniversary of our wedding"
PERSONAL = re.compile(r"555.?.?0142|Quillon|Featherby|anniversary|wedding")
Log = Callable[[], None]


@pytest.fixture
def masked() -> Iterator[None]:
    """Records are made as in our processes."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(logs.MaskedRecord)
    yield
    logging.setLogRecordFactory(before)


def written(log: Log, fmt: str = "%(levelname)s %(name)s: %(message)s") -> str:
    """Return what a handler as libraries have them writes of a record."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter(fmt))
    loggers = [logging.getLogger(name) for name in ("bot.turn", "twilio.http_client", "urllib3")]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    try:
        log()
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
            logger.setLevel(logging.NOTSET)
    return stream.getvalue()


def failing(error: Exception) -> Log:
    """Log a traceback of an error that led to another one."""

    def log() -> None:
        try:
            try:
                raise error
            except Exception as cause:
                raise ValueError(f"invalid literal for int(): {WORDS!r}") from cause
        except ValueError:
            logging.getLogger("bot.turn").exception("message %s not stored", "SM12")

    return log


def twilios_body() -> None:
    logging.getLogger("twilio.http_client").info("Data: %s", {"To": PHONE, "Body": f"Booked for {NAME}"})


def put_together() -> None:
    logging.getLogger("urllib3").warning(f"Retrying /Messages.json?To={PHONE}&Body={WORDS}")


def by_name() -> None:
    logging.getLogger("urllib3").warning("%(text)s after %(count)d", {"text": WORDS, "count": 3})


def ours_with_number() -> None:
    logging.getLogger("bot.turn").error("text %s to be given up: %s", "id-1", f"21211: invalid 'To' number {PHONE}")


def ours_with_error() -> None:
    logging.getLogger("bot.turn").warning("no answer: %s", requests.exceptions.ConnectionError(f"?Body={WORDS}"))


LEAKS: dict[str, Log] = {
    "a library's arguments": twilios_body,
    "a library's message that was put together": put_together,
    "a library's arguments by name": by_name,
    "a number in ours": ours_with_number,
    "an error in ours": ours_with_error,
    "SQL with parameters": failing(
        IntegrityError("INSERT INTO inbound …", {"text": WORDS, "phone": PHONE}, psycopg.errors.UniqueViolation(PHONE))
    ),
    "Twilio's refusal": failing(TwilioRestException(400, "/Messages.json", f"{PHONE} is no number", 21211)),
}


@pytest.mark.parametrize("log", LEAKS.values(), ids=list(LEAKS))
def test_a_record_shows_nothing_personal(masked: None, log: Log) -> None:
    assert not PERSONAL.search(written(log))


@pytest.mark.parametrize("log", LEAKS.values(), ids=list(LEAKS))
def test_without_the_mask_it_would(log: Log) -> None:
    """The twin: so the test above can fail."""
    assert PERSONAL.search(written(log))


def test_what_helps_to_find_a_fault_stays(masked: None) -> None:
    said = written(LEAKS["SQL with parameters"])
    assert "ERROR bot.turn: message SM12 not stored" in said
    assert "sqlalchemy.exc.IntegrityError" in said
    assert "ValueError" in said
    assert "test_logs.py" in said, "where it happened"
    said = written(LEAKS["Twilio's refusal"])
    assert "status=400, code=21211" in said
    assert "Data: {'To': '…', 'Body': '…'} (test_logs:" in written(twilios_body)
    assert "… after 3" in written(by_name)


@pytest.mark.parametrize(
    "shown", ["0b4a8b52-1f0e-4f7a-9d59-5b6a1a0c7d11", "SM" + "1" * 32, "127.0.0.1:5005", "409 in 12 ms"]
)
def test_ids_and_addresses_of_ours_stay_readable(masked: None, shown: str) -> None:
    assert shown in written(lambda: logging.getLogger("bot.turn").info("message %s", shown))


@pytest.mark.parametrize(
    "form", ["+12125550142", "12125550142", "(212) 555-0142", "212.555.0142", "+1 212 555 0142", "5550142"]
)
def test_a_number_is_masked_in_any_form(masked: None, form: str) -> None:
    assert "0142" not in written(lambda: logging.getLogger("bot.turn").info("for %s.", form))


def test_an_error_that_nobody_catches_is_masked_too(masked: None, capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.excepthook
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.configure()

        def fail() -> None:
            raise KeyError(WORDS)

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
        logging.captureWarnings(False)
        root.handlers[:], root.level = handlers, level
    said = capsys.readouterr().err
    assert "uncaught error" in said
    assert "KeyError" in said
    assert not PERSONAL.search(said)
