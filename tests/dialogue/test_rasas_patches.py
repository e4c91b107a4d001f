"""What we change in Rasa is still there to be changed, in its own Python."""

from __future__ import annotations

import psutil
import pytest

from deploy.stack import model
from deploy.stack.launching import free_ports
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

TRACKERS = """
import ast, inspect, itertools, json
from collections import deque
from copy import deepcopy
from rasa.core.actions import action, forms, two_stage_fallback
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted, ActionExecutionRejected, ActiveLoop, BotUttered, Event, FollowupAction, LoopInterrupted, SessionStarted,
    SlotSet, UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop
from dialogue.rasa.server import trackers

domain = Domain.load("dialogue/rasa/domain")
form = forms.FormAction("booking_form", None)
steps = [
    SessionStarted(), ActionExecuted("booking_form"), ActiveLoop("booking_form"), ActiveLoop(None), LoopInterrupted(True),
    SlotSet("state", {"city": "Rome"}), SlotSet("requested_slot", "time"), ActionExecuted("action_listen"), BotUttered("Hi"),
    ActionExecutionRejected("booking_form"), FollowupAction("action_reply"),
    UserUttered("for 3", {"name": "inform"}, [{"entity": "party_size", "value": {"party": 3}}], {"text": "for 3"}),
]

def made(events):
    tracker = DialogueStateTracker("ana", domain.slots)
    tracker.model_id = tracker.assistant_id = "m"
    tracker.update_with_events(deepcopy(list(events)), domain)
    return tracker

def plain(value):
    if isinstance(value, Event):
        return [value.type_name, {name: plain(of) for name, of in vars(value).items() if name != "timestamp"}]
    if isinstance(value, (DialogueStateTracker, Slot, TrackerActiveLoop)):
        return {name: plain(of) for name, of in vars(value).items()}
    if isinstance(value, dict):
        return {name: plain(of) for name, of in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, deque)) else value

def told(tracker):
    return repr(plain(tracker))

def temporary(tracker):
    return form._temporary_tracker(tracker, [SlotSet("state", {"city": "Oslo"}), BotUttered("Ciao")], domain)

trackers_of = [made(events) for events in itertools.product(steps, repeat=3)]
rasas = [told(tracker.copy()) for tracker in trackers_of]
temporaries = [told(temporary(tracker)) for tracker in trackers_of]
before = [told(tracker) for tracker in trackers_of]
names = [own.name() for own in action.default_actions(None)]
searched = made(steps)
found = [form._get_events_since_last_user_uttered(searched), searched.latest_message == made(steps).latest_message]

trackers.install()
ours = [tracker.copy() for tracker in trackers_of]
replayed = []
replay, DialogueStateTracker.init_copy = DialogueStateTracker.init_copy, lambda self: replayed.append(1) or replay(self)
same = rasas == [told(tracker) for tracker in ours]
same_temporaries = temporaries == [told(temporary(tracker)) for tracker in trackers_of]
for tracker in ours:
    tracker.update_with_events([*deepcopy(steps), ActiveLoop("change_form"), SlotSet("state", None)], domain)
    tracker.interrupt_loop(True)

def keeps(own):
    classes = [cls for cls in type(own).__mro__ if cls.__module__.startswith("rasa.")]
    trees = [ast.parse(inspect.getsource(cls)) for cls in classes]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    stores = [node for function in functions if function.name != "__init__" for node in ast.walk(function)]
    return any(isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) for node in stores)

own = action.default_actions(None)
print(json.dumps({
    "dialogues": len(trackers_of), "same": same, "same_temporaries": same_temporaries, "replayed": len(replayed),
    "apart": before == [told(tracker) for tracker in trackers_of],
    "found": found == [form._get_events_since_last_user_uttered(searched), searched.latest_message == made(steps).latest_message],
    "actions": names == [each.name() for each in own] and own is action.default_actions(None),
    "keep": [each.name() for each in own if keeps(each)],
}))
"""

BROWSERS = """
import json
from rasa.core.run import configure_app
from sanic import Sanic
from dialogue.rasa.server import browsers

def prepares(app):
    '''Return whose work Rasa's server does before it starts; there, sanic-cors puts itself between all requests.'''
    return [type(getattr(each.listener, "__self__", None)).__name__ for each in app._future_listeners]

before = prepares(configure_app(auth_token="t"))
Sanic._app_registry.clear()
browsers.install()
print(json.dumps({"before": before, "after": prepares(configure_app(auth_token="t"))}))
"""

UNREAD = """
import ast, inspect, json
from rasa.core import processor
from rasa.core.actions import forms
from sanic import Sanic
from dialogue.rasa.server import unread

copies, others, does = 0, [], {"_check_for_unseen_features": set(), "_log_slots": set()}
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
        if isinstance(node, ast.FunctionDef) and node.name in does:
            does[node.name] |= {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
access_log = [Sanic("before").config.ACCESS_LOG]
unread.install()
access_log.append(Sanic("after").config.ACCESS_LOG)
message = ["as it was"]
print(json.dumps({
    "copies": copies, "others": others, "does": {name: sorted(called) for name, called in does.items()},
    "message": message[0] if processor.copy.deepcopy(message) is forms.copy.deepcopy(message) is message else None,
    "checks": processor.MessageProcessor._check_for_unseen_features(None, {"intent": {"name": "x"}, "entities": []}),
    "logs": processor.MessageProcessor._log_slots(None), "access log": access_log,
}))
"""

