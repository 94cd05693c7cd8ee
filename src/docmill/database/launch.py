"""Starting PostgreSQL's programs as a user that PostgreSQL accepts.

PostgreSQL refuses to run as root, and ``initdb`` refuses a user that has no name. In both cases the programs
run in a user namespace in which this user appears as ``nobody``: no new system user, no change of rights, and
the files still belong to who started docmill. Where namespaces are forbidden (many container engines), root
drops to ``nobody`` and keeps one right, to pass through folders; only the data folder changes its owner.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docmill.errors import EmbeddedServerFailed

NOBODY = 65534

_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
_DROP = (
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--bounding-set=-all,+dac_override",
    "--",
)  # fmt: skip


@dataclass(frozen=True)
class Launcher:
    """A way to run a program: the words to put before it, and who owns the files that it makes."""

    prefix: tuple[str, ...]
    owner: int

    def run(
        self, command: Sequence[str], folder: Path, output: int, inherit: Sequence[int]
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program to its end, apart from this process's terminal and signals.

        Args:
            command: The program and its arguments.
            folder: The working folder.
            output: Descriptor of the file that receives its messages.
            inherit: Descriptors that the program and its children keep open.
        """
        return subprocess.run(
            [*self.prefix, *command],
            check=False,
            cwd=folder,
            pass_fds=inherit,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def find_launcher() -> Launcher:
    """Return the first way to run PostgreSQL that this system allows.

    Raises:
        EmbeddedServerFailed: PostgreSQL refuses this user, and no way around it is allowed.
    """
    user = os.geteuid()
    if user != 0 and _has_name(user):
        return Launcher((), user)
    if _works(_NAMESPACE):
        return Launcher(_NAMESPACE, user)
    if user == 0 and _works(_DROP):
        return Launcher(_DROP, NOBODY)
    who = "root" if user == 0 else f"user {user}, which has no name on this system"
    raise EmbeddedServerFailed(
        f"PostgreSQL refuses to run as {who}, and this system allows neither a user namespace nor setpriv; "
        "run docmill as a named user, or set DATABASE_URL."
    )


def may_own(owner: int) -> bool:
    """Tell whether a server of this user could have made files of ``owner``.

    Root is kept away from the folders of others: it could use them, but would take them over.
    """
    user = os.geteuid()
    return owner in ((user, NOBODY) if user == 0 else (user,))


def give_to(folder: Path, owner: int) -> None:
    """Make ``owner`` the owner of a folder and all in it, where it is not yet.

    Only root can meet a difference: it may run PostgreSQL as another user than the last time.
    """
    if folder.stat().st_uid == owner:
        return
    for path in [*folder.rglob("*"), folder]:
        os.chown(path, owner, -1, follow_symlinks=False)


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _works(prefix: tuple[str, ...]) -> bool:
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
