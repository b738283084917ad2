"""What a container gives a process: a user without a name, no home, and nothing to write to.

``python -m tests.support.container COMMAND…`` runs a command so, with an empty ``/tmp``, which
``--no-temporary`` leaves out.  The home is then ``/``, as Docker has it for such a user: gensim
cannot be imported without any.  It needs root on Linux, and changes nothing outside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

USER = 54321
# $1 is the folder of Python, which may lie in one that only root may enter; $2 that one.
_SCRIPT = """
base=$1 closed=$2 temporary=$3 user=$4; shift 4
if [ -n "$closed" ]; then
    mount -t tmpfs -o mode=755 tmpfs /mnt && mkdir /mnt/base && mount --bind "$base" /mnt/base
    mount -t tmpfs -o mode=755 tmpfs "$closed" && mkdir -p "$base"
    mount --bind /mnt/base "$base" && umount /mnt/base && mount -o remount,ro "$closed"
fi
mount -o remount,bind,ro /
for place in /tmp /var/tmp /dev/shm; do
    [ ! -d $place ] || mount -t tmpfs -o mode=1777$temporary tmpfs $place
done
exec setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs \
    --inh-caps=-all --bounding-set=-all "$@"
"""


def inside(*, temporary: bool = True) -> list[str]:
    """Return what goes before a command that is to run in such a place.

    Parameters
    ----------
    temporary : bool, default True
        Whether files can be written to ``/tmp``.
    """
    base = Path(os.path.realpath(sys.executable)).parents[1]
    closed = next((str(p) for p in reversed(base.parents) if not p.stat().st_mode & 1), "")
    return [
        *("unshare", "--mount", "--propagation", "private", "sh", "-ec", _SCRIPT, "sh"),
        *(str(base), closed, "" if temporary else ",ro", str(USER)),
    ]


def environment(**more: str) -> dict[str, str]:
    """Return the few variables that a process has there."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **more}


@cache
def problem() -> str:
    """Say why there is no such place here; nothing if there is one."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux"
    if not (shutil.which("unshare") and shutil.which("setpriv")):
        return "needs unshare and setpriv"
    command = [*inside(), sys.executable, "-c", "open('/tmp/x', 'w')"]
    tried = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return tried.stderr.strip()


if __name__ == "__main__":
    without = sys.argv[1:2] == ["--no-temporary"]
    if problem():
        sys.exit(problem())
    command = [*inside(temporary=not without), *sys.argv[1 + without :]]
    os.execvpe(command[0], command, environment(HOME="/"))
