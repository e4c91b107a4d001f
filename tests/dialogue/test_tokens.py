"""Tokens of Rasa's process: read from the environment or a file, and replaced while it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialogue.rasa.server.tokens import Tokens, from_environment


def test_a_former_token_is_accepted_and_the_present_one_is_sent() -> None:
    tokens = Tokens("new", "old")
    assert f"Bearer {tokens}" == "Bearer new"
    provided = "old"
    assert provided == tokens, "as Rasa's own HTTP API compares"
    assert tokens == "new"
    assert tokens != "newer"
    assert tokens != ""
    assert Tokens("new") != "old"


def test_tokens_are_read_from_variables_and_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RASA_TOKEN", "new")
    monkeypatch.delenv("RASA_TOKEN_FILE", raising=False)
    assert from_environment("RASA_TOKEN") == "new"
    path = tmp_path / "former"
    path.write_text("old, older\n")
    monkeypatch.setenv("RASA_TOKEN_PREVIOUS_FILE", str(path))
    assert from_environment("RASA_TOKEN") == "older"
    monkeypatch.delenv("RASA_TOKEN")
    with pytest.raises(KeyError, match="RASA_TOKEN"):
        from_environment("RASA_TOKEN")
