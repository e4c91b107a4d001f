"""Twilio's webhooks: incoming texts, and the delivery status of outgoing ones."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from threading import BoundedSemaphore

from flask import Blueprint, Response, abort, request
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from werkzeug.datastructures import MultiDict

from booking_engine import TryAgain
from booking_engine.text import clean_text
from bot import deliveries, inbox_spool
from bot.conversations import Conversation, sms_thread
from bot.messages import Answer, Inbound
from bot.outages import is_outage
from bot.rendering import fitting, sms_texts
from bot.responses import Languages, Responses
from bot.settings import Settings
from bot.timely_turns import OutOfTime, TimelyTurns
from bot.turn import LONGEST_TEXT, Caller, NotStored, Unstorable

logger = logging.getLogger(__name__)

_LONGEST_FIELD = 64  # characters of a sid or a number
_MOST_MEDIA = 10  # Twilio's own limit
_OPT_OUT_TYPES = frozenset({"STOP", "START", "HELP"})
_LONGEST_CODE = 6  # digits of an error code
_REPORTS_SHARE = 4  # one in so many threads may store a report on a delivery
_QUOTE = 60  # characters of a message that we quote back to the diner
_PART_MARKER = re.compile(r"^\s*\(?[1-9]/[2-9]\)\s*|\s*\([1-9]/[2-9]\)\s*$")
"""What phones put before or after the parts of a long text: "(1/2) table for 2 at"."""


def create_blueprint(
    settings: Settings,
    turns: TimelyTurns,
    database: Engine,
    redis: Redis,
    languages: Languages,
) -> Blueprint:
    """Create the webhook routes. They reject requests without a valid Twilio signature."""
    blueprint = Blueprint("twilio", __name__, url_prefix="/webhooks/twilio")
    validators = [RequestValidator(token) for token in settings.for_twilio.keys]
    reports = BoundedSemaphore(max(1, settings.web_threads // _REPORTS_SHARE))
    responses = languages.of(None)  # the thread's language is unknown while the database is down

    def signed(view: Callable[[], Response]) -> Callable[[], Response]:
        @wraps(view)
        def checked() -> Response:
            query = "?" + request.query_string.decode() if request.query_string else ""
            url = settings.public_address + request.path + query
            signature = request.headers.get("X-Twilio-Signature", "")
            if not any(validator.validate(url, request.form, signature) for validator in validators):
                abort(403)
            return view()

        return checked

    @blueprint.post("/sms")
    @signed
    def sms() -> Response:
        thread, message = read_form(request.form)
        caller = Caller(has_hung_up=request.environ.get("waitress.client_disconnected", _is_there))
        try:
            answer = turns.respond(thread, message, caller)
        except (NotStored, OutOfTime):
            logger.exception("message not stored, or not in time")
            return _apology(_set_aside(redis, responses, caller))
        except Unstorable as error:
            logger.error("message %s cannot be stored: %s", message.sid, type(error.__cause__).__name__)
            return _apology(_refuse(redis, responses, error.__cause__ or error))
        except (SQLAlchemyError, TryAgain):  # stored, so the worker will find it; the spool makes it look at once
            logger.exception("message %s not answered", message.sid)
            with suppress(RedisError):
                inbox_spool.put(redis, request.form.to_dict(), caller.id, is_heard=not caller.has_hung_up())
            return _apology(responses.render("utter_bot_later"))
        return _twiml(answer)

    @blueprint.post("/status")
    @signed
    def status() -> Response:
        sid, state, code = read_report(request.form)
        # A report can wait and a diner cannot: if the database hangs, reports must not take all threads.
        if reports.acquire(blocking=False):
            try:
                deliveries.record(database, sid, state, code)
                return Response(status=204)
            except (SQLAlchemyError, TryAgain) as error:
                if not is_outage(error):
                    raise
            finally:
                reports.release()
        inbox_spool.put(redis, request.form.to_dict())
        return Response(status=204)

    return blueprint


def _is_there() -> bool:
    """Say of a client that nobody watches that it has not hung up."""
    return False


def read_report(form: MultiDict[str, str]) -> tuple[str, str, str | None]:
    """Return what a webhook's fields report: sid and status of a text, and Twilio's error code.

    Raises:
        werkzeug.exceptions.BadRequest: the status is none of Twilio's.
    """
    sid, state = _field(form, "MessageSid"), _field(form, "MessageStatus").lower()
    if state not in deliveries.STATUSES:
        abort(400, "MessageStatus is unknown")
    code = form.get("ErrorCode", "")
    return sid, state, code if code.isdecimal() and len(code) <= _LONGEST_CODE else None


def read_form(form: MultiDict[str, str]) -> tuple[Conversation, Inbound]:
    """Return the message in a webhook's fields, and the thread that it belongs to.

    Raises:
        werkzeug.exceptions.BadRequest: a required field is missing.
    """
    sid, sender, our_number = (_field(form, name) for name in ("MessageSid", "From", "To"))
    thread = sms_thread(sender, our_number)
    kind = form.get("OptOutType", "").upper()
    return thread, Inbound(
        conversation_id=thread.id,
        sid=sid,
        text=_PART_MARKER.sub("", clean_text(form.get("Body", "")))[:LONGEST_TEXT],
        media_count=_media_count(form.get("NumMedia", "0")),
        opt_out_type=kind if kind in _OPT_OUT_TYPES else None,
    )


def _field(form: MultiDict[str, str], name: str) -> str:
    value = clean_text(form.get(name, "")).strip()
    if not value or len(value) > _LONGEST_FIELD:
        abort(400, f"{name} is missing or too long")
    return value


def _media_count(value: str) -> int:
    """Return how many media come with a message, 10 at most."""
    if not (value.isascii() and value.isdecimal()):
        return 0
    return min(int(value[:_LONGEST_FIELD]), _MOST_MEDIA)


def _refuse(redis: Redis, responses: Responses, error: BaseException) -> str:
    """Say that the message cannot be dealt with, and keep it with the reason: it cannot be stored, now or later."""
    try:
        inbox_spool.put_aside(redis, json.dumps(request.form.to_dict()), error)
    except RedisError:
        logger.exception("message not even put aside")
    return responses.render("utter_bot_failed", text=clean_text(request.form.get("Body", ""))[:_QUOTE])


def _set_aside(redis: Redis, responses: Responses, caller: Caller) -> str:
    """Queue the message in Redis until the worker can store it, because the database is down."""
    try:
        inbox_spool.put(redis, request.form.to_dict(), caller.id, is_heard=not caller.has_hung_up())
    except RedisError:
        logger.exception("message not even set aside")
        return responses.render("utter_bot_unavailable")
    return responses.render("utter_bot_later")


def _twiml(answer: Answer) -> Response:
    """Return the answer as TwiML. Without a word it is an empty response, which to Twilio is an answer like any other."""
    return _twiml_texts(sms_texts(answer.said))


def _apology(words: str) -> Response:
    return _twiml_texts([fitting(words)])


def _twiml_texts(texts: list[str]) -> Response:
    twiml = MessagingResponse()
    for text in texts:
        twiml.message(text)
    return Response(str(twiml), content_type="text/xml; charset=utf-8")
