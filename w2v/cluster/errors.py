"""The errors of this room: a cluster that cannot do what is asked of it."""


class ClusterError(RuntimeError):
    """Workers that cannot train, or a cluster that is gone.

    The message is one line: which worker, what happened, what to do.
    """


class NotPreparedError(RuntimeError):
    """A worker knows nothing of a run: it has begun since, or begun anew."""
