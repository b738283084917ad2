"""Training on several machines: rounds from common weights, whose changes are combined."""
