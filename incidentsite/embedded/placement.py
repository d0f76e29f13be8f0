"""Under which account PostgreSQL runs, and where its files lie so that this account can use them.

PostgreSQL refuses to run as root. Started by root it runs in a user namespace of its own, where
the same files have an ordinary owner: no account is made and no permission changed. Only where
namespaces are forbidden (most containers) an existing account steps in.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from incidentsite.embedded.binaries import postgres_bin, postgres_parts
from incidentsite.embedded.errors import EmbeddedError
from incidentsite.embedded.paths import make_run_dir

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
ACCOUNTS = ("postgres", "_postgres", "nobody", "daemon")
SHARED_HOME = Path("/var/lib")


@dataclass(frozen=True)
class Placement:
    bin_dir: Path
    data: Path
    sockets: Path
    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None
    note: str = ""

    def command(self, program: str, *arguments: str) -> list[str]:
        return [*self.prefix, str(self.bin_dir / program), *arguments]

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.uid is None else []

    def make_directory(self, directory: Path) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(directory, self.uid, self.gid)


def place(data_dir: Path) -> Placement:
    """Decides, and makes what the decision needs: directories, copies, a link to the socket."""
    data = data_dir / "postgres"
    run_dir = make_run_dir(data_dir)
    if os.getuid() != 0:
        _refuse_foreign_data(data)
        return Placement(postgres_bin(), data, run_dir)
    owner = data.stat().st_uid if data.exists() else 0
    if owner == 0 and not _elsewhere(data_dir).exists() and namespaces_allowed():
        return Placement(postgres_bin(), data, run_dir, prefix=NAMESPACE)
    return _place_for(_account(owner), data_dir, run_dir)


def namespaces_allowed() -> bool:
    if shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _refuse_foreign_data(data: Path) -> None:
    if data.exists() and data.stat().st_uid != os.getuid():
        raise EmbeddedError(
            f"{data} belongs to {_name_of(data.stat().st_uid)}, not to you. Start as that user, or "
            "give a DATA_DIR of your own."
        )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _account(owner: int) -> pwd.struct_passwd:
    """The owner of data that exists already, else the first ordinary account there is."""
    if owner != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError as missing:
            raise EmbeddedError(
                f"The database belongs to user {owner}, who does not exist here. Give it to root: "
                "chown -R root DATA_DIR/postgres"
            ) from missing
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError(
        "PostgreSQL cannot run as root, user namespaces are forbidden here and there is no account "
        f"of the names {', '.join(ACCOUNTS)}. Start as an ordinary user, or set DATABASE_URL."
    )


def _place_for(account: pwd.struct_passwd, data_dir: Path, run_dir: Path) -> Placement:
    home = _reachable_home(account, data_dir)
    placement = Placement(
        _reachable_bin(account, home),
        home / "postgres",
        home / "postgres-run",
        uid=account.pw_uid,
        gid=account.pw_gid,
        note=f"User namespaces are not available: PostgreSQL runs as {account.pw_name}, its data "
        f"is {home / 'postgres'}",
    )
    placement.make_directory(placement.sockets)
    link = run_dir / ".s.PGSQL.5432"
    link.unlink(missing_ok=True)
    link.symlink_to(placement.sockets / link.name)
    return placement


def _elsewhere(data_dir: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
    return SHARED_HOME / f"incidentsite-{digest}"


def _reachable_home(account: pwd.struct_passwd, data_dir: Path) -> Path:
    """The data directory where the account can get there, for it is what people keep and mount."""
    other = _elsewhere(data_dir)
    if not other.exists() and _can_enter(account, data_dir.resolve().parent):
        data_dir.chmod(data_dir.stat().st_mode | 0o011)
        return data_dir
    other.mkdir(mode=0o711, exist_ok=True)
    return other


def _reachable_bin(account: pwd.struct_passwd, home: Path) -> Path:
    bin_dir = postgres_bin().resolve()
    if _can_enter(account, bin_dir):
        return bin_dir
    # The name changes with the wheel, so that an upgrade is not missed.
    copy = home / f"postgres-server-{int(bin_dir.stat().st_mtime)}"
    if not copy.exists():
        unfinished = copy.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        site_packages = bin_dir.parents[2]
        for part in postgres_parts(bin_dir):
            shutil.copytree(part, unfinished / part.relative_to(site_packages), symlinks=True)
        for made in (unfinished, *unfinished.iterdir()):
            made.chmod(0o755)  # whatever the umask
        unfinished.rename(copy)
    return copy / bin_dir.relative_to(bin_dir.parents[2])


def _can_enter(account: pwd.struct_passwd, directory: Path) -> bool:
    return all(_may_pass(account, step.stat()) for step in _way_to(directory))


def _way_to(directory: Path) -> Iterator[Path]:
    yield directory
    yield from directory.parents


def _may_pass(account: pwd.struct_passwd, found: os.stat_result) -> bool:
    if found.st_uid == account.pw_uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid == account.pw_gid:
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)
