"""An invalid setting is reported in one line, and required production settings have no defaults."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.rates import TextRates
from bot.settings import Settings, SettingsError, load_settings

PRODUCTION = {
    "TABLETALK_ENV": "production",
    "DATABASE_URL": "postgresql://db/tabletalk",
    "REDIS_URL": "redis://cache",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "of-twilio",
    "PUBLIC_URL": "https://example.com",
    "TABLETALK_API_KEYS": f"{'one' * 8},{'two' * 8}",
    "RASA_TOKEN": "rasa" * 8,
    "ACTIONS_TOKEN": "actions-" * 4,
    "CODES_SECRET": "codes---" * 4,
    "DIGESTS_SECRET": "digests-" * 4,
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which only our data folder is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("TABLETALK_VAR", str(tmp_path / "var"))
    return monkeypatch


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("ACTIONS_PORT", "-1"),
        ("RASA_PORT", "1.5"),
        ("DATABASE_URL", "mysql://db/tabletalk"),
        ("DATABASE_URL", "tabletalk"),
        ("REDIS_URL", "http://cache"),
        ("PUBLIC_URL", "example.com"),
        ("PUBLIC_URL", "ftp://example.com"),
        ("TWILIO_API_BASE", "https://"),
        ("TWILIO_NUMBER", "our number"),
        ("TWILIO_ACCOUNT_SID", "AC1"),
        ("TWILIO_AUTH_TOKEN", "secret"),
        ("TABLETALK_NOW", "tomorrow"),
        ("TABLETALK_ENV", "staging"),
        ("WEB_THREADS", "0"),
        ("SEND_AT_ONCE", "65"),
        ("SEND_ANSWERS_AT_ONCE", "0"),
        ("SEND_RATE", "ten a second"),
        ("ANSWER_WITHIN", "11"),
        ("SERVED_COUNTRIES", "US,Utopia"),
        ("CODES_PER_DAY", "many"),
        ("NOTIFICATIONS_PER_KEY", "5 an hour"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    given.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert name in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_nothing_set_is_a_machine_of_ones_own(given: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.port == 5000
    assert settings.uses_simulator
    assert settings.embeds_postgres
    assert settings.embeds_redis
    assert settings.public_address == "http://127.0.0.1:5000"


def test_an_empty_variable_is_an_unset_one(given: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "DATABASE_URL", "PUBLIC_URL", "TABLETALK_NOW"):
        given.setenv(name, "")
    assert load_settings().port == 5000


def test_production_with_everything_set_is_accepted(given: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        given.setenv(name, value)
    settings = load_settings()
    assert settings.is_production
    assert not settings.uses_simulator
    assert settings.api_keys == {"one" * 8, "two" * 8}


@pytest.mark.parametrize("missing", sorted(PRODUCTION.keys() - {"TABLETALK_ENV"}))
def test_production_refuses_to_make_anything_up(given: pytest.MonkeyPatch, missing: str) -> None:
    for name, value in PRODUCTION.items():
        if name != missing:
            given.setenv(name, value)
    with pytest.raises(SettingsError, match=missing):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("TABLETALK_NOW", "2026-12-02T10:00:00-05:00"), ("TABLETALK_CLOCK_OFFSET", "60")]
)
def test_production_refuses_another_clock(given: pytest.MonkeyPatch, name: str, value: str) -> None:
    for other, known in PRODUCTION.items():
        given.setenv(other, known)
    given.setenv(name, value)
    with pytest.raises(SettingsError, match="TABLETALK_NOW"):
        load_settings()


def test_secrets_are_made_once_and_for_their_owner_only(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = load_settings(), load_settings()
    assert first.auth_token == second.auth_token
    assert first.for_rasa.keys == second.for_rasa.keys
    assert first.api_keys == second.api_keys
    path = tmp_path / "var" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(set(json.loads(path.read_text()).values())) == 7
    assert [p.name for p in path.parent.iterdir()] == ["secrets.json"], "no draft is left"


def test_the_clock_starts_where_it_is_told(given: pytest.MonkeyPatch) -> None:
    given.setenv("TABLETALK_NOW", "2027-01-01T00:00:00")
    ahead = datetime.now(UTC) + load_settings().clock_offset
    assert abs((ahead - datetime(2027, 1, 1, tzinfo=UTC)).total_seconds()) < 5


def test_sockets_of_a_deep_folder_get_a_short_one(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    given.setenv("TABLETALK_VAR", str(deep))
    settings = load_settings()
    assert len(str(settings.postgres_socket_folder / ".s.PGSQL.5432.lock")) < 107
    assert settings.runtime_folder == load_settings().runtime_folder


def test_production_serves_no_simulator(given: pytest.MonkeyPatch) -> None:
    from app import create_app

    for name, value in PRODUCTION.items():
        given.setenv(name, value)
    production = [str(rule) for rule in create_app(load_settings()).url_map.iter_rules()]
    assert not [rule for rule in production if "simulator" in rule]
    assert "/webhooks/twilio/sms" in production
    for name in PRODUCTION:
        given.delenv(name)
    assert any("simulator" in str(rule) for rule in create_app(load_settings()).url_map.iter_rules())


@pytest.mark.parametrize("rate", ["60", "0/minute", "60/fortnight", "60/minute;", "many/hour", "-1/hour"])
def test_a_rate_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, rate: str) -> None:
    monkeypatch.setenv("MOST_MESSAGES", rate)
    with pytest.raises(SettingsError, match="MOST_MESSAGES"):
        load_settings()


def test_testers_may_chat_more_often_than_visitors_unless_it_is_set() -> None:
    assert Settings().rates.conversations == "6000/minute"
    assert Settings(most_conversations="7/day").rates.conversations == "7/day"
    production = Settings.model_construct(tabletalk_env="production")
    assert production.rates.conversations == "60/minute;1000/hour"


def test_budgets_of_texts_are_tight_in_production_and_a_bare_number_is_per_hour(given: pytest.MonkeyPatch) -> None:
    assert load_settings().text_rates.codes_per_address == "2000/hour"
    for name, value in (
        PRODUCTION | {"CODES_PER_PHONE": "3", "NOTIFICATIONS_PER_KEY": "9/minute", "SERVED_COUNTRIES": "us, ca"}
    ).items():
        given.setenv(name, value)
    settings = load_settings()
    assert settings.text_rates == TextRates(codes_per_phone="3/hour", notifications_per_key="9/minute")
    assert settings.served_countries == "US,CA"
