"""What training costs on this machine, and the code that measures it.

``rounds.py`` lets contestants take turns, ``training.py`` times both engines, ``machine.py``
measures all ways to train on this machine, ``verdict.py`` says in words what follows.
"""

from w2v.bench.machine import EPOCHS, Bench, Case, Findings, Measurement
from w2v.bench.training import MODELS
from w2v.bench.verdict import break_even, summary, training_seconds, verdict

__all__ = [
    "EPOCHS",
    "MODELS",
    "Bench",
    "Case",
    "Findings",
    "Measurement",
    "break_even",
    "summary",
    "training_seconds",
    "verdict",
]
