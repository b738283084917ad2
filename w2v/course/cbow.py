"""``ch04/cbow.py``."""

from w2v.models import CBOW

__all__ = ["CBOW"]
