"""
A real PostgreSQL for tests: a private cluster on 127.0.0.1 and a database of its own for each test.

`postgres_url` is an empty database that belongs to a role without any privilege beside that, as managed services give
one. The cluster behind it is started by the first test that needs one and shared by the processes of a run; each test
gets its database by copying a template (some 20 ms), so a schema is built once for all: `Cluster.template`. What stops
and restarts its server takes `postgres_of_my_own`.

The programs are Debian's package `postgresql`. Where they are absent these tests are skipped, but not where
POSTGRES_REQUIRED is set, as in `.ci/run`.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest

GUARD = Path(__file__).with_name("postgres_guard.py")
SUPERUSER = "postgres"
ROLE = "newsbot"
# Nobody asks for it on this server. It stands in every address, so that a test sees where one is printed.
PASSWORD = "postgres-password-AAAA"
SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
# Nothing here outlives the machine: a commit need not reach the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ATTEMPTS = 3  # a port that was free may be taken by the time that the server binds it


@cache
def programs() -> Path | None:
    """Return the folder with the newest server's programs; None where there is none."""
    installed = [one.parent for one in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if installed:  # Debian keeps them out of PATH: https://packages.debian.org/bookworm/postgresql-15
        return max(installed, key=lambda folder: int(folder.parent.name))
    found = shutil.which("postgres")
    return None if found is None else Path(found).resolve().parent


def unprivileged() -> int | None:
    """Return the user that runs servers where this is root, whom PostgreSQL and PgBouncer refuse; else None.

    Source: https://www.postgresql.org/docs/15/app-initdb.html ("initdb must be run as the user that will own the
    server process"; as root it ends with "cannot be run as root")
    """
    if os.geteuid() != 0:
        return None
    for name in (SUPERUSER, "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise LookupError("root, and no user 'postgres' or 'nobody' to run a server")


@dataclass(frozen=True)
class Cluster:
    """A running server, and what tests ask of it."""

    folder: Path
    port: int

    def url(self, database: str, *, user: str = ROLE, port: int | None = None) -> str:
        """Return the address of a database; `port` is another one in front of the server."""
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def execute(self, query: str, database: str = "postgres") -> list[tuple]:
        """Run one statement as the superuser; return its rows."""
        import psycopg  # most tests need neither it nor its 100 ms

        with psycopg.connect(
            host=str(self.folder), port=self.port, user=SUPERUSER, dbname=database, autocommit=True
        ) as conn:
            cursor = conn.execute(query)
            return cursor.fetchall() if cursor.description is not None else []

    def create(self, template: str = "template1") -> str:
        """Create a database that belongs to `ROLE`, as a copy of `template`; return its name."""
        name = f"test_{uuid4().hex[:16]}"
        self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Drop a database, and whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def template(self, name: str, build: Callable[[str], None]) -> str:
        """Return the name of a database to copy, which `build(url)` fills the first time that any process asks."""
        name = f"template_{name}"
        with _locked(self.folder / "templates.lock"):
            if not self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
                raw = self.create()
                build(self.url(raw))
                self.execute(f"ALTER DATABASE {raw} RENAME TO {name}")  # only what was built to its end has the name
        return name

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` as an operator does, `immediate` as after a crash."""
        _run(self.folder, "pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", mode)

    def start(self) -> None:
        """Start the server, on the same port as before; return when it answers."""
        data, log = str(self.folder / "data"), str(self.folder / "server.log")
        _run(self.folder, "pg_ctl", "start", "-D", data, "-l", log, "-w", "-t", "60")

    def copy(self) -> Path:
        """Copy all of the running server as it is now, as its standby would have it; return the folder."""
        copied = self.folder / f"copy-{uuid4().hex[:8]}"
        place = ("-h", str(self.folder), "-p", str(self.port), "-U", SUPERUSER)
        _run(self.folder, "pg_basebackup", *place, "-D", str(copied), "-c", "fast", "-X", "stream", "--no-sync")
        return copied

    def fail_over(self, copied: Path, *, is_promoted: bool = True) -> None:
        """Lose the server, and let a copy of it answer in its place: what was written since is lost with it.

        Not `is_promoted` it is a hot standby, which can be looked at: https://www.postgresql.org/docs/15/hot-standby.html
        """
        self.stop("immediate")
        (self.folder / "data").rename(self.folder / f"lost-{uuid4().hex[:8]}")
        copied.rename(self.folder / "data")
        if not is_promoted:
            (self.folder / "data" / "standby.signal").touch()
        self.start()

    def promote(self) -> None:
        """Let a hot standby take writes; return when it does."""
        _run(self.folder, "pg_ctl", "promote", "-D", str(self.folder / "data"), "-w")


def start_cluster(lock: Path, state: Path, *, durable: bool = False, **settings: str) -> Cluster:
    """Start a cluster that ends when nobody holds its pipe (`_join`) any more. `settings` are the server's.

    `durable` waits for the disk as a real one does, for measurements. Takes about a second.
    """
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="newsbot-pg-"))
    user = unprivileged()
    if user is not None:
        os.chown(folder, user, -1)
    try:
        data = folder / "data"
        _run(folder, "initdb", "-D", str(data), "--no-sync", "-A", "trust", "-U", SUPERUSER, "-E", "UTF8",
             "--locale", "C.UTF-8")  # fmt: skip
        _write_settings(data / "postgresql.conf", {
            "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": f"'{folder}'",
            "max_connections": "200",
            "shared_buffers": "'64MB'",
            **(SAFE if durable else FAST),
            **settings,
        })  # fmt: skip
        for attempt in range(1, ATTEMPTS + 1):
            cluster = Cluster(folder, free_port())
            _write_settings(data / "postgresql.conf", {"port": str(cluster.port)})
            try:
                cluster.start()
                break
            except subprocess.CalledProcessError:
                if attempt == ATTEMPTS:
                    raise
        cluster.execute(f"CREATE ROLE {ROLE} LOGIN")
        os.mkfifo(folder / "users")
        end = os.open(folder / "users", os.O_RDONLY | os.O_NONBLOCK)
        try:
            _join(cluster)
            subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), *map(str, (lock, state, folder, found / "pg_ctl"))],
                stdin=end,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # ^C ends the tests, and with them the cluster, in this order
            ).returncode = 0  # it outlives us; nobody waits for it
        finally:
            os.close(end)
    except BaseException:
        subprocess.run([str(found / "pg_ctl"), "stop", "-D", str(folder / "data"), "-m", "immediate"], user=user,
                       cwd=folder, capture_output=True)  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return cluster


def shared_cluster(base: Path) -> Cluster:
    """Return the cluster of all who name the same folder, started by the first of them."""
    lock, state = base / "postgres.lock", base / "postgres.json"
    with _locked(lock):
        if state.exists():
            saved = json.loads(state.read_text())
            cluster = Cluster(Path(saved["folder"]), saved["port"])
            _join(cluster)
            return cluster
        cluster = start_cluster(lock, state)
        state.write_text(json.dumps({"folder": str(cluster.folder), "port": cluster.port}))
        return cluster


@contextmanager
def private_cluster(base: Path, *, durable: bool = False, **settings: str) -> Iterator[Cluster]:
    """Give a cluster of one's own, to stop and start or to measure. `settings` are the server's."""
    cluster = start_cluster(base / "own-postgres.lock", base / "own-postgres.json", durable=durable, **settings)
    try:
        yield cluster
    finally:
        _leave(cluster)


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The server that the test processes of this run share."""
    _need_programs()
    base = tmp_path_factory.getbasetemp()
    # https://pytest-xdist.readthedocs.io/en/stable/how-to.html#making-session-scoped-fixtures-execute-only-once
    return shared_cluster(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of an empty database of this test's own."""
    name = postgres_cluster.create()
    yield postgres_cluster.url(name)
    postgres_cluster.drop(name)


@pytest.fixture
def postgres_of_my_own(tmp_path: Path) -> Iterator[Cluster]:
    """A server that nobody else uses: to be stopped, started and filled up."""
    _need_programs()
    with private_cluster(tmp_path) as cluster:
        yield cluster


def skip_without(reason: str) -> None:
    """Skip a test for what is not installed; fail it where all has to be."""
    if os.environ.get("POSTGRES_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


def _need_programs() -> None:
    if programs() is None:
        skip_without("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")


# This process's ends of the pipes that keep clusters running, by the cluster's folder.
_joined: dict[Path, int] = {}


def _join(cluster: Cluster) -> None:
    # Without a reader this is ENXIO: the guard has gone, and only a kill of the guard itself does that.
    _joined[cluster.folder] = os.open(cluster.folder / "users", os.O_WRONLY | os.O_NONBLOCK)


def _leave(cluster: Cluster) -> None:
    os.close(_joined.pop(cluster.folder))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(folder: Path, program: str, *arguments: str) -> None:
    found = programs()
    assert found is not None
    # Not through pipes: the server keeps what it inherits, and whoever reads them would wait for its end.
    with (folder / f"{program}.log").open("ab") as log:
        subprocess.run(
            [str(found / program), *arguments],
            cwd=folder,
            user=unprivileged(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )


def _write_settings(file: Path, settings: dict[str, str]) -> None:
    """Append settings; of one that stands twice the last counts."""
    with file.open("a") as text:
        text.writelines(f"{name} = {value}\n" for name, value in settings.items())


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
