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

ACTIVE = "ACTIVE"
"""A file on the shelf that names the active model while there is no database to say so."""

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
    model_id = model_id or active_id(registry())
    if model_id is not None:
        return _loaded(model_id)
    usable = [a.model for a in artefacts() if a.model is not None]
    if usable:
        newest = max(usable, key=lambda model: str(model.metadata["created_at"]))
        note(f"使用模型 {newest.model_id}")
        return newest
    return new_starter(clock.now())


def active_id(known: dict[str, bool] | None) -> str | None:
    """Which model is active: by the registry, or by the note on the shelf where there is none."""
    if known is not None:
        return next((model_id for model_id, is_active in known.items() if is_active), None)
    try:
        return (folder() / ACTIVE).read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def activate(model: classifier.Classifier, at: datetime) -> bool:
    """Put a model in charge; without a database a note on the shelf says so (then False).

    The note is taken over, and removed, when `hotline up` builds the database. One that is there
    but away is another matter: its workers would go on with the old model.
    """
    try:
        is_built = health.are_migrations_at_head()
    except Unavailable:
        fail("数据库连接不上，模型没有启用：请恢复数据库后再试")
    if not is_built:
        (folder() / ACTIVE).write_text(f"{model.model_id}\n", "utf-8")
        return False
    if model.model_id not in model_versions.registered():
        learning.register_model(model, at=at)
    learning.activate(model.model_id, at=at)
    (folder() / ACTIVE).unlink(missing_ok=True)
    return True


def take_over(at: datetime) -> None:
    """Activate in the registry what was activated while there was no database."""
    noted = active_id(None)
    if noted is None:
        return
    try:
        model = classifier.load(folder() / noted)
    except (classifier.ArtefactError, OSError) as error:
        (folder() / ACTIVE).unlink()
        note(f"此前启用的模型 {noted} 读不出来（{error}），改用起步模型")
        return
    activate(model, at)
    note(f"已启用此前选定的模型 {noted}")


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
