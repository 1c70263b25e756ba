"""Probing: real Pythons of this machine, and scripts that answer as one would."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Installed
from wheelmatrix.run import pythons

ANSWER: dict[str, object] = {
    "executable": "/opt/p/bin/python3.12",
    "base_executable": "/opt/p/bin/python3.12",
    "implementation": "cpython",
    "version": [3, 12],
    "patch": "3.12.1",
    "free_threaded": False,
    "debug": False,
    "ext_suffix": ".cpython-312-x86_64-linux-gnu.so",
    "soabi": "cpython-312-x86_64-linux-gnu",
    "platform": "linux-x86_64",
    "word_bits": 64,
    "libc": "glibc 2.36",
}


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def fake(path: Path, **facts: object) -> Path:
    return script(path, f"cat <<'END'\n{json.dumps(ANSWER | facts)}\nEND")


def probe(
    *paths: Path, cache: Path | None = None, timeout_s: float = 10.0, warned: list[str] | None = None
) -> tuple[Installed, ...]:
    async def ask() -> tuple[Installed, ...]:
        found = [(path, "PATH") for path in paths]
        warn = [].append if warned is None else warned.append
        return await pythons.probe(found, cache=cache, warn=warn, timeout_s=timeout_s)

    return anyio.run(ask)


def refusal(path: Path) -> str:
    async def ask() -> Installed:
        return await pythons.probe_one(path, "--interpreter", cache=None)

    with pytest.raises(ConfigError) as caught:
        anyio.run(ask)
    return str(caught.value)


def test_a_real_python_says_what_it_is() -> None:
    (found,) = probe(Path(sys.executable))

    assert found.executable == Path(sys.executable)
    assert found.base_executable == Path(sys._base_executable).resolve()  # type: ignore[attr-defined]  # not in typeshed
    assert found.implementation == sys.implementation.name
    assert found.version == sys.version_info[:2]
    assert found.ext_suffix.startswith(f".{found.soabi}")
    assert found.word_bits == 64


def test_every_python_of_this_machine_is_found_once() -> None:
    found = probe(*(path for path, _ in pythons.candidates(os.environ)))

    assert found
    assert all(one.version >= (3, 8) for one in found)
    assert len({(one.implementation, one.version, one.free_threaded, one.soabi) for one in found}) == len(found)


def test_an_answer_is_kept_and_asked_for_once(tmp_path: Path) -> None:
    cache = tmp_path / "cache/pythons.json"
    probe(Path(sys.executable), cache=cache)
    kept = json.loads(cache.read_text())
    kept["pythons"][0][3]["patch"] = "3.99.0"
    cache.write_text(json.dumps(kept))

    (found,) = probe(Path(sys.executable), cache=cache)

    assert found.patch == "3.99.0"
    assert [path.name for path in cache.parent.iterdir()] == ["pythons.json"]


def test_a_python_that_changed_is_asked_again(tmp_path: Path) -> None:
    cache = tmp_path / "pythons.json"
    probe(Path(sys.executable), cache=cache)
    kept = json.loads(cache.read_text())
    kept["pythons"][0][1] -= 1
    kept["pythons"][0][3]["patch"] = "3.99.0"
    cache.write_text(json.dumps(kept))

    (found,) = probe(Path(sys.executable), cache=cache)

    assert found.patch.startswith(f"3.{sys.version_info[1]}.")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": 99}', '{"schema": 2, "pythons": [["a", 1, 2, {}]]}', "\x00"]
)
def test_a_broken_cache_is_an_empty_one(tmp_path: Path, text: str) -> None:
    cache = tmp_path / "pythons.json"
    cache.write_text(text)

    (found,) = probe(Path(sys.executable), cache=cache)

    assert found.version == sys.version_info[:2]
    assert json.loads(cache.read_text())["pythons"][0][3]["patch"] == found.patch


def test_a_cache_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert probe(Path(sys.executable), cache=tmp_path / "file/pythons.json")


def test_a_script_is_never_cached_since_what_it_starts_may_change(tmp_path: Path) -> None:
    python, cache = fake(tmp_path / "python3.12"), tmp_path / "pythons.json"
    probe(python, cache=cache)
    fake(python, patch="3.12.9")

    (found,) = probe(python, cache=cache)

    assert found.patch == "3.12.9"
    assert not cache.exists()


def test_a_script_is_its_own_base_and_a_shim_is_named_by_what_it_chose(tmp_path: Path) -> None:
    (wrapped,) = probe(fake(tmp_path / "bin/python3.12"))
    (chosen,) = probe(fake(tmp_path / "shims/python3.12"))

    assert wrapped.executable == wrapped.base_executable == tmp_path / "bin/python3.12"
    assert chosen.executable == Path("/opt/p/bin/python3.12")


def test_the_first_of_one_abi_wins_and_the_result_is_in_order(tmp_path: Path) -> None:
    first = fake(tmp_path / "a/python3.12")
    again = fake(tmp_path / "b/python3.12", patch="3.12.2")
    threaded = fake(tmp_path / "c/python3.14t", version=[3, 14], free_threaded=True, soabi="cpython-314t-x")
    pypy = fake(tmp_path / "d/pypy3.11", implementation="pypy", version=[3, 11], soabi="pypy311-pp73")
    newer = fake(tmp_path / "e/pypy3.11", implementation="pypy", version=[3, 11], soabi="pypy311-pp80")

    found = probe(pypy, threaded, first, again, newer)

    assert [one.executable for one in found] == [first, threaded, pypy, newer]


def test_old_and_foreign_pythons_are_left_out_in_silence(tmp_path: Path) -> None:
    warned: list[str] = []
    old = fake(tmp_path / "python3.7", version=[3, 7])
    foreign = fake(tmp_path / "python3.13", implementation="rustpython")

    assert probe(old, foreign, warned=warned) == ()
    assert warned == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("echo 'python3.9: command not found' >&2; exit 127", "it ended with code 127: python3.9: command not found"),
        ("exit 3", "it ended with code 3"),
        ("head -c 9000 /dev/zero | tr '\\0' x >&2; exit 3", f"it ended with code 3: {'x' * 200}"),
        ("echo hello", "it does not answer as a Python does"),
        ("echo '{}'", "it does not answer as a Python does"),
        ("echo '[1]'", "it does not answer as a Python does"),
        ("kill -9 $$", "it ended with code -9"),
    ],
)
def test_what_answers_wrongly_is_left_out_with_the_reason(tmp_path: Path, body: str, reason: str) -> None:
    warned: list[str] = []
    broken, sound = script(tmp_path / "python3.9", body), fake(tmp_path / "python3.12")

    assert [one.executable for one in probe(broken, sound, warned=warned)] == [sound]
    assert warned == [f"left out {broken} (PATH): {reason}"]


def test_what_does_not_answer_in_time_is_left_out(tmp_path: Path) -> None:
    warned: list[str] = []
    slow = script(tmp_path / "python3.9", "exec sleep 600")

    assert probe(slow, warned=warned, timeout_s=0.2) == ()
    assert warned == [f"left out {slow} (PATH): no answer in 0.2 s"]


def test_what_does_not_start_is_left_out(tmp_path: Path) -> None:
    warned: list[str] = []
    program = tmp_path / "python3.9"
    program.write_bytes(b"\x7fELF nothing of use")
    program.chmod(0o755)

    assert probe(program, tmp_path / "gone", warned=warned) == ()
    assert [text.partition(": ")[2][:21] for text in warned] == ["it does not start: Ex", "it does not start: No"]


def test_a_python_that_was_asked_for_must_be_one(tmp_path: Path) -> None:
    assert "is no Python that can be used: it ended with code 1" in refusal(script(tmp_path / "a", "exit 1"))
    assert "is cpython 3.7.9; wheels are built for" in refusal(fake(tmp_path / "b", version=[3, 7], patch="3.7.9"))
    assert "is pyston" in refusal(fake(tmp_path / "c", implementation="pyston"))


def test_an_environment_of_copies_names_the_python_below_it(tmp_path: Path) -> None:
    home = tmp_path / "home/bin"
    home.mkdir(parents=True)
    (home / "python").symlink_to(Path(sys.executable).resolve())
    (tmp_path / "venv/bin").mkdir(parents=True)
    copied = shutil.copy(Path("/bin/true").resolve(), tmp_path / "venv/bin/python")
    (tmp_path / "venv/pyvenv.cfg").write_text(f"home = {home}\nversion = 3.8.18\n")
    cache, status = tmp_path / "pythons.json", Path(copied).stat()
    facts = ANSWER | {"executable": str(copied), "base_executable": str(copied)}
    kept = [str(copied), status.st_mtime_ns, status.st_size, facts]
    cache.write_text(json.dumps({"schema": 2, "pythons": [kept]}))

    (found,) = probe(Path(copied), cache=cache)

    assert found.base_executable == Path(sys.executable).resolve()


def test_the_question_is_understood_without_site_packages_by_this_python() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", pythons.PROBE], capture_output=True, check=True
    )

    assert json.loads(done.stdout).keys() == ANSWER.keys()
    assert done.stderr == b""


def test_the_cache_lies_where_the_user_says() -> None:
    assert pythons.cache_file({"WHEELMATRIX_CACHE_DIR": "/c"}) == Path("/c/pythons.json")
    assert pythons.cache_file({}).parent.name == "wheelmatrix"
