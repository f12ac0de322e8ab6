"""Pictures of an evaluation (评测图): the reject curve and the confusion matrix as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hotline.cli.entry import fail
from hotline.cli.telling import note

if TYPE_CHECKING:
    from pathlib import Path

    from classifier import Evaluation

CURVE, MATRIX = "reject_curve.png", "confusion.png"
FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",  # one font file, named by its first language on Debian
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "Noto Serif CJK SC",
    "Noto Serif CJK JP",
)
MOST_LABELS = 30
"""A matrix of more rows cannot be read: it shows those with the most mistakes."""
INK, ACCENT, SOFT = "#1f2933", "#1565c0", "#9aa5b1"


def need_library() -> None:
    """Fail with one clear line where the drawing library is not installed."""
    try:
        import matplotlib as mpl
    except ImportError:
        fail('画图需要 matplotlib，请先安装：pip install "hotline-12345[plots]"')
    mpl.use("Agg")


def draw(figures: Evaluation, folder: Path) -> list[Path]:
    """Draw both pictures into a folder (made if missing); OSError becomes one clear line."""
    from matplotlib import rc_context

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with rc_context({"font.sans-serif": [_font()], "axes.unicode_minus": False}):
            return [_curve(figures, folder / CURVE), _matrix(figures, folder / MATRIX)]
    except OSError as error:
        fail(f"图片无法写入 {folder}：{error.strerror}")


def _font() -> str:
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    found = next((name for name in FONTS if name in there), None)
    if found is None:
        note("没有找到中文字体，图中的汉字会显示为方框；Debian 可安装 fonts-noto-cjk")
    return found or "DejaVu Sans"


def _curve(figures: Evaluation, path: Path) -> Path:
    """Accuracy over the share of rows the machine decides, and the odds that share asks for."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    shares, accuracy, lowest = (list(column) for column in zip(*figures.curve, strict=True))
    picture = Figure(figsize=(8, 5), layout="constrained")
    axes: Any = picture.subplots()
    axes.plot(shares, accuracy, color=ACCENT, linewidth=2, marker="o", markersize=4, label="准确率")
    axes.plot(shares, lowest, color=SOFT, linestyle="--", label="其中最低的概率")
    axes.set(
        title=f"拒识曲线（{figures.rows} 条，准确率 {figures.accuracy:.1%}）",
        xlabel="机器自动判定的比例（按把握由高到低）",
        ylabel="准确率 / 概率",
        xlim=(0, 1.01),
        ylim=(max(0.0, min(*accuracy, *lowest) - 0.03), 1.005),
    )
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.grid(visible=True, color="#e4e7eb")
    axes.legend(loc="lower left")
    picture.savefig(path, dpi=120)
    return path


def _matrix(figures: Evaluation, path: Path) -> Path:
    """Counts by truth (rows) and answer (columns), shaded by the share of the row."""
    from matplotlib.figure import Figure

    names = _shown(figures)
    counts = np.array([[figures.confusion.get(t, {}).get(a, 0) for a in names] for t in names])
    rows = np.array([max(1, sum(figures.confusion.get(name, {}).values())) for name in names])
    side = 3.0 + 0.55 * len(names)
    picture = Figure(figsize=(side + 0.8, side), layout="constrained")
    axes: Any = picture.subplots()
    shares = counts / rows[:, None]
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    ticks = range(len(names))
    axes.set_xticks(ticks, names, rotation=45, ha="right")
    axes.set_yticks(ticks, names)
    axes.set(title="混淆矩阵（条数）", xlabel="模型的判断", ylabel="实际的分类")
    for row, column in zip(*np.nonzero(counts), strict=True):
        dark = shares[row, column] > 0.5  # noqa: PLR2004 - half of the ink
        ink = "white" if dark else INK
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", color=ink)
    picture.savefig(path, dpi=120)
    return path


def _shown(figures: Evaluation) -> list[str]:
    """Labels of truth and answers by size; of too many, those with the most mistakes."""
    mistakes: dict[str, int] = {}
    seen: dict[str, int] = {}
    for truth, answers in figures.confusion.items():
        for answer, count in answers.items():
            seen[truth] = seen.get(truth, 0) + count
            seen.setdefault(answer, 0)
            if truth != answer:
                mistakes[truth] = mistakes.get(truth, 0) + count
    names = sorted(seen, key=lambda name: (-seen[name], name))
    if len(names) <= MOST_LABELS:
        return names
    return sorted(names, key=lambda name: (-mistakes.get(name, 0), name))[:MOST_LABELS]
