import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import tomli
from tests.run.sdist_cases import CASES

from wheelmatrix.errors import PackError
from wheelmatrix.model import Entry
from wheelmatrix.options import BuildOptions
from wheelmatrix.run import sdist
from wheelmatrix.run.cargo_lock import cut_lock
from wheelmatrix.run.sdist import make_sdist

MANIFEST = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
LOCK = 'version = 3\n\n[[package]]\nname = "app"\nversion = "0.1.0"\n\n[[package]]\nname = "left"\nversion = "0.1.0"\n'


def contents(**texts: str) -> list[tuple[Entry, bytes]]:
    names = {"manifest": "app/Cargo.toml", "lock": "Cargo.lock", "workspace": "Cargo.toml", "source": "app/src/lib.rs"}
    return [(Entry(name=names[key], source=b""), text.encode()) for key, text in texts.items()]


def test_crates_that_stay_behind_are_not_in_the_lock() -> None:
    members = contents(workspace='[workspace]\nmembers = ["app"]\n', manifest=MANIFEST, lock=LOCK, source="no Rust {")

    lock, why_not = cut_lock(members, "Cargo.lock", "app/Cargo.toml", BuildOptions())

    assert why_not == ""
    assert [each["name"] for each in tomli.loads(lock.decode())["package"]] == ["app"]


def test_what_cargo_refuses_is_said_in_its_words() -> None:
    members = contents(manifest=f"{MANIFEST}[dependencies]\nno-such-crate-anywhere = '1'\n", lock=LOCK, source="")

    lock, why_not = cut_lock(members, "Cargo.lock", "app/Cargo.toml", BuildOptions())

    assert lock == b""
    assert why_not == "no matching package named `no-such-crate-anywhere` found"


def test_where_nothing_can_be_written_the_place_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    with pytest.raises(PackError) as caught:
        cut_lock(contents(manifest=MANIFEST, lock=LOCK), "Cargo.lock", "app/Cargo.toml", BuildOptions())

    assert str(tmp_path / "gone") in caught.value.issues[0].where


def test_a_member_of_a_workspace_that_is_locked_installs_from_its_sdist(tmp_path: Path) -> None:
    project = CASES["workspace"].write(tmp_path / "tree")
    subprocess.run(["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=project, check=True)
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("[tool.maturin]", "[tool.maturin]\nlocked = true"))
    before = (tmp_path / "tree/Cargo.lock").read_text()

    made = make_sdist({}, directory=project, environment={}, out=tmp_path / "out")

    shutil.unpack_archive(made.path, tmp_path / "x", filter="data")
    (top,) = (tmp_path / "x").iterdir()
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1", "--manifest-path"]
    subprocess.run([*command, top / "crates/py/Cargo.toml"], check=True, capture_output=True)
    assert 'name = "unused"' in before
    assert (tmp_path / "tree/Cargo.lock").read_text() == before
    assert made.warnings == ()


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_lock_that_cannot_be_cut_is_warned_of_where_it_will_be_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_locked: bool
) -> None:
    project = CASES["workspace"].write(tmp_path / "tree")
    subprocess.run(["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=project, check=True)
    monkeypatch.setattr(sdist, "cut_lock", lambda *_: (b"", "no index here"))

    made = make_sdist({"locked": is_locked} if is_locked else {}, directory=project, environment={}, out=tmp_path)

    assert [text for text in made.warnings if "Cargo.lock" in text] == (
        ["Cargo.lock of the sdist has more than its crates need, which --locked refuses: no index here"]
        if is_locked
        else []
    )
