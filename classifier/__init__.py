"""Text to category (诉求分类): train, suggest, evaluate; urgency and kind by words."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.errors import ArtefactError, ClassifierError, EvaluationError, TrainingError
from classifier.kinds import suggest_kind
from classifier.learning.comparing import (
    CHANCE,
    Answer,
    ClassFigures,
    Difference,
    Side,
    answers,
    compare,
    level_of,
    resolve,
)
from classifier.learning.evaluating import evaluate
from classifier.learning.measuring import Evaluation, LabelScore
from classifier.learning.noise import NoiseReport, Suspect, find_noise
from classifier.learning.retraining import Retrained, backing_rows, retrain
from classifier.learning.training import Progress, TrainedModel, train
from classifier.reading.doubt import WEAK_ODDS
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, Ranked, Suggestion, load, rollup
from classifier.tree import Category, CategoryTree, load_tree
from classifier.urgency import Urgency, urgency

__all__ = [
    "CHANCE",
    "STARTER_ID",
    "WEAK_ODDS",
    "Answer",
    "ArtefactError",
    "Category",
    "CategoryTree",
    "ClassFigures",
    "Classifier",
    "ClassifierError",
    "Difference",
    "Evaluation",
    "EvaluationError",
    "LabelScore",
    "LabelledText",
    "NoiseReport",
    "Progress",
    "Ranked",
    "Retrained",
    "Side",
    "Suggestion",
    "Suspect",
    "TrainedModel",
    "TrainingError",
    "Urgency",
    "answers",
    "backing_rows",
    "category_words",
    "compare",
    "evaluate",
    "find_noise",
    "level_of",
    "load",
    "load_tree",
    "resolve",
    "retrain",
    "rollup",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_starter",
    "urgency",
]
