"""Text to category (诉求分类): train, suggest, evaluate; urgency and kind by words."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.errors import ArtefactError, ClassifierError, EvaluationError, TrainingError
from classifier.kinds import suggest_kind
from classifier.learning.evaluating import evaluate, evaluate_from
from classifier.learning.measuring import Evaluation, LabelScore
from classifier.learning.surveying import LabelledRow
from classifier.learning.training import Progress, TrainedModel
from classifier.levels.head import LearnedUnit
from classifier.levels.lineage import nearest_code
from classifier.ranking import Ranked, Suggestion, rollup
from classifier.reading.doubt import WEAK_ODDS
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, load
from classifier.teaching import train, train_from
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
    "LabelledRow",
    "LabelledText",
    "LearnedUnit",
    "Progress",
    "Ranked",
    "Suggestion",
    "TrainedModel",
    "TrainingError",
    "Urgency",
    "category_words",
    "evaluate",
    "evaluate_from",
    "load",
    "load_tree",
    "nearest_code",
    "rollup",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_from",
    "train_starter",
    "urgency",
]
