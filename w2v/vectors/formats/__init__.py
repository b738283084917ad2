"""Files of vectors: one module a format, and what they share."""
