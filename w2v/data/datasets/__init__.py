"""Corpora that are known by name: made here, or fetched, checked and kept."""

from w2v.data.datasets.download import RemoteFile, fetch

__all__ = ["RemoteFile", "fetch"]
