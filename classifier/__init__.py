"""Reads a demand: category (诉求分类), kind, urgency, alarms, places, companies; trains."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.errors import ArtefactError, ClassifierError, EvaluationError, TrainingError
from classifier.learning.evaluating import evaluate
from classifier.learning.measuring import Evaluation, LabelScore
from classifier.learning.training import Progress, TrainedModel, train
from classifier.reading.doubt import WEAK_ODDS
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, Ranked, Suggestion, load, rollup
from classifier.tree import Category, CategoryTree, load_tree
from classifier.understanding.alarms import Alarms, alarms
from classifier.understanding.areas import AreaBook, NamedArea
from classifier.understanding.companies import companies
from classifier.understanding.kinds import KindGuess, guess_kind, suggest_kind
from classifier.understanding.places import Place, places
from classifier.understanding.understanding import Understanding, understand
from classifier.understanding.urgency import Urgency, urgency

__all__ = [
    "STARTER_ID",
    "WEAK_ODDS",
    "Alarms",
    "AreaBook",
    "ArtefactError",
    "Category",
    "CategoryTree",
    "Classifier",
    "ClassifierError",
    "Evaluation",
    "EvaluationError",
    "KindGuess",
    "LabelScore",
    "LabelledText",
    "NamedArea",
    "Place",
    "Progress",
    "Ranked",
    "Suggestion",
    "TrainedModel",
    "TrainingError",
    "Understanding",
    "Urgency",
    "alarms",
    "category_words",
    "companies",
    "evaluate",
    "guess_kind",
    "load",
    "load_tree",
    "places",
    "rollup",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_starter",
    "understand",
    "urgency",
]
