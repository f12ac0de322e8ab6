"""Likeness of two messages (诉求相似): small prints of texts, and how alike two of them are."""
