"""gensim's module names, for scripts that are to change their import lines alone.

``from w2v.gensim.models import Word2Vec`` for ``from gensim.models import Word2Vec``: what it
gives is the library's own, and differs as docs/from-gensim.md says.
"""

from w2v.gensim import models, similarities, utils

__version__ = "4.4.0"  # of the gensim whose names these are

__all__ = ["__version__", "models", "similarities", "utils"]
