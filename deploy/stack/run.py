"""`tabletalk run`: start everything on one machine in the right order, and stop it on Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from types import FrameType

import click
import httpx
import psutil
import psycopg
from sqlalchemy.engine import make_url

from bot.context import open_database, open_engine
from bot.secret_keys import secrets_of
from bot.settings import PROJECT, Settings
from deploy.stack import embedded, model
from deploy.stack.migrations import upgrade
from deploy.stack.programs import SOCKET
from deploy.stack.supervise import Program, Supervisor, adopt_orphans, write_configuration
from dialogue.words import CatalogueWrong, Languages
from webhooks.access import read_api_keys

ANNOUNCED = "Ctrl-C ends everything."
"""The last line that `run` prints once everything is up."""

SAMPLES = PROJECT / "data" / "restaurants" / "sample.jsonl"
_START_TIMEOUT = 120.0  # seconds
_STOP_TIMEOUT = 20.0


class CannotStart(Exception):
    """The service cannot start on this machine. The message says why."""


class _Interrupted(BaseException):
    """Received SIGINT (Ctrl-C) or SIGTERM."""


def train_model(settings: Settings) -> Path:
    """Return the path of the model for the current sources, training it if needed.

    Raises:
        CannotStart: Rasa's environment is missing, or Rasa rejected the sources.
    """
    if not model.RASA_PYTHON.exists():
        raise CannotStart("Rasa's environment .venv-rasa is missing: `make install` makes it and needs Python 3.10")
    try:
        return model.train(settings.tabletalk_var, dict(os.environ))
    except model.TrainingFailed as error:
        raise CannotStart(f"the model could not be trained:\n{error}") from error


def run_stack(settings: Settings) -> None:
    """Start everything, print the addresses, and block until interrupted.

    Raises:
        CannotStart: something that it needs is missing or in use.
    """
    if settings.is_production:
        raise CannotStart(
            "`run` is for one machine in development; in production start web, actions, events and worker by themselves"
        )
    if sys.platform != "linux":
        raise CannotStart("`run` needs Linux")
    begin = time.monotonic()
    _check_ports(settings)
    _check_words(settings)
    settings = _with_events_port(settings)
    adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    stack: _Stack | None = None
    try:
        if not model.model_path(settings.tabletalk_var / "models").exists():
            click.echo("Training the dialogue model (once, until its sources change) ...")
        trained = train_model(settings)
        stack = _Stack(settings, trained)
        stack.start()
        _announce(settings, time.monotonic() - begin)
        code = stack.supervisor.wait()
        raise CannotStart(f"the supervisor ended by itself (exit {code}); see {settings.tabletalk_var / 'log'}")
    except _Interrupted:
        click.echo("Stopping ...")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        if stack is not None:
            stack.supervisor.stop(_STOP_TIMEOUT)
        _end_leftovers()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _check_ports(settings: Settings) -> None:
    wanted = {"PORT": settings.port, "ACTIONS_PORT": settings.actions_port}
    wanted |= {f"RASA_PORT{f' + {n}' if n else ''}": port for n, port in enumerate(settings.rasa_ports)}
    if settings.events_port:
        wanted["EVENTS_PORT"] = settings.events_port
    if settings.metrics_port:
        wanted["METRICS_PORT"] = settings.metrics_port
    if len(set(wanted.values())) < len(wanted):
        raise CannotStart(f"{', '.join(wanted)} must differ")
    for name, port in wanted.items():
        try:
            _try_port(settings.host if name in ("PORT", "EVENTS_PORT") else "127.0.0.1", port)
        except OSError as error:
            raise CannotStart(
                f"port {port} cannot be had ({error.strerror}); set {name.split()[0]} to another one"
            ) from error


def _with_events_port(settings: Settings) -> Settings:
    """Choose a port for the event stream: the usual one, or any free port, since no one has to remember it."""
    if settings.events_port:
        return settings
    taken = {settings.port, settings.actions_port, *settings.rasa_ports}
    for port in (settings.events_listen_on, 0):
        with suppress(OSError):
            found = _try_port(settings.host, port)
            if found not in taken:
                return settings.model_copy(update={"events_port": found})
    raise CannotStart("no port can be had for the stream of events; set EVENTS_PORT to one")


def _try_port(host: str, port: int) -> int:
    """Return the port if it is free, or any free port for 0. Raises OSError if it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])


def _check_words(settings: Settings) -> None:
    try:
        Languages(*filter(None, [settings.tabletalk_words]))
    except CatalogueWrong as error:
        raise CannotStart(f"TABLETALK_WORDS: {error}") from error


def _end_leftovers() -> None:
    """End remaining child processes, which exist only if the supervisor was killed or failed to stop its programs."""
    leftovers = psutil.Process().children(recursive=True)
    for process in leftovers:
        process.terminate()
    _, stubborn = psutil.wait_procs(leftovers, timeout=5)
    for process in stubborn:
        process.kill()


