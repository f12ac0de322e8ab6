"""Text to category (诉求分类): train, suggest, evaluate; urgency and kind by words."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.drift import Vocabulary
from classifier.errors import ArtefactError, ClassifierError, EvaluationError, TrainingError
from classifier.kinds import suggest_kind
from classifier.learning.evaluating import evaluate
from classifier.learning.measuring import Evaluation, LabelScore
from classifier.learning.training import Progress, TrainedModel, train
from classifier.reading.doubt import WEAK_ODDS
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, Ranked, Suggestion, load, rollup
from classifier.tree import Category, CategoryTree, load_tree
from classifier.urgency import Urgency, urgency

__all__ = [
    "STARTER_ID",
    "WEAK_ODDS",
    "ArtefactError",
    "Category",
    "CategoryTree",
    "Classifier",
    "ClassifierError",
    "Evaluation",
    "EvaluationError",
    "LabelScore",
    "LabelledText",
    "Progress",
    "Ranked",
    "Suggestion",
    "TrainedModel",
    "TrainingError",
    "Urgency",
    "Vocabulary",
    "category_words",
    "evaluate",
    "load",
    "load_tree",
    "rollup",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_starter",
    "urgency",
]
