"""What can go wrong with a model (分类器错误), by what the person can do about it."""

from __future__ import annotations


class ClassifierError(ValueError):
    """Root of the library's errors; the message is meant for the administrator."""


class TrainingError(ClassifierError):
    """The given rows cannot teach a model; the message says which and why."""


class ArtefactError(ClassifierError):
    """A model folder is missing, foreign, damaged or was changed after it was saved."""


class EvaluationError(ClassifierError):
    """The given truth cannot be compared with the model's labels."""
