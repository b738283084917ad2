"""w2v beside others: speed, quality and memory, of trainings that take turns."""
