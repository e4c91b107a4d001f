"""Rasa without TensorFlow: ``python -m dialogue.rasa.without_tensorflow train …`` is ``rasa train …``.

Rasa imports TensorFlow wherever it starts, for components that our pipeline does not have. That takes two thirds of its start,
and more memory than all else.
"""

from __future__ import annotations

import runpy
import sys
from types import ModuleType

NEED_IT = {
    "rasa.core.policies.ted_policy": ("TEDPolicy",),
    "rasa.core.policies.unexpected_intent_policy": ("UnexpecTEDIntentPolicy",),
    "rasa.nlu.classifiers.diet_classifier": ("DIETClassifier",),
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": ("ConveRTFeaturizer",),
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": ("LanguageModelFeaturizer",),
    "rasa.nlu.selectors.response_selector": ("ResponseSelector",),
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
"""Rasa's modules that import TensorFlow, and what others of its modules import from them."""


def install() -> None:
    """Put empty classes in place of those that need TensorFlow, for the whole process, before Rasa is imported.

    A pipeline that names one of them is refused in training: Rasa finds no component of this name.
    """
    for name, classes in NEED_IT.items():
        module = sys.modules[name] = ModuleType(name)
        for each in classes:
            setattr(module, each, type(each, (), {"__module__": name}))


if __name__ == "__main__":
    install()
    runpy.run_module("rasa", run_name="__main__")