LOADED = """
import json, os
from rasa.core import run
from rasa.core.agent import Agent
from dialogue.rasa.server import loaded

ours, found = Agent(), []

async def look(app, loop):
    found.append([type(app.ctx.agent).__name__, app.ctx.agent is ours])
    app.stop()

if os.environ["CHANGED"]:
    loaded.install(ours)
port = int(os.environ["PORT"])
run.serve_application(channel="rest", interface="127.0.0.1", port=port, server_listeners=[(look, "after_server_start")])
print(json.dumps(found))
"""

WITHOUT_TENSORFLOW = """
import ast, json, sys
from pathlib import Path
import rasa
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.graph_components.validators import default_recipe_validator
from rasa.shared.exceptions import InvalidConfigException
from dialogue.rasa.without_tensorflow import NEED_IT

def stands_for(name, classes):
    '''Return whether the module imports TensorFlow, and has all of the classes.'''
    path = Path(rasa.__file__).parents[1].joinpath(*name.split(".")).with_suffix(".py")
    body = ast.parse(path.read_text()).body
    imports = [ast.unparse(each) for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
    has = {each.name for each in body if isinstance(each, ast.ClassDef)}
    return any("tensorflow" in each for each in imports) and has.issuperset(classes)

def is_refused(component):
    try:
        DefaultV1Recipe._from_registry(component)
    except InvalidConfigException:
        return True
    return False

print(json.dumps({
    "ours": [DefaultV1Recipe._from_registry(name).clazz.__name__ for name in ("FallbackClassifier", "RulePolicy")],
    "stand in for nothing": [name for name, classes in NEED_IT.items() if not stands_for(name, classes)],
    "refused": all(map(is_refused, ("DIETClassifier", "rasa.core.policies.ted_policy.TEDPolicy"))),
    "imported": "tensorflow" in sys.modules,
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


def test_a_copy_of_a_tracker_is_the_one_that_rasa_makes_by_playing_all_events_again() -> None:
    told = in_rasas_python(TRACKERS)
    assert told["dialogues"] > 1000
    assert (told["same"], told["same_temporaries"], told["replayed"]) == (True, True, 0)
    assert told["apart"], "what happens to a copy does not happen to the tracker"
    assert told["found"], "a message equals itself and its equals, as before"
    assert told["actions"]
    assert told["keep"] == [], "Rasa's own actions keep nothing, so that they can be kept"


def test_rasa_does_without_tensorflow_and_refuses_what_needs_it() -> None:
    assert in_rasas_python(WITHOUT_TENSORFLOW) == {
        "ours": ["FallbackClassifier", "RulePolicy"],
        "stand in for nothing": [],
        "refused": True,
        "imported": False,
    }


def test_the_rasa_that_runs_has_no_tensorflow_in_memory(stack: Stack) -> None:
    rasa = psutil.Process(int(stack.programs.account_of("rasa")["pid"]))
    mapped = [part.path for part in rasa.memory_maps()]
    assert any("/sklearn/" in path for path in mapped)
    assert not [path for path in mapped if "/tensorflow/" in path]


def test_a_server_takes_the_agent_that_is_loaded() -> None:
    port = str(free_ports(1)[0])
    assert in_rasas_python(LOADED, PORT=port, CHANGED="") == [["Agent", False]], "Rasa would make one"
    assert in_rasas_python(LOADED, PORT=port, CHANGED="yes") == [["Agent", True]]


def test_responses_tell_browsers_nothing() -> None:
    told = in_rasas_python(BROWSERS)
    assert "CORS" in told["before"]
    assert "CORS" not in told["after"]


def test_what_rasa_copies_it_copies_for_debug_messages_alone() -> None:
    told = in_rasas_python(UNREAD)
    assert told["copies"] > 5
    assert told["others"] == []
    assert told["message"] == "as it was", "what a turn has read is handed on, not copied"
    assert told["does"] == {
        "_check_for_unseen_features": ["rasa.shared.utils.io.raise_warning", "self.domain.is_empty"],
        "_log_slots": [
            "'\\n'.join",
            "logged.deepcopy",
            "slot_values.strip",
            "structlogger.debug",
            "tracker.slots.values",
        ],
    }, "they do nothing but warn and write for the log"
    assert told["checks"] is None
    assert told["logs"] is None
    assert told["access log"] == [True, False]


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


def test_what_a_script_writes_for_errors_is_not_its_answer() -> None:
    """A thread of a server does when somebody hangs up, at any moment."""
    late = 'import sys\nprint(\'{"a": 1}\', flush=True)\nprint("-" * 40, file=sys.stderr)'
    assert in_rasas_python(late) == {"a": 1}


def test_a_script_that_fails_tells_why() -> None:
    with pytest.raises(AssertionError, match="RuntimeError: so it is"):
        in_rasas_python('raise RuntimeError("so it is")')
