"""`wheelmatrix upload` as a program, in a folder of its own, with none of the user's settings."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.program import COMMAND, Ran
from tests.index import FakeIndex, make_sdist, make_wheel

import wheelmatrix

# The package that is under test, also where another one is installed for this Python.
SOURCES = str(Path(wheelmatrix.__file__).parents[1])
PYTHONS = ("cp310", "cp311", "cp312", "cp313", "cp314")
_KEPT = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
_LONGEST_S = 60
_POLL_S = 0.005
_LOOKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A folder with files, and the program to send them."""

    folder: Path
    """The working directory: all that the program writes is below it."""
    private: Path
    """Beside it: home, and what tests hide from the search for secrets."""
    files: tuple[Path, ...]
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    """All that was started, for the end of the test."""

    @property
    def words(self) -> tuple[str, ...]:
        """The files as arguments."""
        return tuple(str(path.relative_to(self.folder)) for path in self.files)

    @property
    def content(self) -> dict[str, bytes]:
        """The files' bytes by name: what an index should have at the end."""
        return {path.name: path.read_bytes() for path in self.files}

    @property
    def releases(self) -> Path:
        """Where releases are remembered."""
        return self.folder / ".wheelmatrix/releases"

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
        stderr: int = subprocess.PIPE,
    ) -> subprocess.Popen[bytes]:
        """Start the program in a session of its own, as a terminal would."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        own = {
            "HOME": str(self.private),
            "PYTHONPATH": SOURCES,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "WHEELMATRIX_CACHE_DIR": str(self.private / "cache"),
        }
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env={**kept, **own, **(env or {})},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what is still at work: a test that failed has not waited for it."""
        for process in self.started:
            process.kill()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            process.wait()

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> Ran:
        """Run `wheelmatrix ARGUMENTS` to its end; `stdin`: what it may read."""
        process = self.start(*arguments, env=env, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE)
        return ended(process, stdin)


def ended(process: subprocess.Popen[bytes], stdin: bytes | None = None) -> Ran:
    """Wait for the end of a program, and return what came of it."""
    stdout, stderr = process.communicate(stdin, timeout=_LONGEST_S)
    ran = Ran(process.returncode, stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace"))
    assert "Traceback" not in ran.err, ran.err
    return ran


def sending(
    place: Path,
    *,
    wheels: int = len(PYTHONS),
    sdist: bool = True,
    version: str = "1.0",
    payload_bytes: int = 1000,
) -> Sending:
    """Make files below `place`, the first wheel the smallest, and return them with the program."""
    folder, private = place / "work", place / "private"
    for path in (folder / "files", private):
        path.mkdir(parents=True)
    sizes = (payload_bytes + 1000 * number for number in range(wheels))
    tags = (f"{PYTHONS[n % 5]}-{PYTHONS[n % 5]}-manylinux_2_{17 + n // 5}_x86_64" for n in range(wheels))
    made = [
        make_wheel(folder / "files", version=version, tag=tag, payload_bytes=size)
        for tag, size in zip(tags, sizes, strict=True)
    ]
    made += [make_sdist(folder / "files", version=version, payload_bytes=payload_bytes)] if sdist else []
    return Sending(folder=folder, private=private, files=tuple(made))


def at(index: FakeIndex, user: str = "u", password: str = "p") -> tuple[str, ...]:
    """Return arguments that name the index, and the variables' worth of a user's name and password."""
    return ("--repository-url", index.upload_url, "-u", user, "-p", password)


def until(
    condition: Callable[[], object], process: subprocess.Popen[bytes] | None = None, longest_s: float = _LONGEST_S
) -> bool:
    """Wait for something to become true; False: it did not, or the process has ended before."""
    end_s = time.monotonic() + longest_s
    while time.monotonic() < end_s:
        if condition():
            return True
        if process is not None and process.poll() is not None:
            return bool(condition())
        time.sleep(_POLL_S)
    return False


def quiet(index: FakeIndex) -> None:
    """Wait until the index has done with all that was sent to it."""
    assert until(lambda: index.is_idle)


def begun(index: FakeIndex, since: int = 0) -> list[str]:
    """Return the names of the files that were begun to be sent, in order; `since`: how many POSTs are left out."""
    return [post.filename for post in index.posts[since:] if post.filename]


def journals(made: Sending) -> Sequence[Path]:
    """Return the journals of all runs, the oldest first; by their names those of one second have no order."""
    found = made.releases.glob("*/*/events.jsonl")
    return sorted(found, key=lambda path: float(json.loads(path.read_bytes().partition(b"\n")[0])["wall_s"]))


def asleep(process: "subprocess.Popen[bytes]") -> bool:
    """Return whether a program waits for something, each time it is looked at; where no /proc tells: yes.

    Between its word that it waits and the wait itself Python hears of no signal: no person is that quick, a test is.
    Threads wait for each other, too, but never that long.
    """
    for _ in range(_LOOKS):
        try:
            state = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        except FileNotFoundError:
            return True
        if state.split()[0] != "S":
            return False
        time.sleep(_POLL_S)
    return True
