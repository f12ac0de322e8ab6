"""The government service platform (政务服务平台): what it hears, how, and a stand-in for it."""

from integrations.service_platform.client import PlatformClient
from integrations.service_platform.rating_report import (
    MatterStatus,
    PromiseKind,
    RaterKind,
    RatingChannel,
    RatingReport,
    rating_payload,
)
from integrations.service_platform.standin import PlatformStandIn

__all__ = [
    "MatterStatus",
    "PlatformClient",
    "PlatformStandIn",
    "PromiseKind",
    "RaterKind",
    "RatingChannel",
    "RatingReport",
    "rating_payload",
]
