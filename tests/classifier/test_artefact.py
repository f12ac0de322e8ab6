"""Models on disk: whole again after loading; foreign, damaged or changed ones are refused."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from classifier import ArtefactError, TrainedModel, load
from classifier.artefact import Artefact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(trained: TrainedModel, tmp_path: Path) -> Path:
    target = tmp_path / "models" / trained.id
    trained.save(target)
    return target


def test_loaded_model_says_the_same(trained: TrainedModel, folder: Path) -> None:
    message = ("社保断缴", "公司三个月没有给我交社保，医保卡也停了")
    loaded = load(folder)
    assert loaded.metadata == json.loads(json.dumps(trained.classifier.metadata))
    assert loaded.suggest(*message) == trained.classifier.suggest(*message)


def test_saving_over_a_model_replaces_it(trained: TrainedModel, folder: Path) -> None:
    trained.save(folder)
    assert load(folder).model_id == trained.id


def test_nothing_in_the_folder_is_a_pickle(folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == [
        "SHA256SUMS",
        "arrays.npz",
        "metadata.json",
    ]
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


@pytest.mark.parametrize("name", ["arrays.npz", "metadata.json"])
def test_changed_file_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ArtefactError, match="与校验值不符"):
        load(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [("SHA256SUMS", "校验文件"), ("arrays.npz", "缺少 arrays"), ("metadata.json", "缺少 metadata")],
)
def test_missing_file_is_refused(folder: Path, name: str, message: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtefactError, match=message):
        load(folder)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="没有找到模型"):
        load(tmp_path / "nowhere")


def test_foreign_arrays_are_refused(tmp_path: Path) -> None:
    Artefact({"other": np.zeros(3)}, {"labels": ["a"]}).write(tmp_path)
    with pytest.raises(ArtefactError, match="缺少数组"):
        load(tmp_path)


def test_weights_that_do_not_fit_are_refused(folder: Path) -> None:
    stored = Artefact.read(folder)
    cut = {**stored.arrays, "weights": stored.array("weights")[:, :-1]}
    Artefact(cut, stored.metadata).write(folder)
    with pytest.raises(ArtefactError, match="内部不一致"):
        load(folder)


def _retold(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what the metadata says and seal the folder anew, as another version would have."""
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    change(metadata)
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    names = ("arrays.npz", "metadata.json")
    sums = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


def test_a_model_of_an_older_format_says_what_to_do(folder: Path) -> None:
    _retold(folder, lambda metadata: metadata.update(format="hotline-classifier/1"))
    with pytest.raises(ArtefactError, match=r"classifier/1.*hotline model train"):
        load(folder)


def test_a_foreign_format_is_refused(folder: Path) -> None:
    _retold(folder, lambda metadata: metadata.update(format="another/1"))
    with pytest.raises(ArtefactError, match="不是本系统的模型文件"):
        load(folder)


def test_other_library_versions_are_accepted_and_another_cutter_is_told(folder: Path) -> None:
    assert load(folder).strangeness == ""
    _retold(folder, lambda metadata: metadata["libraries"].update(numpy="1.0", scipy="0.1"))
    assert load(folder).strangeness == ""
    _retold(folder, lambda metadata: metadata["libraries"].update(jieba="0.39"))
    assert "jieba 0.39" in load(folder).strangeness
    _retold(folder, lambda metadata: metadata.pop("libraries"))
    assert "未注明" in load(folder).strangeness


def test_a_prior_comes_back_whole_or_is_refused(trained: TrainedModel, folder: Path) -> None:
    prior = load(folder).prior
    assert prior is not None
    assert trained.classifier.prior is not None
    assert np.array_equal(prior.weights.weights, trained.classifier.prior.weights.weights)
    stored = Artefact.read(folder)
    cut = {**stored.arrays, "prior.weights": stored.array("prior.weights")[:-1]}
    Artefact(cut, stored.metadata).write(folder)
    with pytest.raises(ArtefactError, match="先验"):
        load(folder)


def test_a_model_of_a_newer_program_asks_for_an_update(folder: Path) -> None:
    _retold(folder, lambda metadata: metadata.update(format="hotline-classifier/99"))
    with pytest.raises(ArtefactError, match=r"由更新版本的程序生成.*请升级程序"):
        load(folder)


def test_a_model_of_the_former_format_is_still_read(folder: Path) -> None:
    _retold(folder, lambda metadata: metadata.update(format="hotline-classifier/2"))
    assert load(folder).suggest("社保断缴", "公司不交社保").ranked


def test_a_folder_appears_whole_or_not_at_all(
    trained: TrainedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        trained.save(tmp_path / "models" / "new")
    assert list((tmp_path / "models").iterdir()) == []
