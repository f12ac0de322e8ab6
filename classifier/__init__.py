"""Text to category (诉求分类): train, suggest, evaluate; urgency and kind by words."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.drift import Vocabulary
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
from classifier.likeness.comparing import SAME_MATTER, index_keys, likeness, shared_words
from classifier.likeness.prints import Fingerprint, fingerprint, unpack
from classifier.reading.doubt import WEAK_ODDS
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, Ranked, Suggestion, load, rollup
from classifier.topics import (
    Arrival,
    Looseness,
    Naming,
    Placement,
    Topic,
    TopicBook,
    looked_up,
    name_topic,
    read_keys,
)
from classifier.tree import Category, CategoryTree, load_tree
from classifier.urgency import Urgency, urgency

__all__ = [
    "CHANCE",
    "SAME_MATTER",
    "STARTER_ID",
    "WEAK_ODDS",
    "Answer",
    "Arrival",
    "ArtefactError",
    "Category",
    "CategoryTree",
    "ClassFigures",
    "Classifier",
    "ClassifierError",
    "Difference",
    "Evaluation",
    "EvaluationError",
    "Fingerprint",
    "LabelScore",
    "LabelledText",
    "Looseness",
    "Naming",
    "NoiseReport",
    "Placement",
    "Progress",
    "Ranked",
    "Retrained",
    "Side",
    "Suggestion",
    "Suspect",
    "Topic",
    "TopicBook",
    "TrainedModel",
    "TrainingError",
    "Urgency",
    "Vocabulary",
    "answers",
    "backing_rows",
    "category_words",
    "compare",
    "evaluate",
    "find_noise",
    "fingerprint",
    "index_keys",
    "level_of",
    "likeness",
    "load",
    "load_tree",
    "looked_up",
    "name_topic",
    "read_keys",
    "resolve",
    "retrain",
    "rollup",
    "shared_words",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_starter",
    "unpack",
    "urgency",
]
