"""Pictures: loss curves, word maps and the page to explore vectors with."""
