"""Real indexes on this machine, started for a test and stopped behind it: pypiserver and devpi-server."""

import base64
import hashlib
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.index.environment import environment_of, python_with
from tests.toolchain import Unavailable

USER, PASSWORD = "u", "p"
_START_S, _STOP_S, _POLL_S = 60.0, 10.0, 0.05
_PORTS = 3
"""How many ports are tried: another process may take the one that was free a moment ago."""

# A key that takes devpi no ten seconds to stretch; source: `devpi-server --help`, 6.20.
_QUICK_KEY = ("--argon2-memory-cost", "8", "--argon2-time-cost", "1", "--argon2-parallelism", "1")
_INIT = "import sys; from devpi_server.init import init; sys.exit(init())"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An index that answers."""

    upload_url: str
    simple_url: str
    user: str
    password: str
    folder: Path
    """Where it keeps what it was sent; pypiserver: the files themselves."""
    pid: int


@contextmanager
def pypiserver(*, users: Mapping[str, str] | None = None, overwrites: bool = False) -> Iterator[Server]:
    """Run a pypiserver; without `users` (name → password) everybody may do everything. Raises Unavailable.

    It knows users from a file as `htpasswd` writes it, read by passlib; the file is made here, of SHA-1 digests.
    """
    python = python_with("servers")
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-pypiserver-") as scratch:
        files, known = Path(scratch, "packages"), Path(scratch, "htpasswd")
        files.mkdir()
        known.write_text("".join(f"{name}:{_sha1(password)}\n" for name, password in (users or {}).items()))
        who = ("-a", "update,download,list", "-P", str(known)) if users else ("-a", ".", "-P", ".")
        command = (python, "-m", "pypiserver", "run", "-i", "127.0.0.1", "--disable-fallback", *who)
        more = ("--overwrite",) if overwrites else ()
        with _running(command, [*more, str(files)], "-p", Path(scratch, "log"), "/") as (url, pid):
            user, password = next(iter((users or {USER: PASSWORD}).items()))
            yield Server(
                upload_url=f"{url}/",
                simple_url=f"{url}/simple/",
                user=user,
                password=password,
                folder=files,
                pid=pid,
            )


@contextmanager
def devpi(*, volatile: bool = False) -> Iterator[Server]:
    """Run a devpi-server with an index of a user's own, on which nothing else is based. Raises Unavailable."""
    python = python_with("servers")
    with tempfile.TemporaryDirectory(prefix="wheelmatrix-devpi-") as scratch:
        folder, log = Path(scratch, "server"), Path(scratch, "log")
        where = ("--serverdir", str(folder))
        _ended(python, "-c", _INIT, *where, "--no-root-pypi")
        command = (python, "-m", "devpi_server", *where, "--host", "127.0.0.1", *_QUICK_KEY)
        with _running(command, [], "--port", log, "/+api") as (url, pid):
            _devpi_index(url, USER, PASSWORD, "release", volatile=volatile)
            yield Server(
                upload_url=f"{url}/{USER}/release/",
                simple_url=f"{url}/{USER}/release/+simple/",
                user=USER,
                password=PASSWORD,
                folder=folder,
                pid=pid,
            )


@contextmanager
def started(server: AbstractContextManager[Server]) -> Iterator[Server]:
    """Give a server to a test; where it cannot be installed the test fails in CI, and is skipped elsewhere."""
    try:
        found = server.__enter__()
    except Unavailable as error:
        if "CI" in os.environ:
            pytest.fail(str(error), pytrace=False)
        pytest.skip(f"{error}; run this where pip reaches a package index")
    try:
        yield found
    finally:
        server.__exit__(None, None, None)


@contextmanager
def _running(
    command: Sequence[str | Path], more: Sequence[str], port_flag: str, log: Path, page: str
) -> Iterator[tuple[str, int]]:
    """Run a server until the end of the block; give its URL and its process, once it answers for `page`."""
    environment = environment_of(Path(command[0]))
    for _ in range(_PORTS):
        port = _free_port()
        argv = [*command, port_flag, str(port), *more]
        with log.open("wb") as said:
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment)
        try:
            if _answers(child, f"http://127.0.0.1:{port}{page}"):
                yield f"http://127.0.0.1:{port}", child.pid
                return
            is_hung = child.poll() is None
        finally:
            _stop(child)
        if is_hung:
            break
    tail = log.read_text(errors="replace")[-2000:]
    raise AssertionError(f"{command[2]} did not answer, and ended with code {child.returncode}:\n{tail}")


def _answers(child: "subprocess.Popen[bytes]", url: str) -> bool:
    """Wait until a server answers, whatever it says; False: it ended, or nothing came of it."""
    until_s = time.monotonic() + _START_S
    while child.poll() is None and time.monotonic() < until_s:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return True
        except OSError:
            time.sleep(_POLL_S)
    return False


def _stop(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _sha1(password: str) -> str:
    """Return a password as `htpasswd -s` writes it."""
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "{SHA}" + base64.b64encode(digest).decode()


def _ended(python: Path, *arguments: str) -> None:
    done = subprocess.run([python, *arguments], capture_output=True, text=True, env=environment_of(python))
    if done.returncode:
        raise AssertionError(f"{arguments[0]} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")


def _devpi_index(url: str, user: str, password: str, name: str, *, volatile: bool) -> None:
    """Make a user and an index, as `devpi user -c` and `devpi index -c` do; source: devpi-server's `+api`."""
    _devpi(url, "PUT", f"/{user}", {"password": password})
    token = _devpi(url, "POST", "/+login", {"user": user, "password": password})["password"]
    who = base64.b64encode(f"{user}:{token}".encode()).decode()
    _devpi(url, "PUT", f"/{user}/{name}", {"type": "stage", "bases": [], "volatile": volatile}, who)


def _devpi(url: str, method: str, path: str, content: Mapping[str, object], who: str = "") -> dict[str, object]:
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    headers |= {"X-Devpi-Auth": who} if who else {}
    request = urllib.request.Request(url + path, json.dumps(content).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=_START_S) as answer:
        found: dict[str, object] = json.load(answer).get("result") or {}
        return found
