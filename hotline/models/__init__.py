"""The tables (数据表), one family per file."""

from hotline.models.assignment import Assignment
from hotline.models.callback import Callback, CallbackAttempt, Rating
from hotline.models.catalogue import (
    CatalogueEdition,
    RoutingTrial,
    RoutingTrialLine,
    StreetDuty,
    UnitMerger,
)
from hotline.models.category import CatalogueRule, Category, TrustLine
from hotline.models.citizen import Citizen, OneTimeCode
from hotline.models.deadline import Deadline, DeadlineChange, Milestone
from hotline.models.department import Area, Department
from hotline.models.indicator import IndicatorSetting
from hotline.models.intake import Attachment, Call, IdempotencyKey
from hotline.models.knowledge import KnowledgeEntry
from hotline.models.learning import Correction, ModelActivation, ModelVersion, SuggestionRow
from hotline.models.learning_run import (
    LearningLine,
    LearningRule,
    LearningRun,
    ShadowAnswer,
    ShadowRun,
)
from hotline.models.likeness import PrintKey, TicketPrint
from hotline.models.message import Carrier, Message, MessageState, Notice
from hotline.models.motion import MotionRow
from hotline.models.quality import TrustChange, VocabularyLook
from hotline.models.rulebook import Recount, RecountLine, RuleBook
from hotline.models.staff import Absence, ApiToken, Staff
from hotline.models.ticket import Ticket
from hotline.models.timeline import TimelineEntry
from hotline.models.topic import TopicKey, TopicProgress, TopicRow, TopicTicket
from hotline.models.watch import Heartbeat, Outage, Unmasking

__all__ = [
    "Absence",
    "ApiToken",
    "Area",
    "Assignment",
    "Attachment",
    "Call",
    "Callback",
    "CallbackAttempt",
    "Carrier",
    "CatalogueEdition",
    "CatalogueRule",
    "Category",
    "Citizen",
    "Correction",
    "Deadline",
    "DeadlineChange",
    "Department",
    "Heartbeat",
    "IdempotencyKey",
    "IndicatorSetting",
    "KnowledgeEntry",
    "LearningLine",
    "LearningRule",
    "LearningRun",
    "Message",
    "MessageState",
    "Milestone",
    "ModelActivation",
    "ModelVersion",
    "MotionRow",
    "Notice",
    "OneTimeCode",
    "Outage",
    "PrintKey",
    "Rating",
    "Recount",
    "RecountLine",
    "RoutingTrial",
    "RoutingTrialLine",
    "RuleBook",
    "ShadowAnswer",
    "ShadowRun",
    "Staff",
    "StreetDuty",
    "SuggestionRow",
    "Ticket",
    "TicketPrint",
    "TimelineEntry",
    "TopicKey",
    "TopicProgress",
    "TopicRow",
    "TopicTicket",
    "TrustChange",
    "TrustLine",
    "UnitMerger",
    "Unmasking",
    "VocabularyLook",
]
