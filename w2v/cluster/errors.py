"""The errors of this room: a cluster that cannot do what is asked of it."""


class ClusterError(RuntimeError):
    """Workers that cannot train, or a cluster that is gone.

    The message is one line: which worker, what happened, what to do.
    """


class NotPreparedError(RuntimeError):
    """A worker knows nothing of a run: it has begun since, or begun anew."""


def reason_of(error: BaseException) -> str:
    """Return what a worker has failed with, where the error itself says nothing its kind."""
    if isinstance(error, MemoryError):
        return str(error) or "there is not enough memory"
    return str(error) or type(error).__name__
