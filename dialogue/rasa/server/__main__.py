"""Start Rasa: ``python -m dialogue.rasa.server``, set up by environment variables that the stack's runner gives.

Rasa and the model are loaded once. Then as many processes as ``RASA_PROCESSES`` says are forked (one if it is not set, for 0
one for every two cores), which listen on ``RASA_PORT`` and the ports above.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from rasa.core import run
from rasa.core.agent import Agent, load_agent
from rasa.core.utils import AvailableEndpoints
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.endpoints import EndpointConfig

from dialogue.rasa import logs
from dialogue.rasa.server import (
    browsers,
    carried,
    event_types,
    forking,
    graph,
    loaded,
    prediction,
    remote_action,
    tokens,
    trackers,
    unread,
)
from dialogue.rasa.server.action_app import ActionApp


def _only_name(logger: Any, method: str, event: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments of the call to log: the name of the event, and the error if there is one."""
    return (event["event"],), {"exc_info": event.get("exc_info")}


def main() -> None:
    """Serve until the process is told to end."""
    actions_token = tokens.from_environment("ACTIONS_TOKEN")
    configure_logging_and_warnings(log_level=logging.WARNING, warn_only_once=True, filter_repeated_logs=True)
    logs.configure(logging.WARNING)
    # Rasa logs what diners say, in full, several times a turn; below warnings nothing of it is even put together. Above,
    # only the name of the event is logged, which is a constant.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: logging.getLogger("dialogue.rasa.server"),
        processors=[_only_name],
        cache_logger_on_first_use=True,
    )
    for change in (remote_action, browsers, carried, event_types, graph, prediction, trackers, unread):
        change.install()
    endpoints = AvailableEndpoints(
        action=ActionApp(os.environ["TABLETALK_ACTIONS_URL"] + "/webhook", actions_token),
        tracker_store=EndpointConfig(type="dialogue.rasa.server.carried.CarriedTrackerStore"),
    )
    agent = asyncio.run(load_agent(os.environ["TABLETALK_MODEL"], endpoints=endpoints))
    if not agent.is_ready():
        sys.exit("the model in TABLETALK_MODEL cannot be loaded")
    forking.serve_on(forking.ports_from_environment(), partial(_serve, agent, endpoints))


def _serve(agent: Agent, endpoints: AvailableEndpoints, port: int) -> None:
    loaded.install(agent)
    run.serve_application(
        interface=os.environ.get("RASA_HOST", "127.0.0.1"),
        port=port,
        credentials=str(Path(__file__).with_name("credentials.yml")),
        auth_token=tokens.from_environment("RASA_TOKEN"),
        enable_api=True,
        endpoints=endpoints,
    )


if __name__ == "__main__":
    main()
