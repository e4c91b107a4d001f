"""`tabletalk script` as testers and CI use it: exit codes, reports, the schema, and the pytest plugin."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import pytest
import yaml
from _pytest.fixtures import FixtureFunctionDefinition
from click.testing import CliRunner, Result

from bot.settings import PROJECT
from deploy.commands import cli
from deploy.scripts import plugin as former_plugin
from deploy.stack.launching import TABLETALK, environment
from testkit import plugin
from testkit.script.schema import script_schema
from tests.support.running import Stack, wait_until
from tests.testkit.support import GOOD, written
from webhooks.schemas import SCRIPT_SCHEMA

GREEN = GOOD.replace("bot: Hi", "bot: {contains: Hi}")
RED = GOOD.replace("bot: Hi", "bot: Good day, sir")
CONVERSATIONS = PROJECT / "tests" / "conversations"


def run(stack: Stack, *arguments: str | Path) -> Result:
    told = ["script", "run", "--url", stack.base_url, "--key", stack.api_key, *map(str, arguments)]
    return CliRunner().invoke(cli, told, env={"TABLETALK_VAR": str(stack.var), "COLUMNS": "200"})


def test_green_scripts_exit_0(stack: Stack, tmp_path: Path) -> None:
    done = run(stack, written(tmp_path, GREEN), "--jobs", "1")
    assert done.exit_code == 0, done.output
    assert "1 passed" in done.output


def test_a_failure_exits_1_and_reports_are_written(stack: Stack, tmp_path: Path) -> None:
    junit, html = tmp_path / "out" / "junit.xml", tmp_path / "out" / "report.html"
    done = run(stack, written(tmp_path, RED), "--junit", junit, "--html", html, "--segment-price", "0.01")
    assert done.exit_code == 1, done.output
    assert "script.yml:6" in done.output
    assert "[-Good day, sir-]" in done.output
    assert 'failures="1"' in junit.read_text()
    assert "0.01 USD for each outgoing" in html.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["no/such/file.yml"], "no/such/file.yml: expected a file or folder, found nothing"),
        (["{wrong}"], "wrong.yml:6: test_cases.steps.usr: expected one of"),
        (["{good}", "--filter", "nothing has this name"], "--filter: expected part of a script's file::name"),
        (["{good}", "--filter", "(a"], "--filter: expected a regular expression"),
        (["{good}", "--jobs", "0"], "0 is not in the range"),
        (["{good}", "--url", "http://127.0.0.1:9"], "GET http://127.0.0.1:9/simulator/api/config"),
        (["{good}", "--html", "/proc/nowhere/x.html"], "/proc/nowhere"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use_exits_2_and_says_why(stack: Stack, tmp_path: Path, arguments: list[str], told: str) -> None:
    files = {"good": written(tmp_path, GREEN), "wrong": written(tmp_path, GOOD.replace("user", "usr"), "wrong.yml")}
    done = run(stack, *(argument.format_map(files) for argument in arguments))
    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output


def test_a_filter_chooses_by_name(stack: Stack, tmp_path: Path) -> None:
    path = written(tmp_path, GREEN + "  - test_case: says goodbye\n    steps: [{user: bye, bot: wrong}]\n")
    assert run(stack, path, "--filter", "GREETS$").exit_code == 0
    assert run(stack, path, "--filter", "goodbye").exit_code == 1


def test_watching_plays_again_when_a_file_has_changed(stack: Stack, tmp_path: Path) -> None:
    path, log = written(tmp_path, GREEN), tmp_path / "log"
    command = [str(TABLETALK), "script", "run", "--watch", "--url", stack.base_url, str(path)]
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment(stack.var), stdout=output, stderr=output)
    try:
        wait_until(lambda: log.read_text().count("Waiting for a change") == 1, "the first run is over")
        assert "1 passed" in log.read_text()
        path.write_text(RED)
        wait_until(lambda: log.read_text().count("Waiting for a change") == 2, "it was played again")
        assert "1 failed" in log.read_text()
        path.write_text("nonsense")
        wait_until(lambda: log.read_text().count("Waiting for a change") == 3, "nonsense does not end it")
        path.write_text(GREEN)
        wait_until(lambda: log.read_text().count("Waiting for a change") == 4, "it was played again")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()


@pytest.mark.service  # its own
def test_where_no_service_runs_one_is_started_and_ended(tmp_path: Path) -> None:
    told = environment(tmp_path / "nothing", PORT=1)
    command = [str(TABLETALK), "script", "run", str(written(tmp_path, GREEN))]
    done = subprocess.run(command, cwd=PROJECT, env=told, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No service runs on this machine: starting one" in done.stderr
    assert "1 passed" in done.stdout


def as_editors_read(path: Path) -> Any:
    """Read YAML 1.2 without dates, as editors do to validate it against a schema."""

    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's name

    Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))
    return yaml.load(path.read_text(), Loader)


@pytest.mark.parametrize("path", sorted(CONVERSATIONS.rglob("*.yml")), ids=lambda path: path.name)
def test_the_schema_takes_the_projects_own_scripts(path: Path) -> None:
    jsonschema_rs.validator_for(script_schema("https://tabletalk.example")).validate(as_editors_read(path))


@pytest.mark.parametrize("wrong", ["usr: hello", "bot: {segments: few}", "down: mysql", "bot: {expects: food}"])
def test_the_schema_refuses_what_the_loader_refuses(tmp_path: Path, wrong: str) -> None:
    validator = jsonschema_rs.validator_for(script_schema("https://tabletalk.example"))
    assert validator.is_valid(as_editors_read(written(tmp_path, GOOD)))
    assert not validator.is_valid(as_editors_read(written(tmp_path, GOOD.replace("bot: Hi", wrong))))


def test_the_schema_is_printed_as_it_is_published(stack: Stack) -> None:
    done = CliRunner().invoke(cli, ["script", "schema"], env={"TABLETALK_VAR": str(stack.var), "PORT": "5999"})
    assert done.exit_code == 0
    assert json.loads(done.output)["$id"] == "http://127.0.0.1:5999/schemas/script.json"


def test_the_published_schema_is_up_to_date() -> None:
    published = json.loads(SCRIPT_SCHEMA.read_text(encoding="utf-8"))
    assert published == script_schema(), f"{SCRIPT_SCHEMA} is outdated: run `python -m testkit.script.schema`"


def test_the_plugins_former_name_has_the_same_hooks_and_fixtures() -> None:
    assert hooks_and_fixtures(former_plugin) == hooks_and_fixtures(plugin)
    assert "pytest_collect_file" in hooks_and_fixtures(plugin)


def hooks_and_fixtures(module: ModuleType) -> dict[str, object]:
    """Return what pytest registers when it loads a module as a plugin."""
    return {
        name: value
        for name, value in vars(module).items()
        if name.startswith("pytest_") or isinstance(value, FixtureFunctionDefinition)
    }


def test_pytest_collects_scripts_and_shows_a_failure_as_a_thread(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "conversations" / "deeper").mkdir(parents=True)
    written(tmp_path / "conversations" / "deeper", GREEN, "green.yml")
    written(tmp_path / "conversations", RED, "red.yaml")
    written(tmp_path / "conversations", GOOD.replace("user", "usr"), "unreadable.yml")
    written(tmp_path, GREEN, "elsewhere.yml")
    written(
        tmp_path,
        f"""
import pytest
from pathlib import Path
from types import SimpleNamespace

@pytest.fixture(scope="session")
def stack():
    settings = SimpleNamespace(runtime_folder=Path({str(stack.settings.runtime_folder)!r}))
    return SimpleNamespace(base_url={stack.base_url!r}, api_key={stack.api_key!r}, settings=settings)
""",
        "conftest.py",
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "testkit.plugin",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        ".",
    ]
    told = environment(stack.var, PYTHONPATH=str(PROJECT))
    collected = subprocess.run([*command, "-v", "--continue-on-collection-errors"], cwd=tmp_path, env=told,
                               capture_output=True, text=True, check=False, timeout=100)  # fmt: skip
    assert collected.returncode == 1
    assert re.search(r"green\.yml::greets PASSED", collected.stdout), collected.stdout
    assert re.search(r"red\.yaml::greets FAILED", collected.stdout), collected.stdout
    assert "[-Good day, sir-]" in collected.stdout
    assert "unreadable.yml:6: test_cases.steps.usr: expected one of" in collected.stdout
    assert "elsewhere" not in collected.stdout
    assert "1 failed, 1 passed, 1 error" in collected.stdout
