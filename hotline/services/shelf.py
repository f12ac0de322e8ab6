"""The shelf of model artefacts: hands out the active one, reloads on change (模型架)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

import classifier
from hotline.domain.errors import Invalid, NotFound
from hotline.services import learning

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(slots=True)
class Shelf:
    """One per process; the artefact stays warm until another model is activated."""

    folder: Path
    _loaded: dict[str, classifier.Classifier] = field(default_factory=dict)

    def must_hold(self, model_id: str) -> None:
        """Refuse a model whose artefact is missing, foreign or damaged before it is activated."""
        if not _MODEL_ID.fullmatch(model_id) or not (self.folder / model_id).is_dir():
            raise NotFound("没有这个模型，请从列表中选择")
        try:
            classifier.load(self.folder / model_id)
        except (classifier.ArtefactError, OSError) as error:
            raise Invalid("model", f"模型 {model_id} 不能启用：{error}") from error

    def classifier(self) -> classifier.Classifier | None:
        """The active model, or None when there is none or it cannot be trusted.

        A missing or corrupt artefact stops no intake: the ticket goes to the dispatcher and
        ``hotline doctor`` says what to do.
        """
        model_id = learning.active_model_id()
        if model_id is None:
            return None
        if model_id not in self._loaded:
            try:
                self._loaded = {model_id: classifier.load(self.folder / model_id)}
            except (classifier.ArtefactError, OSError) as error:
                log.warning("model_unusable", model=model_id, error=str(error))
                return None
        return self._loaded[model_id]
