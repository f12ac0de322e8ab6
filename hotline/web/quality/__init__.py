"""派单质量 for every wing that may read it: accuracy, returns, moves, drift."""

from hotline.web.quality.pages import mount

__all__ = ["mount"]
