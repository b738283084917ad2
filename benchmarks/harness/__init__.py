"""What all benchmarks share: turns, progress, reports, texts, the machine, processes, scores."""
