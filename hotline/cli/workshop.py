"""Model artefacts on disk and, where there is a database, in the registry (模型工场)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

import classifier
from hotline.cli import clock
from hotline.cli.entry import fail
from hotline.cli.telling import note
from hotline.domain.errors import HotlineError, Unavailable
from hotline.queries import health, model_versions, office
from hotline.services import learning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from classifier import Progress, TrainedModel
    from hotline.services.house import House


@dataclass(frozen=True, slots=True)
class Artefact:
    """One folder of the shelf: a model that can be trusted, or the reason why not."""

    id: str
    model: classifier.Classifier | None
    trouble: str = ""

    @property
    def metadata(self) -> dict[str, Any]:
        """What the model says of itself; empty for a damaged one."""
        return self.model.metadata if self.model else {}


def folder() -> Path:
    """Where artefacts live."""
    house: House = current_app.extensions["hotline"]
    return house.settings.models


def registry() -> dict[str, bool] | None:
    """Registered ids and which is active; None (with a note) when no database can tell."""
    try:
        if health.are_migrations_at_head():
            return model_versions.registered()
        note("数据库尚未建立，模型只保存在文件夹中")
    except Unavailable:
        note("数据库连接不上，模型只保存在文件夹中")
    return None


def artefacts() -> Iterator[Artefact]:
    """Every model folder, oldest name first; damaged ones are named, not hidden."""
    place = folder()
    if not place.is_dir():
        return
    for path in sorted(p for p in place.iterdir() if p.is_dir() and p.name[0] != "."):
        try:
            yield Artefact(path.name, classifier.load(path))
        except (classifier.ArtefactError, OSError) as error:
            yield Artefact(path.name, None, str(error))


def chosen(model_id: str | None) -> classifier.Classifier:
    """The model asked for; else the active one, else the newest, else a new starter model."""
    model_id = model_id or next((i for i, on in (registry() or {}).items() if on), None)
    if model_id is not None:
        return _loaded(model_id)
    usable = [a.model for a in artefacts() if a.model is not None]
    if usable:
        newest = max(usable, key=lambda model: str(model.metadata["created_at"]))
        note(f"使用模型 {newest.model_id}")
        return newest
    return new_starter(clock.now())


def _loaded(model_id: str) -> classifier.Classifier:
    if model_id not in {path.name for path in folder().glob("*/")}:
        if model_id == classifier.STARTER_ID:
            return new_starter(clock.now())
        fail(f"没有编号为 {model_id} 的模型，用 hotline model list 查看")
    try:
        model = classifier.load(folder() / model_id)
    except (classifier.ArtefactError, OSError) as error:
        fail(str(error))
    if model.strangeness:
        note(model.strangeness)
    return model


def new_starter(at: datetime) -> classifier.Classifier:
    """Train the starter model and keep it; registering is the caller's business."""
    with Training("训练起步模型") as progress:
        trained = classifier.train_starter(at, progress)
    trained.save(folder() / classifier.STARTER_ID)
    return trained.classifier


def keep(trained: TrainedModel, at: datetime) -> bool:
    """Save a new model and enter it into the registry where there is one; True when entered."""
    try:
        trained.save(folder() / trained.id)
    except OSError as error:
        fail(f"模型写不进 {folder()}（{error.strerror}）：请腾出磁盘空间或检查权限后重新训练")
    return register(trained.classifier, at)


def register(model: classifier.Classifier, at: datetime) -> bool:
    """Enter a model into the registry; False when there is none, the artefact is safe anyway."""
    if registry() is None:
        return False
    try:
        learning.register_model(model, at=at)
    except HotlineError as error:
        note(f"模型已保存，但未能登记：{error.message}")
        return False
    return True


def unknown_units(model: classifier.Classifier) -> list[str]:
    """Departments a model has learned that the directory of units does not name."""
    if model.departments is None:
        return []
    _, directory = office.catalogue()
    return [name for name in model.departments.labels if directory.named(name) is None]


def ensure_starter(at: datetime) -> bool:
    """See to it that the starter model stands on the shelf and in the registry.

    Trains it when the artefact is missing or damaged; returns whether anything had to be done.
    """
    known = model_versions.registered()
    try:
        model = classifier.load(folder() / classifier.STARTER_ID)
    except (classifier.ArtefactError, OSError):
        learning.register_model(new_starter(at), at=at)
        return True
    if classifier.STARTER_ID in known:
        return False
    learning.register_model(model, at=at)
    return True


class Training:
    """A progress bar on standard error for the steps of a training."""

    def __init__(self, words: str) -> None:
        from tqdm import tqdm

        form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}"
        self._words = words
        self._bar = tqdm(total=1.0, desc=words, bar_format=form)

    def __enter__(self) -> Progress:
        return self._tell

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def _tell(self, step: str, share: float) -> None:
        self._bar.set_description(f"{self._words}：{step}", refresh=False)
        self._bar.update(share - self._bar.n)
