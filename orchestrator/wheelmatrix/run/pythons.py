"""Asks each Python of this machine, once, what it is.

Looking for Pythons is cheap, asking is not (a process each, 10 to 50 ms), so answers are kept in a cache by the
interpreter's real path, time of change and size.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import anyio
import platformdirs

from wheelmatrix.errors import ConfigError, WheelmatrixError
from wheelmatrix.model import Implementation, Installed
from wheelmatrix.run.files import write_whole
from wheelmatrix.run.places import SHIMS, Candidate, active, candidates, find_named

__all__ = [
    "PROBE", "Answers", "Candidate", "active", "answer", "ask", "cache_file", "candidates", "distinct", "find_named",
    "known", "probe", "probe_one", "usable",
]  # fmt: skip

PROBE = """
import json, os, sys, sysconfig
from importlib import machinery
def ask(name): return sysconfig.get_config_var(name)
v, suffix = sys.version_info, ask("EXT_SUFFIX")
if sys.implementation.name == "pypy" or not suffix:
    suffix = machinery.EXTENSION_SUFFIXES[0]
def libc():
    if "musl" in "%s %s" % (ask("HOST_GNU_TYPE"), suffix):
        return "musl"
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return ""
stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(v[3])
print(json.dumps({
    "executable": sys.executable,
    "base_executable": getattr(sys, "_base_executable", None) or sys.executable,
    "implementation": sys.implementation.name,
    "version": [v[0], v[1]],
    "patch": "%d.%d.%d" % v[:3] + ("%s%d" % (stage, v[4]) if stage else ""),
    "free_threaded": bool(ask("Py_GIL_DISABLED")),
    "debug": bool(ask("Py_DEBUG")) or hasattr(sys, "gettotalrefcount"),
    "ext_suffix": suffix,
    "soabi": ask("SOABI") or suffix.split(".")[1],
    "platform": sysconfig.get_platform(),
    "word_bits": 64 if sys.maxsize > 2**32 else 32,
    "libc": libc(),
}))
"""
"""What every Python is asked; runs on 3.4 and later, without site-packages and without the user's variables."""

LOWEST = (3, 8)
"""Python below this is left out: `matrix/interpreters.toml` begins here."""

_MOST_SAID = 200
"""Characters of an answer that are told: a program that is no Python may say all of PROBE back."""
_SCHEMA = 2
_Key = tuple[str, int, int]
"""What an answer is kept by: real path, time of change in ns, size in bytes."""

Answers = Mapping[Candidate, Installed | str]
"""What candidates are, or why one is not known."""
_Facts = dict[str, Any]
"""What PROBE prints, checked by `_installed`."""


def cache_file(environment: Mapping[str, str]) -> Path:
    """Return where answers are kept: below WHEELMATRIX_CACHE_DIR, else below the user's cache directory."""
    chosen = environment.get("WHEELMATRIX_CACHE_DIR")
    return Path(chosen or platformdirs.user_cache_dir("wheelmatrix", appauthor=False)) / "pythons.json"


async def probe(
    executables: Iterable[Candidate],
    *,
    cache: Path | None,
    warn: Callable[[str], object] = lambda text: None,
    timeout_s: float = 10.0,
) -> tuple[Installed, ...]:
    """Ask each of `executables` what it is; return one of each ABI, the first in the order given, sorted by version.

    Python < 3.8 and implementations without wheels are left out in silence. What does not answer in `timeout_s`
    seconds, or not in the way a Python does, is left out, and `warn` is told why.
    """
    return distinct(await ask(tuple(executables), cache=cache, timeout_s=timeout_s), warn=warn)


def distinct(answers: Answers, *, warn: Callable[[str], object] = lambda text: None) -> tuple[Installed, ...]:
    """Return the Pythons among `answers` as `probe` does."""
    first: dict[tuple[object, ...], Installed] = {}
    for (path, source), answer in answers.items():
        if isinstance(answer, str):
            warn(f"left out {path} ({source}): {answer}")
        elif answer.version >= LOWEST and answer.implementation in get_args(Implementation):
            kind = (answer.implementation, answer.version, answer.free_threaded, answer.debug, answer.soabi)
            first.setdefault(kind, answer)
    order = get_args(Implementation).index
    return tuple(
        sorted(first.values(), key=lambda one: (order(one.implementation), one.version, one.free_threaded, one.debug))
    )


async def probe_one(path: Path, source: str, *, cache: Path | None, timeout_s: float = 10.0) -> Installed:
    """Ask the Python at `path` what it is.

    Raises ConfigError if it does not answer as a Python does, is older than 3.8 or of an unknown implementation.
    """
    return usable(path, source, (await ask(((path, source),), cache=cache, timeout_s=timeout_s))[path, source])


def usable(path: Path, source: str, answer: Installed | str) -> Installed:
    """Return the Python at `path` that gave this answer; raises ConfigError as `probe_one` does."""
    if isinstance(answer, str):
        raise ConfigError.of(f"{path} is no Python that can be used: {answer}", where=source)
    if answer.version < LOWEST or answer.implementation not in get_args(Implementation):
        known = "CPython, PyPy and GraalPy from 3.8 on"
        raise ConfigError.of(f"{path} is {answer.implementation} {answer.patch}; wheels are built for {known}")
    return answer


