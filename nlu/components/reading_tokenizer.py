"""Tokens for the featurizers, with every entity standing as one word, so that "for 4" and "for 6" look the same."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

import nlu
from nlu.intents import delexicalise
from nlu.reading.reader import read_message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class ReadingTokenizer(Tokenizer):
    """Tokenises as the reader does; a token's lemma is its canonical or delexicalised word."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What the base class insists on."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """The reader's own sources: Rasa's cache must not outlive a change of them."""
        package = Path(nlu.__file__).parent
        sources = sorted([*package.glob("*.py"), *package.glob("reading/*.py")])
        return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Tokens of the message's text (or of another attribute, just by blanks)."""
        text = message.get(attribute)
        if attribute != TEXT:
            tokens: list[Token] = self._convert_words_to_tokens(text.split(), text)
            return tokens
        expecting = (message.get("metadata") or {}).get("expects")
        read = read_message(text, expecting=expecting)
        return [Token(text[start:end], start, end, lemma=word) for word, start, end in delexicalise(text, read)]
