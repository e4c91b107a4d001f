"""What we change in Rasa is still there to be changed, in its own Python."""

from __future__ import annotations

from deploy.stack import model
from tests.support.rasas_python import in_rasas_python
from tests.support.running import Stack

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
from dialogue.rasa.server.action_app import ActionApp

calls, connections, late = [], set(), threading.Event()

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        calls.append([self.headers["Authorization"], body["next_action"], body["tracker"]["events"], body["domain"]])
        connections.add(self.client_address)
        if body["next_action"] == "is slow":
            late.wait(30)
        answer = json.dumps({"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "Hi"}]}).encode()
        self.send_response({"fails": 500, "waits": 503}.get(body["next_action"], 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.close_connection = body["next_action"] == "is last"  # without a word of it

    def log_message(self, *args):
        pass

async def run(action, app):
    tracker = DialogueStateTracker("ana", [])
    events = await RemoteAction(action, app).run(CollectingOutputChannel(), None, tracker, Domain.empty())
    return [event.type_name for event in events]

async def main():
    app = ActionApp(f"http://127.0.0.1:{server.server_port}/webhook", "t")
    done = [await run("action_reply", app) for _ in range(3)]
    kept = len(connections)
    nobody = ActionApp("http://127.0.0.1:9/webhook", "t")
    for action, asked in (("fails", app), ("waits", app), ("action_reply", nobody)):
        try:
            await run(action, asked)
        except remote_action.TurnFailed as failure:
            done.append([type(failure).__name__, str(failure)])
    try:
        await asyncio.wait_for(run("is slow", app), 0.2)
    except remote_action.PartAway:
        done.append("no time left")
    after = [await run("action_reply", app)]
    late.set()
    after += [await run("is last", app), await run("action_reply", app)]
    print(json.dumps({"done": done, "after": after, "calls": calls, "kept": kept}))

remote_action.install()
server = ThreadingHTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=server.serve_forever, daemon=True).start()
asyncio.run(main())
"""

CARRIED = """
import asyncio, json
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, LoopInterrupted, SlotSet, UserUttered
from rasa.utils.endpoints import EndpointConfig
from dialogue.rasa.server import carried

domain = Domain.load("dialogue/rasa/domain")

async def main():
    store = TrackerStore.create(EndpointConfig(type="dialogue.rasa.server.carried.CarriedTrackerStore"), domain)
    before = await store.retrieve("ana")  # outside a request
    first = carried.begin(None, 0.0)
    tracker = await store.get_or_create_tracker("ana")
    said = [
        UserUttered("hi", {"name": "book"}), ActionExecuted("booking_form"), ActiveLoop("booking_form"),
        SlotSet("requested_slot", "time"), SlotSet("state", {"city": "Rome"}), ActionExecuted("action_listen"),
    ]
    tracker.update_with_events(said, domain)
    await store.save(tracker)
    kept = json.loads(json.dumps(first.dialogue))
    second = carried.begin(kept, 0.0)
    again = await store.retrieve("ana")
    told = [again.active_loop_name, again.latest_action_name, again.get_slot("requested_slot"), again.get_slot("state")]
    again.update_with_events([UserUttered("?", {"name": "ask"}), ActionExecuted("action_reply"), LoopInterrupted(True)], domain)
    await store.save(again)
    third = await store.retrieve("ana")
    late = carried.begin({**kept, "heard_at": kept["heard_at"] - 60}, 3600.0)
    print(json.dumps({
        "before": before is None, "told": told, "interrupted": third.is_active_loop_interrupted, "traces": second.traces,
        "silence": round(late.silence()), "names": sorted(kept), "others": await in_another_request(store),
    }))

async def in_another_request(store):
    carried.begin(None, 0.0)
    return await store.retrieve("ana") is None

carried.install()
asyncio.run(main())
"""

PREDICTIONS = """
import itertools, json, os
from rasa.core.agent import Agent
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, LoopInterrupted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from dialogue.rasa.server import graph, prediction

dask = Agent.load(os.environ["TABLETALK_MODEL"]).processor
graph.install()
plain = Agent.load(os.environ["TABLETALK_MODEL"]).processor
domain = plain.domain

def dialogues():
    form = "booking_form"
    opened = [ActionExecuted(form), ActiveLoop(form), SlotSet("requested_slot", "time"), ActionExecuted("action_listen")]
    for intent, is_open in itertools.product(sorted(domain.intents), (False, True)):
        begun = [ActionExecuted("action_listen"), *(opened if is_open else [])]
        yield [*begun, UserUttered("x", {"name": intent})]
        yield [*begun, UserUttered("x", {"name": intent}), ActionExecutionRejected(form)]
        yield [*begun, UserUttered("x", {"name": intent}), ActionExecuted("action_reply")]
        yield [*begun, UserUttered("x", {"name": intent}), ActionExecuted("action_reply"), LoopInterrupted(True)]
        yield [*begun, UserUttered("x", {"name": intent}), ActionExecuted(form), ActiveLoop(None)]

def tracker_of(events, name):
    tracker = DialogueStateTracker("ana", domain.slots)
    tracker.update_with_events([*events, SlotSet("state", {"name": name})], domain)
    return tracker

def told(processor, events, name):
    found = processor._predict_next_with_tracker(tracker_of(events, name))
    action = domain.action_names_or_texts[found.max_confidence_index]
    return [action, found.max_confidence, [event.type_name for event in found.events]]

rasas = [told(dask, events, "Ana") for events in dialogues()]
prediction.install()
ours = [told(plain, events, "Ana") for events in dialogues()]
searches = []
search = prediction._predict_as_rasa_does
prediction._predict_as_rasa_does = lambda *args: searches.append(1) or search(*args)
again = [told(plain, events, "Bo") for events in dialogues()]
print(json.dumps({
    "same": rasas == ours == again, "actions": len({action for action, *_ in rasas}), "searches": len(searches),
    "runner": type(plain.graph_runner).__name__, "of Rasa": type(dask.graph_runner).__name__,
    "influence": any(slot.influence_conversation for slot in domain.slots),
}))
"""

UNREAD = """
import ast, inspect, json
from rasa.core import processor
from rasa.core.actions import forms
from dialogue.rasa.server import unread

copies, others, does = 0, [], set()
for module in (processor, forms):
    tree = ast.parse(inspect.getsource(module))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "structlogger.debug":
            for node in ast.walk(call):
                if isinstance(node, ast.Name) and node.id == "copy":
                    copies += 1
                    node.id = "logged"
    others += [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "copy"]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "_check_for_unseen_features":
            does |= {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
unread.install()
message = ["as it was"]
print(json.dumps({
    "copies": copies, "others": others, "does": sorted(does),
    "message": message[0] if processor.copy.deepcopy(message) is forms.copy.deepcopy(message) is message else None,
    "checks": processor.MessageProcessor._check_for_unseen_features(None, {"intent": {"name": "x"}, "entities": []}),
}))
"""


def test_the_class_of_an_event_is_looked_up_once_for_each_type() -> None:
    assert in_rasas_python(EVENT_TYPES) == {"same": True, "read": 18, "lookups": 0}


def test_calls_are_slim_and_share_a_connection_and_a_failure_is_none_of_rasas() -> None:
    told = in_rasas_python(CALLS)
    assert told["done"][:3] == [["bot", "slot"]] * 3
    assert told["done"][3:6] == [["TurnFailed", "fails"], ["PartAway", "waits"], ["PartAway", "action_reply"]]
    assert told["done"][6:] == ["no time left"]
    assert told["calls"][:3] == [["Bearer t", "action_reply", [], {}]] * 3
    assert told["kept"] == 1
    assert told["after"] == [["bot", "slot"]] * 3, (
        "a call given up answers no other, and one that was hung up on is made again"
    )


def test_what_rasa_copies_it_copies_for_debug_messages_alone() -> None:
    told = in_rasas_python(UNREAD)
    assert told["copies"] > 5
    assert told["others"] == []
    assert told["message"] == "as it was", "what a turn has read is handed on, not copied"
    assert told["does"] == ["rasa.shared.utils.io.raise_warning", "self.domain.is_empty"], "it does nothing but warn"
    assert told["checks"] is None


def test_a_dialogue_is_what_the_request_has_brought() -> None:
    told = in_rasas_python(CARRIED)
    assert told["before"]
    assert told["others"]
    assert told["told"] == ["booking_form", "action_listen", "time", {"city": "Rome"}]
    assert told["interrupted"]
    assert told["traces"] == [
        {
            "steps": [["intent", "ask", "booking_form"], ["action", "action_reply", "booking_form"]],
            "responses": [],
            "errors": [],
        }
    ]
    assert told["silence"] == 3660, "by the clock of the conversation, an hour ahead"
    assert told["names"] == ["heard_at", "is_interrupted", "loop", "slots"]


def test_a_prediction_is_remembered_and_the_same_as_rasas(stack: Stack) -> None:
    """Whatever the slots hold, and without Dask; what was predicted once is not searched for again."""
    trained = str(model.model_path(stack.var / "models"))
    told = in_rasas_python(PREDICTIONS, TABLETALK_MODEL=trained)
    assert (told["same"], told["influence"], told["searches"]) == (True, False, 0)
    assert told["actions"] > 5
    assert (told["of Rasa"], told["runner"]) == ("DaskGraphRunner", "PlainGraphRunner")
