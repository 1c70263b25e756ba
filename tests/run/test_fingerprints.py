"""cargo tells of a unit a moment before its fingerprint is there: whoever clones waits for that, and no longer."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from wheelmatrix.run import fingerprints
from wheelmatrix.run.fingerprints import await_fingerprints

EARLY_NS, LATE_NS = 10**18, 10**18 + 5
LIBRARY = {
    "release/.fingerprint/serde-1": "release/.fingerprint/serde-1/lib-serde",
    "triple/release/.fingerprint/serde-1": "triple/release/.fingerprint/serde-1/lib-serde",
    "release/build/serde/0123456789abcdef/fingerprint": "release/build/serde/0123456789abcdef/fingerprint/lib-serde",
    "triple/dev/build/serde/01234567/fingerprint": "triple/dev/build/serde/01234567/fingerprint/lib-serde",
}
"""The folder of a unit's fingerprint, and the file that is it."""
SCRIPT = {
    "release/build/serde-2": "release/.fingerprint/serde-2/run-build-script-build-script-build",
    "triple/release/build/serde-2": "triple/release/.fingerprint/serde-2/run-build-script-build-script-build",
    "release/build/serde/0123/run": "release/build/serde/0123/fingerprint/run-build-script-build-script-build",
    "triple/dev/build/serde/0123/run": "triple/dev/build/serde/0123/fingerprint/run-build-script-build-script-build",
}
"""The folder of what a script said, and the file that is the fingerprint of its run."""


def written(path: Path, at_ns: int = LATE_NS, text: str = "0123456789abcdef") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(at_ns, at_ns))
    return path


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Give the list of what happens in the pauses, one after the other; none more are allowed."""
    happening: list[Callable[[], object]] = []
    monkeypatch.setattr(fingerprints.time, "sleep", lambda _: happening.pop(0)())
    return happening


@pytest.mark.parametrize("folder", LIBRARY)
def test_what_a_compiler_made_is_waited_for(folder, tmp_path, pauses):
    written(tmp_path / folder / "invoked.timestamp", EARLY_NS)
    written(tmp_path / folder / "dep-lib-serde", EARLY_NS)
    fingerprint = tmp_path / LIBRARY[folder]
    pauses += [lambda: written(fingerprint, text=""), lambda: written(fingerprint)]

    await_fingerprints(tmp_path)

    assert pauses == []
    assert fingerprint.stat().st_size


@pytest.mark.parametrize("folder", SCRIPT)
def test_what_a_build_script_said_is_waited_for(folder, tmp_path, pauses):
    fingerprint = tmp_path / SCRIPT[folder]
    fingerprint.parent.mkdir(parents=True)
    written(tmp_path / folder / "invoked.timestamp", EARLY_NS)
    written(tmp_path / folder / "root-output", LATE_NS)
    written(tmp_path / f"{SCRIPT[folder]}.json", EARLY_NS)
    pauses += [lambda: written(fingerprint, text=""), lambda: written(fingerprint)]

    await_fingerprints(tmp_path)

    assert pauses == []
    assert fingerprint.stat().st_size


@pytest.mark.parametrize("folder", LIBRARY)
@pytest.mark.parametrize("is_rebuilt", [False, True])
def test_a_compiler_at_work_is_not_waited_for(is_rebuilt, folder, tmp_path, pauses):
    written(tmp_path / folder / "invoked.timestamp", LATE_NS)
    if is_rebuilt:  # cargo empties the fingerprint and leaves what the compiler said before
        written(tmp_path / folder / "dep-lib-serde", EARLY_NS)
        written(tmp_path / LIBRARY[folder], EARLY_NS, "")

    await_fingerprints(tmp_path)

    assert pauses == []


@pytest.mark.parametrize("folder", SCRIPT)
@pytest.mark.parametrize("is_again", [False, True])
def test_a_build_script_at_work_is_not_waited_for(is_again, folder, tmp_path, pauses):
    (tmp_path / SCRIPT[folder]).parent.mkdir(parents=True)
    written(tmp_path / folder / "invoked.timestamp", LATE_NS)
    if is_again:
        written(tmp_path / folder / "root-output", EARLY_NS)
        written(tmp_path / SCRIPT[folder], EARLY_NS, "")
        written(tmp_path / f"{SCRIPT[folder]}.json", EARLY_NS)

    await_fingerprints(tmp_path)

    assert pauses == []


def test_a_unit_that_is_removed_meanwhile_is_not_waited_for(tmp_path, pauses):
    folder = tmp_path / "release/.fingerprint/serde-1"
    for name in ("invoked.timestamp", "dep-lib-serde"):
        written(folder / name)

    def removed() -> None:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    pauses.append(removed)

    await_fingerprints(tmp_path)

    assert pauses == []


def test_one_that_never_comes_is_given_up(tmp_path, monkeypatch):
    for name in ("invoked.timestamp", "dep-lib-serde"):
        written(tmp_path / "release/.fingerprint/serde-1" / name)
    slept_s: list[float] = []
    monkeypatch.setattr(fingerprints.time, "sleep", slept_s.append)

    await_fingerprints(tmp_path)

    assert 1 < sum(slept_s) < 3


def test_no_directory_is_not_waited_for(tmp_path, pauses):
    await_fingerprints(tmp_path / "none")

    assert pauses == []
