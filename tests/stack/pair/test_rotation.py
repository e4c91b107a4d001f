"""While a secret is replaced, a running service accepts the former one too; it shows neither."""

from __future__ import annotations

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.support.http import PLAIN
from tests.support.phone import Phone, new_number
from tests.support.running import Stack

from .conftest import NEW, OLD


@pytest.mark.parametrize(
    ("token", "status"), [(NEW["RASA_TOKEN"], 200), (OLD["RASA_TOKEN"], 200), ("another", 401), ("x", 401)]
)
def test_rasa_takes_both(pair: Stack, token: str, status: int) -> None:
    parsed = httpx.post(
        f"{pair.rasa_url}/model/parse", params={"token": token}, json={"text": "hi"}, timeout=30, **PLAIN
    )
    assert parsed.status_code == status
    read = httpx.post(
        f"{pair.rasa_url}/webhooks/turn/reading",
        headers={"Authorization": f"Bearer {token}"},
        json={"text": "hi"},
        timeout=30,
        **PLAIN,
    )
    assert read.status_code == status


@pytest.mark.parametrize(
    ("token", "status"),
    [(NEW["ACTIONS_TOKEN"], 200), (OLD["ACTIONS_TOKEN"], 200), (NEW["RASA_TOKEN"], 401), ("x", 401)],
)
def test_the_action_app_takes_both_and_no_other_uses(pair: Stack, token: str, status: int) -> None:
    address = f"{pair.settings.actions_address}/places"
    assert httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30, **PLAIN).status_code == status


@pytest.mark.parametrize(
    ("token", "status"), [("the present one", 200), (OLD["TWILIO_AUTH_TOKEN"], 200), ("another", 403)]
)
def test_twilio_may_sign_with_both(pair: Stack, token: str, status: int) -> None:
    phone = Phone(pair, new_number(), pair.sms_number)
    form = phone.form("hello")
    url = f"{pair.public_url}/webhooks/twilio/sms"
    validator = RequestValidator(pair.auth_token if token == "the present one" else token)
    assert phone.post(form, signature=validator.compute_signature(url, form)).status_code == status


def test_no_secret_is_shown(pair: Stack) -> None:
    files = [pair.log, pair.var / "supervisord.conf", *(pair.var / "log").iterdir()]
    shown = "\n".join(path.read_text(errors="replace") for path in files)
    for secret in (
        *NEW.values(),
        *OLD.values(),
        pair.auth_token,
        pair.settings.for_codes.first,
        pair.settings.for_digests.first,
    ):
        assert secret not in shown
