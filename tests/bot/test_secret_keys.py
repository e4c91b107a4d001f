"""Each use has a secret of its own, which can be in a file, replaced while the service runs, and is never shown."""

from __future__ import annotations

import json
import traceback
import uuid
from pathlib import Path

import pytest

from bot.phone_codes import PhoneCodes
from bot.secret_keys import KeyRing, secrets_of
from bot.settings import Settings, SettingsError, load_settings
from deploy.stack.run import _demo_key

from .test_settings import PRODUCTION, given

__all__ = ["given"]

OUR_OWN = ("RASA_TOKEN", "ACTIONS_TOKEN", "CODES_SECRET", "DIGESTS_SECRET")
SECRET = (*OUR_OWN, "TWILIO_AUTH_TOKEN", "TABLETALK_API_KEYS", "DATABASE_URL", "REDIS_URL")


@pytest.fixture
def production(given: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment with all that production needs."""
    for name, value in PRODUCTION.items():
        given.setenv(name, value)
    return given


def test_each_use_has_a_secret_of_its_own(given: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    uses = (settings.for_rasa, settings.for_actions, settings.for_codes, settings.for_digests, settings.for_twilio)
    assert len({use.first for use in uses}) == len(uses)


@pytest.mark.parametrize("name", OUR_OWN)
def test_production_refuses_a_short_secret(production: pytest.MonkeyPatch, name: str) -> None:
    production.setenv(name, "x" * 31)
    with pytest.raises(SettingsError, match=f"{name} must have at least 32 characters"):
        load_settings()
    production.setenv(name, "x" * 32)
    load_settings()
    production.setenv(f"{name}_PREVIOUS", "y" * 31)  # a former one is still accepted, so it is held to the same
    with pytest.raises(SettingsError, match=f"{name} must have at least 32 characters"):
        load_settings()


def test_production_refuses_a_short_api_key(production: pytest.MonkeyPatch) -> None:
    production.setenv("TABLETALK_API_KEYS", f"{'k' * 24}:read,{'k' * 23}")
    with pytest.raises(SettingsError, match="TABLETALK_API_KEYS: a key must have at least 24 characters"):
        load_settings()


def test_production_refuses_one_secret_for_two_uses(production: pytest.MonkeyPatch) -> None:
    production.setenv("CODES_SECRET", PRODUCTION["RASA_TOKEN"])
    with pytest.raises(SettingsError, match="RASA_TOKEN and CODES_SECRET must differ"):
        load_settings()


def test_the_former_name_of_rasas_token_is_still_read(production: pytest.MonkeyPatch) -> None:
    production.delenv("RASA_TOKEN")
    production.setenv("INTERNAL_TOKEN", "internal" * 4)
    assert load_settings().for_rasa.keys == ("internal" * 4,)


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_may_be_in_a_file(production: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret"
    path.write_text(PRODUCTION[name] + "\n")
    production.delenv(name)
    production.setenv(f"{name}_FILE", str(path))
    assert secrets_of(load_settings())[name] == PRODUCTION[name]
    production.setenv(name, PRODUCTION[name])
    with pytest.raises(SettingsError, match=f"{name} and {name}_FILE must not both be set"):
        load_settings()
    production.delenv(name)
    path.unlink()
    with pytest.raises(SettingsError, match=f"{name}_FILE: .* cannot be read") as error:
        load_settings()
    assert len(str(error.value).splitlines()) == 1


def test_a_former_secret_may_be_in_a_file_too(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("one, two\n")
    given.setenv("CODES_SECRET", "new")
    given.setenv("CODES_SECRET_PREVIOUS_FILE", str(path))
    assert load_settings().for_codes.keys == ("new", "one", "two")


@pytest.mark.parametrize("name", SECRET)
def test_no_secret_is_shown(production: pytest.MonkeyPatch, name: str) -> None:
    assert PRODUCTION[name] not in repr(load_settings())
    assert PRODUCTION[name] not in repr(load_settings().for_rasa)
    production.setenv("PORT", "none")
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert PRODUCTION[name] not in "".join(traceback.format_exception(error.value))


def test_secrets_of_an_earlier_release_are_kept_and_completed(given: pytest.MonkeyPatch, tmp_path: Path) -> None:
    former = {"internal_token": "a", "account_sid": "b", "auth_token": "c", "api_key": "d"}
    path = tmp_path / "var" / "secrets.json"
    path.parent.mkdir()
    path.write_text(json.dumps(former))
    settings = load_settings()
    assert settings.for_rasa.first == "a"
    assert settings.for_codes.first == load_settings().for_codes.first
    assert json.loads(path.read_text()).items() > former.items()


def test_run_prints_only_a_key_that_it_has_made(given: pytest.MonkeyPatch) -> None:
    assert _demo_key(load_settings()) in load_settings().api_keys
    given.setenv("TABLETALK_API_KEYS", "a-key-of-ours")
    assert "a-key-of-ours" not in _demo_key(load_settings())


def test_what_the_former_key_has_made_is_accepted_until_it_is_dropped() -> None:
    former, both, present = KeyRing("old"), KeyRing("new", "old"), KeyRing("new")
    code_id = uuid.uuid4()
    code = PhoneCodes(former, former).code(code_id)
    assert PhoneCodes(both, both).is_right(code_id, code)
    assert not PhoneCodes(present, present).is_right(code_id, code), "the twin: without the former key it is wrong"
    assert PhoneCodes(both, both).code(code_id) == PhoneCodes(present, present).code(code_id), "the first one signs"
    assert former.admits("old")
    assert both.admits("old")
    assert both.admits("new")
    assert not present.admits("old")
    assert not both.admits("")
    assert not both.admits("\udcff")


def test_a_digest_is_found_under_a_former_key() -> None:
    stored = KeyRing("old").mac("phone", b"+12125550142")
    assert stored in KeyRing("new", "old").macs("phone", b"+12125550142")
    assert stored not in KeyRing("new").macs("phone", b"+12125550142")
    assert KeyRing("new", "old").ids[1] == KeyRing("old").ids[0]
    assert KeyRing("a").mac("phone", b"x") != KeyRing("a").mac("address", b"x")


def test_twilio_may_sign_with_either_token() -> None:
    settings = Settings(twilio_account_sid="AC1", twilio_auth_token="new", twilio_auth_token_previous="old")
    assert settings.for_twilio.keys == ("new", "old")
    assert settings.auth_token == "new"
