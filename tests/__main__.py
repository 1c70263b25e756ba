"""`python -m tests`: makes its own environment if there is none, then checks everything.

    python -m tests [--quick] [PYTEST ARGUMENTS]

Formatting, lint, types, laws and tests run one after the other, all of them whatever fails; the exit code says whether
one did. `--quick` leaves slow tests out; other arguments go to pytest (`-k jobserver`, a file). Needs Python >= 3.11
and, for most tests, cargo; nothing else has to be installed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
GROUPS_SINCE = (25, 1)
"""First pip with `--group`; source: pip's changelog."""


def main(arguments: list[str]) -> int:
    """Run every check and return the exit code: 0 if all passed."""
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever starts this has not been asked for a version before
        sys.exit("python -m tests: needs Python 3.11 or newer, this is " + sys.version.split()[0])
    if shutil.which("cargo") is None:
        sys.exit("python -m tests: cargo not found; install Rust 1.83 or newer (rustup.rs) and put it on the PATH")
    with _locked():
        python = _environment()
    *first, tests = _checks(python, arguments)
    failed = [title for title, command in first if not _passes(title, command)]
    print(f"\n== failed before the tests: {', '.join(failed)}" if failed else "\n== all passed so far", flush=True)
    # Nothing is said after the tests: pytest's closing line is the last.
    return 0 if _passes(*tests) and not failed else 1


def _checks(python: Path, arguments: list[str]) -> Iterator[tuple[str, list[str]]]:
    run = [str(python), "-m"]
    quick = ["-m", "not slow"] if "--quick" in arguments else []
    asked = [argument for argument in arguments if argument != "--quick"]
    yield "format", [*run, "ruff", "format", "--check", "."]
    yield "lint", [*run, "ruff", "check", "."]
    yield "types", [*run, "mypy"]
    yield "laws", [*run, "pytest", "-q", "tests/test_laws.py"]
    yield "tests", [*run, "pytest", *quick, *asked]


def _passes(title: str, command: list[str]) -> bool:
    print(f"\n== {title}: {' '.join(command[2:])}", flush=True)
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONHOME")}
    # As an activated environment has it: tests find `maturin` and `python` of the environment first.
    environment["PATH"] = os.pathsep.join([str(Path(command[0]).parent), environment.get("PATH", os.defpath)])
    return subprocess.run(command, cwd=CHECKOUT, env=environment).returncode == 0


@contextmanager
def _locked() -> Iterator[None]:
    """Let two runs at once make one environment, not two halves."""
    (CHECKOUT / ".cache").mkdir(exist_ok=True)
    with (CHECKOUT / ".cache/tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment() -> Path:
    """Return the Python of the tests' environment; make it anew if what it depends on has changed."""
    folder = CHECKOUT / ".cache" / f"venv-tests-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / "bin/python"
    # The paths are in it too: a moved checkout, or a Python that was replaced, makes the old environment useless.
    made_of = (CHECKOUT / "pyproject.toml").read_bytes() + f"{sys.version} {sys.base_prefix} {CHECKOUT}".encode()
    key, stamp = hashlib.sha256(made_of).hexdigest(), folder / "made-of"
    if stamp.exists() and stamp.read_text() == key and python.exists():
        return python
    print(f"== environment: {folder.relative_to(CHECKOUT)}", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    if _pip_version(python) < GROUPS_SINCE:
        _install(python, "--upgrade", "pip>=25.1")
    _install(python, "--editable", ".", "--group", "dev")
    stamp.write_text(key)
    return python


def _pip_version(python: Path) -> tuple[int, ...]:
    done = subprocess.run([python, "-m", "pip", "--version"], text=True, capture_output=True, check=True)
    return tuple(int(part) for part in done.stdout.split()[1].split(".")[:2])


def _install(python: Path, *what: str) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    if code := subprocess.run(command, cwd=CHECKOUT).returncode:
        sys.exit(f"python -m tests: pip ended with code {code}; it needs a package index that it can reach")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
