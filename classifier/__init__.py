"""Reads a demand: category (诉求分类), kind, urgency, alarms, places, companies; trains."""

from classifier.corpus import LabelledText, category_words, starter_corpus
from classifier.drift import Vocabulary
from classifier.errors import ArtefactError, ClassifierError, EvaluationError, TrainingError
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
from classifier.learning.evaluating import evaluate, evaluate_from
from classifier.learning.measuring import Evaluation, LabelScore
from classifier.learning.noise import NoiseReport, Suspect, find_noise
from classifier.learning.surveying import LabelledRow
from classifier.learning.training import Progress, TrainedModel
from classifier.levels.head import LearnedUnit
from classifier.levels.lineage import nearest_code
from classifier.likeness.comparing import SAME_MATTER, index_keys, likeness, shared_words
from classifier.likeness.prints import Fingerprint, fingerprint, unpack
from classifier.ranking import Ranked, Suggestion, rollup
from classifier.reading.doubt import WEAK_ODDS
from classifier.retraining import Retrained, backing_rows, retrain
from classifier.starter import STARTER_ID, train_starter
from classifier.suggesting import Classifier, load
from classifier.teaching import train, train_from
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
from classifier.understanding.alarms import Alarms, alarms
from classifier.understanding.areas import AreaBook, NamedArea
from classifier.understanding.companies import companies
from classifier.understanding.kinds import KindGuess, guess_kind, suggest_kind
from classifier.understanding.places import Place, places
from classifier.understanding.understanding import Understanding, understand
from classifier.understanding.urgency import Urgency, urgency

__all__ = [
    "CHANCE",
    "SAME_MATTER",
    "STARTER_ID",
    "WEAK_ODDS",
    "Alarms",
    "Answer",
    "AreaBook",
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
    "KindGuess",
    "LabelScore",
    "LabelledRow",
    "LabelledText",
    "LearnedUnit",
    "Looseness",
    "NamedArea",
    "Naming",
    "NoiseReport",
    "Place",
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
    "Understanding",
    "Urgency",
    "Vocabulary",
    "alarms",
    "answers",
    "backing_rows",
    "category_words",
    "companies",
    "compare",
    "evaluate",
    "evaluate_from",
    "find_noise",
    "fingerprint",
    "guess_kind",
    "index_keys",
    "level_of",
    "likeness",
    "load",
    "load_tree",
    "looked_up",
    "name_topic",
    "nearest_code",
    "places",
    "read_keys",
    "resolve",
    "retrain",
    "rollup",
    "shared_words",
    "starter_corpus",
    "suggest_kind",
    "train",
    "train_from",
    "train_starter",
    "understand",
    "unpack",
    "urgency",
]
