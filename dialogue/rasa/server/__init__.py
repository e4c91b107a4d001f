"""Rasa as we run it: a process of its own on Python 3.10, on loopback only, behind a token.

Whatever of it is imported, TensorFlow is not, so this comes before any import of Rasa.
"""

from dialogue.rasa import without_tensorflow

without_tensorflow.install()
