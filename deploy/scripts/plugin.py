"""An alias of `testkit.plugin`, for suites that load the plugin by its former name."""

from testkit.plugin import (
    FOLDER,
    ScriptFailed,
    ScriptTest,
    ScriptTests,
    playback_of,
    pytest_addoption,
    pytest_collect_file,
    script_environment,
)

__all__ = [
    "FOLDER",
    "ScriptFailed",
    "ScriptTest",
    "ScriptTests",
    "playback_of",
    "pytest_addoption",
    "pytest_collect_file",
    "script_environment",
]
