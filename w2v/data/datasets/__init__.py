"""Corpora that are known by name: made here, or fetched, checked and kept."""
