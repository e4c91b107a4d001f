"""Routes that the public app does not serve in production."""

from __future__ import annotations

from typing import Literal

import pytest

from app import create_app
from bot.settings import Settings


def settings(env: Literal["production", "development"]) -> Settings:
    return Settings(
        tabletalk_env=env,
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        redis_url="redis://127.0.0.1:1",
        twilio_account_sid="AC0",
        twilio_auth_token="secret",
        public_url="https://tabletalk.example",
        tabletalk_api_keys="key" * 8,
        rasa_token="rasa" * 8,
        actions_token="actions-" * 4,
        codes_secret="codes---" * 4,
        digests_secret="digests-" * 4,
    )


@pytest.mark.parametrize(("env", "is_served"), [("production", False), ("development", True)])
def test_the_simulator_is_for_development_only(env: Literal["production", "development"], is_served: bool) -> None:
    paths = {rule.rule for rule in create_app(settings(env)).url_map.iter_rules()}
    assert "/webhooks/twilio/sms" in paths
    assert any(path.startswith("/simulator") for path in paths) is is_served


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "clock"),
        ("POST", "messages"),
        ("POST", "restaurants"),
        ("GET", "reservations"),
        ("DELETE", "reservations"),
        ("POST", "evenings"),
        ("GET", "outbox"),
        ("POST", "outbox/due"),
        ("PUT", "failures"),
        ("GET", "coverage"),
    ],
)
def test_nothing_of_the_testers_is_there_in_production(method: str, path: str) -> None:
    adapter = create_app(settings("production")).url_map.bind("tabletalk.example")
    assert create_app(settings("development")).url_map.bind("x").test(f"/simulator/api/{path}", method)
    assert not adapter.test(f"/simulator/api/{path}", method)