@dataclass
class _Stack:
    """The programs of the service under a supervisor."""

    settings: Settings
    trained: Path

    def start(self) -> None:
        """Start the programs in order: servers, migrations, sample restaurants, our processes."""
        settings = self.settings
        var = settings.tabletalk_var
        settings.runtime_folder.mkdir(parents=True, exist_ok=True)
        configuration = var / "supervisord.conf"
        programs = self._programs()
        write_configuration(
            configuration, programs, socket=settings.runtime_folder / SOCKET, logs=var / "log", folder=PROJECT
        )
        self.supervisor = Supervisor(configuration, settings.runtime_folder, self._environment(), programs)
        self._wait("PostgreSQL", self._postgres_answers, "postgres")
        upgrade(settings.database_address)
        self._import_samples()
        for name in ("rasa", "actions", "web", "events", "worker"):
            self.supervisor.programs.start(name)
        events = f"http://127.0.0.1:{settings.events_listen_on}"
        addresses = {
            "actions": ("the action app", settings.actions_address),
            "events": ("the stream of events", events),
            "rasa": ("the service", f"http://127.0.0.1:{settings.port}"),
        }
        with httpx.Client(timeout=2.0, trust_env=False) as client:
            for program, (what, address) in addresses.items():
                self._wait(what, partial(_is_ok, client, f"{address}/readyz?verbose"), program)

    def _programs(self) -> list[Program]:
        ours = str(Path(sys.executable).with_name("tabletalk"))
        programs = [
            Program("rasa", [str(model.RASA_PYTHON), "-m", "dialogue.rasa.server"]),
            # gunicorn's quick shutdown: a graceful one would wait for requests that no other server can complete
            Program("actions", [ours, "actions"], stop_signal="INT"),
            Program("web", [ours, "web"], stop_signal="INT"),
            Program("events", [ours, "events"], stop_signal="INT"),
            Program("worker", [ours, "worker"]),
        ]
        if self.settings.embeds_postgres:
            command = embedded.postgres_command(self.settings)
            programs.append(Program("postgres", command.arguments, True, command.user, stop_signal="INT"))
        if self.settings.embeds_redis:
            programs.append(Program("redis", embedded.redis_command(self.settings).arguments, True))
        return programs

    def _environment(self) -> dict[str, str]:
        """Environment of the processes, with all addresses and the clock offset that they share."""
        settings = self.settings
        secrets = secrets_of(settings)
        left_out = {"TABLETALK_NOW", *(f"{name}_FILE" for name in secrets)}
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        return {
            **environment,
            **secrets,
            **model.rasa_environment(settings.tabletalk_var),
            "TABLETALK_VAR": str(settings.tabletalk_var),
            "TABLETALK_CLOCK_OFFSET": str(settings.clock_offset.total_seconds()),
            "RASA_TOKEN": settings.for_rasa.first,
            "ACTIONS_TOKEN": settings.for_actions.first,
            "TABLETALK_ACTIONS_URL": settings.actions_address,
            "TABLETALK_MODEL": str(self.trained),
            "RASA_PORT": str(settings.rasa_port),
            "RASA_PROCESSES": str(len(settings.rasa_ports)),
            "EVENTS_PORT": str(settings.events_port),
            "DATABASE_URL": settings.database_address,
            "REDIS_URL": settings.redis_address,
        }

    def _postgres_answers(self) -> bool:
        if self.settings.embeds_postgres:
            try:
                embedded.ensure_database(self.settings.database_address)
            except psycopg.OperationalError:
                return False
            return True
        url = make_url(self.settings.database_address).set(drivername="postgresql")
        try:
            with psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=5):
                return True
        except psycopg.OperationalError as error:
            raise CannotStart(f"DATABASE_URL: {str(error).splitlines()[0]}") from error

    def _import_samples(self) -> None:
        database = open_database(self.settings)
        with SAMPLES.open(encoding="utf-8") as lines:
            open_engine(self.settings, database).import_restaurants(lines)
        database.dispose()

    def _wait(self, what: str, is_up: Callable[[], bool], program: str) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not is_up():
            if time.monotonic() > deadline or self.supervisor.exit_code() is not None:
                log = self.settings.tabletalk_var / "log" / f"{program}.log"
                raise CannotStart(f"{what} did not come up; see {log}")
            time.sleep(0.1)


def _is_ok(client: httpx.Client, url: str) -> bool:
    try:
        answer = client.get(url)
        return answer.status_code == httpx.codes.OK and all(answer.json().get("parts", {}).values())
    except (httpx.HTTPError, ValueError):
        return False


def _announce(settings: Settings, seconds: float) -> None:
    base = settings.public_address
    now = datetime.now(timezone.utc) + settings.clock_offset
    lines = [
        f"Tabletalk is up after {seconds:.0f} s. Its clock says {now:%a %d %b %Y %H:%M} UTC.",
        f"  Phone simulator   {base}/simulator",
        f"  Widget demo page  {base}/demo",
        f"  Twilio webhook    {base}/webhooks/twilio/sms   (number {settings.twilio_number})",
        f"  Chat API          {base}/api/chat/conversations",
        f"  REST API          {base}/docs",
        f"  Demo API key      {_demo_key(settings)}",
        f"  Rasa              {', '.join(settings.rasa_addresses)}",
        f"  Secrets           {settings.tabletalk_var / 'secrets.json'}",
        f"  Logs              {settings.tabletalk_var / 'log'}",
        ANNOUNCED,
    ]
    click.echo("\n".join(lines))
    sys.stdout.flush()


def _demo_key(settings: Settings) -> str:
    """Return the generated API key. One that was set is somebody's secret, and is not printed."""
    if settings.tabletalk_api_keys:
        return "none, as TABLETALK_API_KEYS is set"
    return min(read_api_keys(settings.api_keys))
