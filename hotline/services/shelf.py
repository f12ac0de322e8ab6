"""The shelf of model artefacts: hands out the active one, reloads on change (模型架)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import structlog

import classifier
from hotline.domain.errors import Invalid, NotFound
from hotline.services import learning

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger()
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")

Stamp = tuple[tuple[str, int, int], ...]


class _Kept(NamedTuple):
    """What stood in a folder when it was read: the model, or why it cannot be used."""

    model_id: str
    stamp: Stamp
    model: classifier.Classifier | None
    trouble: str


@dataclass(slots=True)
class Shelf:
    """One per process; an artefact stays warm until its files change or another one is activated.

    Each look costs the look at three files: a model that was deleted or damaged under way is
    noticed at the next ticket, and a damaged one is not read again until somebody mends it.
    """

    folder: Path
    _active: _Kept | None = None
    _shadow: _Kept | None = None

    def must_hold(self, model_id: str) -> None:
        """Refuse a model whose artefact is missing, foreign or damaged before it is activated."""
        self.read(model_id)

    def read(self, model_id: str) -> classifier.Classifier:
        """Read one model anew; raises NotFound or Invalid with what is wrong."""
        if not _MODEL_ID.fullmatch(model_id) or not (self.folder / model_id).is_dir():
            raise NotFound("没有这个模型，请从列表中选择")
        try:
            return classifier.load(self.folder / model_id)
        except (classifier.ArtefactError, OSError) as error:
            raise Invalid("model", f"模型 {model_id} 不能启用：{error}") from error

    def trouble(self, model_id: str) -> str:
        """Say why a model on the shelf cannot be used; empty when it can."""
        try:
            self.read(model_id)
        except NotFound:
            return "模型文件夹不存在"
        except Invalid as error:
            return str(error.__cause__ or error.message)
        return ""

    def shadow(self, model_id: str) -> classifier.Classifier:
        """The candidate of the shadow run, kept warm beside the active one; raises Invalid."""
        self._shadow = self._fresh(model_id, self._shadow)
        if self._shadow.model is None:
            raise Invalid("model", f"影子模型 {model_id} 读不出来：{self._shadow.trouble}")
        return self._shadow.model

    def classifier(self) -> classifier.Classifier | None:
        """The active model, or None when there is none or it cannot be trusted.

        A missing or corrupt artefact stops no intake: the ticket goes to the dispatcher and
        ``hotline doctor`` says what to do.
        """
        model_id = learning.active_model_id()
        if model_id is None:
            return None
        self._active = self._fresh(model_id, self._active)
        return self._active.model

    def _fresh(self, model_id: str, kept: _Kept | None) -> _Kept:
        stamp = _stamp(self.folder / model_id)
        if kept is not None and (kept.model_id, kept.stamp) == (model_id, stamp):
            return kept
        try:
            return _Kept(model_id, stamp, classifier.load(self.folder / model_id), "")
        except (classifier.ArtefactError, OSError) as error:
            log.warning("model_unusable", model=model_id, error=str(error))
            return _Kept(model_id, stamp, None, str(error))


def _stamp(folder: Path) -> Stamp:
    """What tells that a folder has changed: its files, their times and sizes."""
    try:
        found = [(path.name, path.stat()) for path in folder.iterdir()]
    except OSError:
        return ()
    return tuple(sorted((name, said.st_mtime_ns, said.st_size) for name, said in found))
