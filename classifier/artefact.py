"""A model on disk (模型文件): arrays and metadata without pickle, sealed by checksums."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.errors import ArtefactError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAMILY = "hotline-classifier/"
FORMAT = f"{FAMILY}3"
READABLE = (FORMAT, f"{FAMILY}2")
"""2 had no levels and no departments; what it had is stored the same way."""
ARRAYS = "arrays.npz"
METADATA = "metadata.json"
SEAL = "SHA256SUMS"
UNFINISHED = ".writing-"


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a model folder holds: named arrays and one JSON object."""

    arrays: dict[str, NDArray[Any]]
    metadata: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Write arrays, metadata and, last of all, the seal; a new folder appears whole or not."""
        if folder.exists():
            self._write_into(folder)
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder.parent) as parts:
            whole = Path(parts) / folder.name
            self._write_into(whole)
            whole.rename(folder)

    def _write_into(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        (folder / SEAL).unlink(missing_ok=True)
        np.savez(folder / ARRAYS, allow_pickle=False, **self.arrays)
        text = json.dumps({"format": FORMAT, **self.metadata}, ensure_ascii=False, indent=1)
        (folder / METADATA).write_text(text + "\n", encoding="utf-8")
        sums = "".join(f"{_digest(folder / name)}  {name}\n" for name in (ARRAYS, METADATA))
        (folder / SEAL).write_text(sums, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Artefact:
        """Read a folder back; ArtefactError when it is missing, foreign, damaged or changed."""
        _check_seal(folder)
        try:
            metadata = json.loads((folder / METADATA).read_text(encoding="utf-8"))
            with np.load(folder / ARRAYS, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ArtefactError(f"模型文件无法读取：{folder}（{error}）") from error
        _check_format(metadata, folder)
        return cls(arrays, {key: value for key, value in metadata.items() if key != "format"})

    def array(self, name: str) -> NDArray[Any]:
        """One array by name; ArtefactError when the folder lacks it."""
        try:
            return self.arrays[name]
        except KeyError:
            raise ArtefactError(f"模型文件缺少数组 {name}") from None


def pack_words(words: tuple[str, ...]) -> NDArray[np.uint8]:
    """Words as one run of bytes, a newline between two (segmented words hold none)."""
    return np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8)


def unpack_words(stored: NDArray[np.uint8]) -> tuple[str, ...]:
    """Words packed by `pack_words`."""
    text = stored.tobytes().decode("utf-8")
    return tuple(text.split("\n")) if text else ()


def _check_format(metadata: object, folder: Path) -> None:
    found = metadata.get("format") if isinstance(metadata, dict) else None
    if not isinstance(found, str) or not found.startswith(FAMILY):
        raise ArtefactError(f"不是本系统的模型文件：{folder}")
    if found not in READABLE:
        number = found.removeprefix(FAMILY)
        if number.isdigit() and int(number) > int(FORMAT.removeprefix(FAMILY)):
            raise ArtefactError(
                f"模型格式是 {found}，由更新版本的程序生成，本版本读 {FORMAT}："
                f"请升级程序，或用 hotline model train 重新训练：{folder}"
            )
        raise ArtefactError(
            f"模型格式是 {found}，本版本读 {FORMAT}：请用 hotline model train 重新训练"
            f"（起步模型由 hotline up 自动重建）：{folder}"
        )


def _check_seal(folder: Path) -> None:
    try:
        lines = (folder / SEAL).read_text(encoding="utf-8").splitlines()
        sealed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise ArtefactError(f"没有找到模型，或缺少校验文件 {SEAL}：{folder}") from error
    for name in (ARRAYS, METADATA):
        path = folder / name
        if not path.is_file():
            raise ArtefactError(f"模型文件缺少 {name}：{folder}")
        if _digest(path) != sealed.get(name):
            raise ArtefactError(f"模型文件 {name} 与校验值不符，可能被改动或损坏：{folder}")


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
