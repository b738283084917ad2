"""``ch04/skip_gram.py``."""

from w2v.models import SkipGram

__all__ = ["SkipGram"]
