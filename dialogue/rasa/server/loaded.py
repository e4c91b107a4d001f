"""The agent that Rasa's server answers with: one that is loaded already."""

from __future__ import annotations

from typing import Any

from rasa.core import run
from rasa.core.agent import Agent
from rasa.core.utils import AvailableEndpoints


def install(agent: Agent) -> None:
    """Change what Rasa's server does for an agent when it starts, for the whole process: it would load one."""

    async def take_agent(model: None, endpoints: AvailableEndpoints, storage: None, app: Any, loop: Any) -> None:
        app.ctx.agent = agent

    run.load_agent_on_start = take_agent
