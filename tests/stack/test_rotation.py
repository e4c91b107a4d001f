"""While a secret is replaced, a running service accepts the former one too; it shows neither."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from twilio.request_validator import RequestValidator

from tests.support import running
from tests.support.http import PLAIN
from tests.support.phone import Phone, new_number
from tests.support.running import Stack

NEW = {
    "RASA_TOKEN": "new-token-of-rasa-0123456789abcdef",
    "ACTIONS_TOKEN": "new-token-of-actions-0123456789abc",
    "TWILIO_AUTH_TOKEN": "new-token-of-twilio-0123456789abcd",
}
OLD = {name: value.replace("new", "old") for name, value in NEW.items()}


@pytest.fixture(scope="module")
def rotating(var_folder: Callable[[], Path]) -> Iterator[Stack]:
    """A service amid the replacement of three secrets, two of them in files."""
    folder = var_folder()
    files: dict[str, str] = {}
    for name in ("RASA_TOKEN", "TWILIO_AUTH_TOKEN_PREVIOUS"):
        path = folder / name
        path.write_text({**NEW, "TWILIO_AUTH_TOKEN_PREVIOUS": OLD["TWILIO_AUTH_TOKEN"]}[name] + "\n")
        files[f"{name}_FILE"] = str(path)
    service = running.start(
        var_folder(),
        ACTIONS_TOKEN=NEW["ACTIONS_TOKEN"],
        ACTIONS_TOKEN_PREVIOUS=OLD["ACTIONS_TOKEN"],
        RASA_TOKEN_PREVIOUS=OLD["RASA_TOKEN"],
        TWILIO_ACCOUNT_SID="AC" + "0" * 32,
        TWILIO_AUTH_TOKEN=NEW["TWILIO_AUTH_TOKEN"],
        TWILIO_API_BASE="http://127.0.0.1:1",
        **files,
    )
    yield service
    assert running.end_all(service) == []


@pytest.mark.parametrize(
    ("token", "status"), [(NEW["RASA_TOKEN"], 200), (OLD["RASA_TOKEN"], 200), ("another", 401), ("x", 401)]
)
def test_rasa_takes_both(rotating: Stack, token: str, status: int) -> None:
    parsed = httpx.post(
        f"{rotating.rasa_url}/model/parse", params={"token": token}, json={"text": "hi"}, timeout=30, **PLAIN
    )
    assert parsed.status_code == status
    read = httpx.post(
        f"{rotating.rasa_url}/webhooks/turn/reading",
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
def test_the_action_app_takes_both_and_no_other_uses(rotating: Stack, token: str, status: int) -> None:
    address = f"{rotating.settings.actions_address}/places"
    assert httpx.get(address, headers={"Authorization": f"Bearer {token}"}, timeout=30, **PLAIN).status_code == status


@pytest.mark.parametrize(
    ("token", "status"),
    [(NEW["TWILIO_AUTH_TOKEN"], 200), (OLD["TWILIO_AUTH_TOKEN"], 200), ("another", 403)],
)
def test_twilio_may_sign_with_both(rotating: Stack, token: str, status: int) -> None:
    phone = Phone(rotating, new_number(), rotating.sms_number)
    form = phone.form("hello")
    url = f"{rotating.public_url}/webhooks/twilio/sms"
    assert phone.post(form, signature=RequestValidator(token).compute_signature(url, form)).status_code == status


def test_no_secret_is_shown(rotating: Stack) -> None:
    files = [rotating.log, rotating.var / "supervisord.conf", *(rotating.var / "log").iterdir()]
    shown = "\n".join(path.read_text(errors="replace") for path in files)
    for secret in (
        *NEW.values(),
        *OLD.values(),
        rotating.settings.for_codes.first,
        rotating.settings.for_digests.first,
    ):
        assert secret not in shown
