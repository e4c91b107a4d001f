"""Measure how well the answers to the question for a name are told from others: by their acts, and with the tagger's word.

    .venv-rasa/bin/python -m bench.naming

Each of our own texts is read by models that were taught the two thirds without it. Prints how many names are missed and how many
others are taken for one, and what `nlu.asked_name.heard` is to count each opinion by. Takes about a minute on two cores, and
needs no service.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import numpy as np
from rasa.shared.nlu.training_data.loading import load_data
from sklearn.linear_model import LogisticRegression
from sklearn_crfsuite import CRF

from nlu import acts as spoken
from nlu import asked_name
from nlu.components.learning import fit_one
from nlu.components.meaning_model import MeaningModel, of_intents
from nlu.components.name_tagger import NameTagger
from nlu.components.weighing import Weighing
from nlu.features import asked_of, features

_FOLDS = 3
_CERTAIN = 0.55
_NAME = "name"


class Told(NamedTuple):
    """Whether a text is a name, the acts it has by itself, and how likely each of its words is which part of a name."""

    is_name: bool
    acts: dict[str, float]
    shares: Sequence[dict[str, float]]


def main() -> None:
    """Measure and print."""
    with ProcessPoolExecutor() as pool:
        told = [each for of_fold in pool.map(_told, range(_FOLDS)) for each in of_fold]
    is_name = np.array([each.is_name for each in told])
    opinions = np.array([asked_name.opinions(each.acts, each.shares) for each in told])
    fitted = LogisticRegression().fit(opinions, is_name)
    shares = {
        "by the acts": [each.acts.get(_NAME, 0.0) for each in told],
        "with the tagger": [asked_name.heard(each.acts, each.shares)[_NAME] for each in told],
        "with it, fitted now": fitted.predict_proba(opinions)[:, 1],
    }
    print(f"{sum(is_name)} names, {sum(~is_name)} other texts")
    for title, each in shares.items():
        found = np.array(each) >= _CERTAIN
        missed, wrong = np.mean(~found[is_name]), np.mean(found[~is_name])
        print(f"{title + ':':22}{missed:6.1%} of the names missed, {wrong:5.1%} of the others taken for one")
    print("fitted now:", *(round(float(each), 2) for each in (*fitted.coef_[0], fitted.intercept_[0])))


def _told(fold: int) -> list[Told]:
    """Read the texts of a fold by what the others teach."""
    taught = [
        each for each in spoken.examples(list(of_intents(load_data("data/nlu")))) if asked_of(each.expecting) == _NAME
    ]
    folds = _folds(each.text for each in taught)
    learned = [each for each in taught if folds[each.text.lower()] != fold]
    model = fit_one([features(each.text, _NAME) for each in learned], learned, MeaningModel.get_default_config())
    weighing = Weighing(model.vectorizer)
    answers = [each for each in asked_name.examples() if folds.get(each[0].lower()) != fold]
    looks = [(asked_name.features(text), asked_name.labels(text, marks)) for text, marks in asked_name.varied(answers)]
    field = CRF(**NameTagger.get_default_config(), max_iterations=100)
    field.fit(*zip(*looks, strict=True))
    acts = {each.text: each.act for each in taught if each.act and folds[each.text.lower()] == fold}
    return [
        Told(act == _NAME, model.acts.of(weighing.of(features(text, _NAME))), _shares(field, text))
        for text, act in acts.items()
    ]


def _folds(texts: Iterator[str]) -> dict[str, int]:
    """Deal out the texts, however their letters are written."""
    each = sorted({text.lower() for text in texts})
    random.Random(1).shuffle(each)
    return {text: n % _FOLDS for n, text in enumerate(each)}


def _shares(field: CRF, text: str) -> Sequence[dict[str, float]]:
    words = asked_name.features(text)
    found: Sequence[dict[str, float]] = field.predict_marginals_single(words) if words else []
    return found


if __name__ == "__main__":
    main()