def answer(said: bytes, path: Path, source: str) -> Installed | None:
    """Return what a Python said of itself in answer to PROBE, in its last line; None if it is no such answer."""
    try:
        return _installed((path, source), json.loads(said.strip().splitlines()[-1]))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def known(asked: Iterable[Candidate], cache: Path) -> Answers | None:
    """Return the answers that all candidates gave before, in the order given; None: some have to be asked."""
    kept = _read_cache(cache)
    keys = {candidate: _key(candidate[0]) for candidate in asked}
    if not all(key in kept for key in keys.values()):
        return None
    return {candidate: _installed(candidate, kept[key]) for candidate, key in keys.items() if key}


async def ask(asked: Iterable[Candidate], *, cache: Path | None, timeout_s: float = 10.0) -> Answers:
    """Return the answer, or the reason why there is none, of each candidate, in the order given."""
    kept = _read_cache(cache) if cache else {}
    keys = {candidate: _key(candidate[0]) for candidate in asked}
    answers: dict[Candidate, _Facts | str] = {c: kept[key] for c, key in keys.items() if key and key in kept}
    limiter = anyio.CapacityLimiter(2 * (os.cpu_count() or 1))

    async def learn(candidate: Candidate) -> None:
        async with limiter:
            answers[candidate] = await _ask(candidate[0], timeout_s)

    async with anyio.create_task_group() as group:
        for candidate in keys.keys() - answers.keys():
            group.start_soon(learn, candidate)
    learned = {key: facts for c, key in keys.items() if key and isinstance(facts := answers[c], dict)}
    if cache and learned.keys() - kept.keys():
        _write_cache(cache, kept | learned)
    return {c: facts if isinstance(facts := answers[c], str) else _installed(c, facts) for c in keys}


async def _ask(python: Path, timeout_s: float) -> _Facts | str:
    """Return the facts that `python` prints, or why there are none."""
    command = [str(python), "-I", "-S", "-c", PROBE]
    try:
        with anyio.fail_after(timeout_s):
            done = await anyio.run_process(command, check=False, stdin=subprocess.DEVNULL, start_new_session=True)
    except TimeoutError:
        return f"no answer in {timeout_s:g} s"
    except OSError as error:
        return f"it does not start: {error.strerror or error}"
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return f"it ended with code {done.returncode}" + (f": {said[-1][:_MOST_SAID]}" if said else "")
    try:
        facts = json.loads(done.stdout)
        _installed((python, ""), facts)
    except (ValueError, LookupError, TypeError, AttributeError):
        return "it does not answer as a Python does"
    return dict(facts)


def _installed(candidate: Candidate, facts: _Facts) -> Installed:
    """Return the noun; raises KeyError, TypeError or ValueError if `facts` are not what PROBE prints."""
    path, source = candidate
    major, minor = facts["version"]
    installed = Installed(
        executable=path,
        base_executable=_base(path, Path(str(facts["base_executable"]))),
        implementation=facts["implementation"],
        version=(int(major), int(minor)),
        patch=str(facts["patch"]),
        free_threaded=bool(facts["free_threaded"]),
        debug=bool(facts["debug"]),
        ext_suffix=str(facts["ext_suffix"]),
        soabi=str(facts["soabi"]),
        platform=str(facts["platform"]),
        word_bits=int(facts["word_bits"]),
        source=source,
        libc=str(facts.get("libc", "")),
    )
    if path.parent.name == SHIMS:  # it chose one by the folder it was started in: name what it chose
        return replace(installed, executable=Path(str(facts["executable"])))
    return installed


def _base(path: Path, told: Path) -> Path:
    """Return the Python below an environment.

    Up to 3.10 a Python of copies (`venv --copies`) does not know what lies below it, but its pyvenv.cfg does. A script
    that starts a Python in its own way is the base itself.
    """
    if path.parent.name != SHIMS and _is_script(path):
        return path
    config = told.parent.parent / "pyvenv.cfg"
    try:
        rows = (line.partition("=") for line in config.read_text(encoding="utf-8").splitlines())
        home = next((value.strip() for key, _, value in rows if key.strip() == "home"), "")
    except (OSError, UnicodeDecodeError):
        home = ""
    below = Path(home) / told.name
    return (below if home and below.exists() else told).resolve()


def _key(path: Path) -> _Key | None:
    """Return what the answer of `path` is kept by; None for a script: what it starts may change while it does not."""
    try:
        if path.parent.name == SHIMS or _is_script(path):
            return None
        real = path.resolve()
        status = real.stat()
    except OSError:
        return None
    return str(real), status.st_mtime_ns, status.st_size


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _read_cache(file: Path) -> dict[_Key, _Facts]:
    """Return the answers kept for files that are still there; empty if there are none, or none that can be read."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["schema"] != _SCHEMA:
            return {}
        answers = {(str(real), int(mtime_ns), int(size)): facts for real, mtime_ns, size, facts in kept["pythons"]}
        for facts in answers.values():
            _installed((Path("python"), ""), facts)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return {key: facts for key, facts in answers.items() if Path(key[0]).exists()}


def _write_cache(file: Path, answers: Mapping[_Key, _Facts]) -> None:
    """Keep the answers; where nothing can be written, the next run asks again."""
    text = json.dumps({"schema": _SCHEMA, "pythons": [[*key, facts] for key, facts in answers.items()]}, indent=1)
    with suppress(WheelmatrixError, OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text.encode())
