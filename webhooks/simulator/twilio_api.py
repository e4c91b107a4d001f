"""The part of Twilio's Messages resource that we use: create and list, in Twilio's format.

Source: Twilio's REST API, version 2010-04-01.
"""

from __future__ import annotations

import secrets
import threading
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import httpx
from flask import Blueprint, Response, abort, jsonify, request
from twilio.request_validator import RequestValidator

from bot.rendering import segments
from bot.settings import Settings
from webhooks.simulator.failures import Failures
from webhooks.simulator.inbox import Inbox

_STATUS_OF = {20003: 401, 20404: 404, 20429: 429, 20500: 500, 20503: 503}
"""HTTP statuses of Twilio's error codes; all others come with 400."""


def add_routes(blueprint: Blueprint, settings: Settings, inbox: Inbox, failures: Failures) -> None:
    """Add the routes of the simulated Twilio. They check the account SID and auth token."""
    validator = RequestValidator(settings.auth_token)

    def check_account(account_sid: str) -> None:
        given = request.authorization
        if account_sid != settings.account_sid or given is None or given.password != settings.auth_token:
            abort(401)

    def call_back(callback: str, form: dict[str, str]) -> None:
        headers = {"X-Twilio-Signature": validator.compute_signature(callback, form)}
        here = callback.replace(settings.public_address, settings.local_address, 1)
        httpx.post(here, data=form, headers=headers, timeout=10, trust_env=False)

    @blueprint.post("/twilio/2010-04-01/Accounts/<account_sid>/Messages.json")
    def create(account_sid: str) -> tuple[Response, int]:
        check_account(account_sid)
        to, from_number, body = (request.form.get(name, "") for name in ("To", "From", "Body"))
        if not to or not from_number or not body:
            return jsonify({"code": 21602, "message": "Message body is required.", "status": 400}), 400
        failure = failures.next_for(to)
        if failure is not None and failure.kind == "refused":
            return _refusal(failure.code)
        sid = "SM" + secrets.token_hex(16)
        outcome = {"MessageStatus": "delivered"}
        if failure is not None:
            outcome = {"MessageStatus": "undelivered", "ErrorCode": str(failure.code)}
        line = {
            "direction": "out",
            "text": body,
            "sid": sid,
            "status": outcome["MessageStatus"],
            "segments": segments(body),
            "via": "rest",
        }
        inbox.add(to, from_number, line)
        callback = request.form.get("StatusCallback")
        if callback:
            form = {"MessageSid": sid, "To": to, "From": from_number, **outcome}
            threading.Thread(target=call_back, args=(callback, form), daemon=True).start()
        return jsonify(
            _resource(account_sid, to, from_number, {**line, "at": datetime.now().astimezone().isoformat()})
        ), 201

    @blueprint.get("/twilio/2010-04-01/Accounts/<account_sid>/Messages.json")
    def list_messages(account_sid: str) -> Response:
        check_account(account_sid)
        to, from_number = request.args.get("To", ""), request.args.get("From", "")
        since = request.args.get("DateSent>", "")
        rows = [line for line in inbox.sent_texts(to, from_number) if line["at"] >= since.replace("Z", "+00:00")]
        page = [_resource(account_sid, to, from_number, line) for line in rows]
        return jsonify({"messages": page, "next_page_uri": None, "page": 0, "page_size": 50, "uri": request.path})


def _refusal(code: int) -> tuple[Response, int]:
    status = _STATUS_OF.get(code, 400)
    document = {"code": code, "message": "Refused at a tester's wish.", "status": status}
    return jsonify({**document, "more_info": f"https://www.twilio.com/docs/errors/{code}"}), status


def _resource(account_sid: str, to: str, from_number: str, line: dict[str, Any]) -> dict[str, Any]:
    sent = format_datetime(datetime.fromisoformat(line["at"]))
    return {
        "sid": line["sid"],
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": line["text"],
        "to": to,
        "from": from_number,
        "status": "sent",
        "direction": "outbound-api",
        "num_segments": str(line["segments"]),
        "num_media": "0",
        "date_created": sent,
        "date_sent": sent,
        "date_updated": sent,
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "price": None,
        "price_unit": "USD",
        "subresource_uris": {},
        "uri": f"/2010-04-01/Accounts/{account_sid}/Messages/{line['sid']}.json",
    }
