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

CALLS = """
import asyncio, json, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from dialogue.rasa.server import remote_action

calls, connections = [], set()

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls.append([self.headers["Authorization"], body["next_action"], body["tracker"]["events"], body["domain"]])
        connections.add(self.client_address)
        answer = json.dumps({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "Hi"}]}).encode()
        self.send_response(500 if body["next_action"] == "fails" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass

async def run(action, app):
    tracker = DialogueStateTracker("ana", [])
    events = await RemoteAction(action, app).run(CollectingOutputChannel(), None, tracker, Domain.empty())
    return [event.type_name for event in events]

async def main():
    app = remote_action.ActionApp(url=f"http://127.0.0.1:{server.server_port}/webhook", headers={"Authorization": "Bearer t"})
    done = [await run("action_reply", app) for _ in range(3)]
    try:
        await run("fails", app)
    except remote_action.TurnFailed as failure:
        done.append(str(failure))
    print(json.dumps({"done": done, "calls": calls, "connections": len(connections)}))

remote_action.install()
server = ThreadingHTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=server.serve_forever, daemon=True).start()
asyncio.run(main())
"""


def in_rasas_python(script: str) -> Any:
    """Return what a script prints last, which is JSON."""
    done = subprocess.run([RASA_PYTHON, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_class_of_an_event_is_looked_up_once_for_each_type() -> None:
    assert in_rasas_python(EVENT_TYPES) == {"same": True, "read": 18, "lookups": 0}


def test_calls_are_slim_and_share_a_connection_and_a_failure_is_none_of_rasas() -> None:
    told = in_rasas_python(CALLS)
    assert told["done"] == [["bot", "slot"]] * 3 + ["fails"]
    assert told["calls"][:3] == [["Bearer t", "action_reply", [], {}]] * 3
    assert told["connections"] == 1
