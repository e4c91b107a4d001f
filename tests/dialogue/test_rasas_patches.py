"""What we change in Rasa is still there to be changed, in its own Python."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from bot.settings import PROJECT
from deploy.stack.model import RASA_PYTHON

EVENT_TYPES = """
import json
from rasa.shared.core import events
from rasa.shared.utils import common
from dialogue.rasa.server import event_types

names = sorted({cls.type_name for cls in common.all_subclasses(events.Event)})
before = [events.Event.resolve_by_type(name) for name in names]
event_types.install()
after = [events.Event.resolve_by_type(name) for name in names]
kept = [{"event": "action", "name": "a"}, {"event": "slot", "name": "b", "value": 1}]
events.deserialise_events(kept)
lookups = []
all_subclasses, common.all_subclasses = common.all_subclasses, lambda cls: lookups.append(cls) or all_subclasses(cls)
read = events.deserialise_events(kept * 9)
print(json.dumps({"same": before == after, "read": len(read), "lookups": len(lookups)}))
"""


def in_rasas_python(script: str) -> Any:
    """Return what a script prints last, which is JSON."""
    done = subprocess.run([RASA_PYTHON, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_class_of_an_event_is_looked_up_once_for_each_type() -> None:
    assert in_rasas_python(EVENT_TYPES) == {"same": True, "read": 18, "lookups": 0}
