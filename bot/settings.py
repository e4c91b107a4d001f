"""Settings: environment variables, read and validated once at startup.

Whatever is not set defaults to the embedded setup: embedded servers under ``TABLETALK_VAR``, and secrets generated
there once (file mode 0600). A secret may also be in the file that ``<NAME>_FILE`` names.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import phonenumbers
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.dev_secrets import dev_secrets
from bot.periods import Periods
from bot.rates import RATES_OF_TESTERS, TEXT_RATES_OF_TESTERS, Rates, TextRates, read_rate
from bot.secret_keys import (
    LEAST_LENGTH,
    LEAST_LENGTH_OF_API_KEY,
    KeyRing,
    SecretFiles,
    SecretUnreadable,
    listed,
    secret,
    shared,
    too_short,
)

PROJECT = Path(__file__).resolve().parent.parent
_COUNT = re.compile(r"[1-9]\d{0,8}")
_EVENTS_PORT_DISTANCE, _LAST_PORT = 10, 65535
_OF_OUR_OWN = ("rasa_token", "actions_token", "codes_secret", "digests_secret")
_METRICS_PORT = 9464  # in production, unless it is set; the usual one for Prometheus with OpenTelemetry
_LONGEST_SOCKET_FOLDER = 80  # sun_path holds 107 bytes, and the servers append names such as .s.PGSQL.5432.lock


class SettingsError(Exception):
    """A setting is missing or invalid. The message names it in one line."""


class Settings(BaseSettings):
    """All settings. The names of the environment variables are the field names in capitals."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read files of secrets besides the environment."""
        return init_settings, SecretFiles(settings_cls), env_settings

    tabletalk_env: Literal["development", "production"] = "development"
    tabletalk_var: Path = PROJECT / "var"
    tabletalk_now: datetime | None = None
    tabletalk_clock_offset: float = 0.0  # seconds; `run` computes it from TABLETALK_NOW once for all its processes
    tabletalk_api_keys: str = secret()
    tabletalk_words: Path | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=1, le=65535)
    public_url: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=10)  # proxies in front of us that set X-Forwarded-*
    actions_port: int = Field(default=5055, ge=1, le=65535)
    actions_host: str = "127.0.0.1"  # address to bind
    actions_url: str = ""  # where Rasa finds the action app, if not on this machine
    rasa_port: int = Field(default=5005, ge=1, le=65535)  # several processes: this one and those above
    rasa_host: str = "127.0.0.1"  # address to bind
    rasa_urls: str = ""  # of all of Rasa's processes, comma-separated, if not on this machine
    rasa_processes: int = Field(default=0, ge=0, le=64)  # on this machine; 0: one for every two cores
    events_port: int = Field(default=0, ge=0, le=65535)  # 0: ten above PORT
    events_url: str = ""
    events_watchers: int = Field(default=10_000, ge=1, le=100_000)  # open event streams per process
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=_LAST_PORT - 2)  # 0: 9464 in production, else the public port

    # A secret for each use. The former ones are accepted too until they are dropped (docs/operations.md).
    rasa_token: str = secret()  # opens Rasa to the bot
    rasa_token_previous: str = secret()
    actions_token: str = secret()  # opens the action app to Rasa
    actions_token_previous: str = secret()
    codes_secret: str = secret()  # makes the six-digit codes
    codes_secret_previous: str = secret()
    digests_secret: str = secret()  # makes the digests of addresses and phones
    digests_secret_previous: str = secret()
    internal_token: str = secret()  # former name of RASA_TOKEN

    database_url: str = secret()
    database_pooler: Literal["none", "transaction"] = "none"  # what stands at DATABASE_URL, and its mode
    redis_url: str = secret()

    twilio_account_sid: str = ""
    twilio_auth_token: str = secret()
    twilio_auth_token_previous: str = secret()
    twilio_api_base: str = ""
    twilio_number: str = "+15550100000"

    send_at_once: int = Field(default=32, ge=1, le=64)  # texts per worker
    send_answers_at_once: int = Field(default=8, ge=1, le=64)  # besides these, texts that somebody waits for
    send_rate: str = ""  # per sending number, for all workers together; unset: no limit

    served_countries: str = ""  # ISO codes, joined by commas; unset: those of the restaurants and of our number
    # Budgets of texts, as `20/hour` or `20/hour;100/day`; a bare number is per hour. Unset: see `TextRates`.
    codes_per_phone: str = ""
    codes_per_phone_in_all: str = ""
    codes_per_conversation: str = ""
    codes_per_address: str = ""
    codes_per_prefix: str = ""
    codes_per_day: str = ""
    notifications_per_phone: str = ""
    notifications_per_address: str = ""
    notifications_per_key: str = ""
    notifications_per_prefix: str = ""
    notifications_per_day: str = ""

    # For how many days things are kept (docs/operations.md).
    keep_holds_days: int = Field(default=1, ge=1)
    keep_answers_days: int = Field(default=7, ge=1)
    keep_dialogue_days: int = Field(default=30, ge=1)
    keep_messages_days: int = Field(default=90, ge=1)
    keep_texts_days: int = Field(default=90, ge=1)
    keep_deliveries_days: int = Field(default=30, ge=1)
    keep_diners_days: int = Field(default=730, ge=1)
    keep_consents_days: int = Field(default=1825, ge=1)

    web_threads: int = Field(default=32, ge=1, le=512)
    # Limits for visitors without an API key, as `60/minute` or `60/minute;500/day`. Unset: see `Rates`.
    most_conversations: str = ""  # opened per address
    most_messages: str = ""  # per conversation
    most_messages_of_an_address: str = ""

    answer_within: float = Field(default=9.0, gt=0, le=10)  # seconds for a turn; Twilio hangs up at 15

    @field_validator("tabletalk_now")
    @classmethod
    def _has_offset(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value

    @field_validator("tabletalk_words")
    @classmethod
    def _is_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("must be a folder of catalogues such as pt.yml")
        return value

    @field_validator("public_url", "events_url", "twilio_api_base", "actions_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            raise ValueError("must be an http or https address")
        return value.rstrip("/")

    @field_validator("rasa_urls")
    @classmethod
    def _are_http(cls, value: str) -> str:
        for url in value.split(",") if value else ():
            cls._is_http(url.strip())
        return value

    @field_validator("most_conversations", "most_messages", "most_messages_of_an_address", "send_rate")
    @classmethod
    def _is_rate(cls, value: str) -> str:
        return read_rate(value)

    @field_validator(*TextRates._fields, mode="before")
    @classmethod
    def _is_budget(cls, value: object) -> str:
        text = str(value)
        return f"{text}/hour" if _COUNT.fullmatch(text) else read_rate(text)

    @field_validator("served_countries")
    @classmethod
    def _are_countries(cls, value: str) -> str:
        codes = [code.strip().upper() for code in value.split(",") if code.strip()]
        if unknown := sorted(set(codes) - phonenumbers.SUPPORTED_REGIONS):
            raise ValueError(f"must be ISO codes such as US,CA joined by commas; {unknown[0]} is none")
        return ",".join(codes)

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise ValueError("must be a postgresql:// address")
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must be a redis://, rediss:// or unix:// address")
        return value

    @field_validator("twilio_number")
    @classmethod
    def _is_number(cls, value: str) -> str:
        if not value.lstrip("+").isdigit():
            raise ValueError("must be a phone number in E.164 form or a short code")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Settings:
        if self.tabletalk_env == "production":
            if self.tabletalk_now is not None or self.tabletalk_clock_offset:
                raise ValueError("TABLETALK_NOW is refused in production")
            required = (
                "database_url",
                "redis_url",
                "twilio_account_sid",
                "twilio_auth_token",
                "public_url",
                "tabletalk_api_keys",
                *(name for name in _OF_OUR_OWN if name != "rasa_token" or not self.internal_token),
            )
            missing = [name.upper() for name in required if not getattr(self, name)]
            if missing:
                raise ValueError(f"{', '.join(missing)} must be set in production")
            self._check_secrets()
        if bool(self.twilio_account_sid) != bool(self.twilio_auth_token):
            raise ValueError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together")
        return self

    def _check_secrets(self) -> None:
        ours = {name.upper(): self._given(name) for name in _OF_OUR_OWN}
        if short := too_short(ours, LEAST_LENGTH):
            raise ValueError(f"{short} must have at least {LEAST_LENGTH} characters in production")
        keys = [entry.rpartition(":")[0] or entry for entry in listed(self.tabletalk_api_keys)]
        if too_short({"TABLETALK_API_KEYS": keys}, LEAST_LENGTH_OF_API_KEY):
            raise ValueError(f"TABLETALK_API_KEYS: a key must have at least {LEAST_LENGTH_OF_API_KEY} characters")
        if both := shared(ours):
            raise ValueError(f"{both[0]} and {both[1]} must differ")

    def _given(self, name: str) -> tuple[str, ...]:
        """Return the keys of a use as they are set, the present one first."""
        present = getattr(self, name) or (self.internal_token if name == "rasa_token" else "")
        return (*filter(None, [present]), *listed(getattr(self, f"{name}_previous")))

    def _keys(self, name: str, generated: str) -> KeyRing:
        given = self._given(name)
        return KeyRing(*given) if given else KeyRing(self._secrets[generated])

    @property
    def is_production(self) -> bool:
        """Whether this is a production deployment."""
        return self.tabletalk_env == "production"

    @property
    def uses_simulator(self) -> bool:
        """Whether texts go to the simulator's inbox, because neither a Twilio account nor another address is set."""
        return not self.is_production and not self.twilio_account_sid and not self.twilio_api_base

    @property
    def embeds_postgres(self) -> bool:
        """Whether we run our own PostgreSQL, because no DATABASE_URL is set."""
        return not self.database_url

    @property
    def embeds_redis(self) -> bool:
        """Whether we run our own Redis, because no REDIS_URL is set."""
        return not self.redis_url

    @cached_property
    def runtime_folder(self) -> Path:
        """Folder for the embedded servers' sockets, with a path short enough for a socket address."""
        folder = self.tabletalk_var / "run"
        if len(str(folder)) > _LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
            folder = Path(tempfile.gettempdir()) / f"tabletalk-{digest}"
        return folder

    @property
    def postgres_socket_folder(self) -> Path:
        """Folder of the embedded PostgreSQL's socket."""
        return self.runtime_folder / "pg"

    @property
    def redis_socket(self) -> Path:
        """Socket of the embedded Redis."""
        return self.runtime_folder / "redis.sock"

    @property
    def database_address(self) -> str:
        """SQLAlchemy URL of the database."""
        if self.database_url:
            return self.database_url
        return f"postgresql+psycopg://postgres@/tabletalk?host={self.postgres_socket_folder}"

    @property
    def redis_address(self) -> str:
        """URL of Redis."""
        return self.redis_url or f"unix://{self.redis_socket}"

    @property
    def local_address(self) -> str:
        """Base URL of the public app on this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_address(self) -> str:
        """Public base URL, which Twilio's signatures are computed with."""
        return self.public_url or self.local_address

    @property
    def rates(self) -> Rates:
        """Rate limits for opening conversations and sending messages."""
        usual = Rates() if self.is_production else RATES_OF_TESTERS
        return Rates(
            self.most_conversations or usual.conversations,
            self.most_messages or usual.messages,
            self.most_messages_of_an_address or usual.messages_of_an_address,
        )

    @property
    def periods(self) -> Periods:
        """For how long things are kept."""
        names = Periods.__dataclass_fields__
        return Periods(**{name: timedelta(days=getattr(self, f"keep_{name}_days")) for name in names})

    @property
    def text_rates(self) -> TextRates:
        """Budgets of the texts that others can make us send."""
        usual = TextRates() if self.is_production else TEXT_RATES_OF_TESTERS
        return TextRates(*(getattr(self, name) or rate for name, rate in usual._asdict().items()))

    @property
    def events_address(self) -> str:
        """Base URL of the event stream for browsers. In production it defaults to the reverse proxy's."""
        if self.events_url:
            return self.events_url
        return self.public_address if self.is_production else f"http://127.0.0.1:{self.events_listen_on}"

    @property
    def events_listen_on(self) -> int:
        """Port of the event stream."""
        beside, before = self.port + _EVENTS_PORT_DISTANCE, self.port - _EVENTS_PORT_DISTANCE
        return self.events_port or (beside if beside <= _LAST_PORT else before)

    def metrics_listen_on(self, place: int) -> int | None:
        """Port on which a program serves its metrics: web 0, events 1, worker 2. None: the public one."""
        first = self.metrics_port or (_METRICS_PORT if self.is_production else None)
        return None if first is None else first + place

    def addresses(self, port: int, *, metrics: int) -> list[str]:
        """Return where a program listens, as `host:port`: for the public, and for metrics if they have a port."""
        internal = self.metrics_listen_on(metrics)
        public = f"{self.host}:{port}"
        return [public] if internal is None else [public, f"{self.metrics_host}:{internal}"]

    @property
    def rasa_ports(self) -> range:
        """Ports of Rasa's processes on this machine."""
        return range(self.rasa_port, self.rasa_port + (self.rasa_processes or max(1, (os.cpu_count() or 1) // 2)))

    @property
    def rasa_addresses(self) -> tuple[str, ...]:
        """Base URLs of Rasa's processes."""
        given = tuple(url.strip().rstrip("/") for url in self.rasa_urls.split(",") if url.strip())
        return given or tuple(f"http://127.0.0.1:{port}" for port in self.rasa_ports)

    @property
    def actions_address(self) -> str:
        """Base URL of the action app."""
        return self.actions_url or f"http://127.0.0.1:{self.actions_port}"

    @cached_property
    def _secrets(self) -> dict[str, str]:
        return dev_secrets(self.tabletalk_var / "secrets.json")

    @property
    def for_rasa(self) -> KeyRing:
        """Tokens that open Rasa to the bot."""
        return self._keys("rasa_token", "internal_token")

    @property
    def for_actions(self) -> KeyRing:
        """Tokens that open the action app to Rasa."""
        return self._keys("actions_token", "actions_token")

    @property
    def for_codes(self) -> KeyRing:
        """Keys that make the six-digit codes."""
        return self._keys("codes_secret", "codes_secret")

    @property
    def for_digests(self) -> KeyRing:
        """Keys that make the digests of addresses and phones."""
        return self._keys("digests_secret", "digests_secret")

    @property
    def for_twilio(self) -> KeyRing:
        """Tokens that Twilio may sign with; the first one, Twilio's auth token, is ours to send."""
        return KeyRing(self.auth_token, *listed(self.twilio_auth_token_previous))

    @property
    def account_sid(self) -> str:
        """Twilio's account SID, or a generated one for the simulator."""
        return self.twilio_account_sid or self._secrets["account_sid"]

    @property
    def auth_token(self) -> str:
        """Twilio's auth token, or a generated one for the simulator."""
        return self.twilio_auth_token or self._secrets["auth_token"]

    @property
    def api_keys(self) -> frozenset[str]:
        """Entries of TABLETALK_API_KEYS, or a generated development key."""
        return frozenset(listed(self.tabletalk_api_keys)) or frozenset([self._secrets["api_key"]])

    @property
    def default_region(self) -> str:
        """Country whose dialing rules apply to numbers without a country code."""
        try:
            return phonenumbers.region_code_for_number(phonenumbers.parse(self.twilio_number)) or "US"
        except phonenumbers.NumberParseException:
            return "US"

    @property
    def clock_offset(self) -> timedelta:
        """How far our clock is ahead of real time."""
        if self.tabletalk_clock_offset:
            return timedelta(seconds=self.tabletalk_clock_offset)
        if self.tabletalk_now is not None:
            return self.tabletalk_now - datetime.now(timezone.utc)
        return timedelta(0)


def load_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: a setting is invalid; the message names it in one line.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part).upper() for part in first["loc"]) or "settings"
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from None
    except SecretUnreadable as error:
        raise SettingsError(str(error)) from None
