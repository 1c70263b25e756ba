import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.gather import gather, look
from wheelmatrix.run.said import Said, keep, recalled, stamped

OPTIONS = BuildOptions(offline=True, interpreters=("3.12",))
LONG_AGO_NS = 1_600_000_000_000_000_000
NO_PROGRAMS = {"PATH": "/nowhere", "RUSTUP_HOME": "/nowhere", "HOME": "/nowhere"}


class Kept:
    """A project with a path dependency beside it, and whatever was downloaded for it."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "project"
        self.root = self.folder / "target/wheelmatrix"
        self.cargo_home = place / "home"
        self.root.mkdir(parents=True)
        registry = self.cargo_home / "registry"
        git = self.cargo_home / "git"
        local = [self.folder, self.folder / "crates/part", place / "other/beside"]
        downloaded = [registry / "src/index/dep-1.0.0", git / "checkouts/repo-1/abc/crates/deep"]
        for folder in (*local, *downloaded):
            (folder / "src").mkdir(parents=True)
            (folder / "Cargo.toml").write_text(folder.name)
        for path in (registry / "cache/index/dep-1.0.0.crate", registry / "index/index/config.json",
                     git / "db/repo-1/HEAD", self.folder / "Cargo.lock", self.folder / "src/lib.rs"):  # fmt: skip
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(path.name)
        self.metadata: dict[str, Any] = {
            "workspace_root": str(self.folder),
            "packages": [
                *({"source": None, "manifest_path": str(each / "Cargo.toml")} for each in local),
                *({"source": "some", "manifest_path": str(each / "Cargo.toml")} for each in downloaded),
            ],
        }
        age(place)

    def keep(self, options: BuildOptions = OPTIONS, *, asked_ns: int | None = None, **variables: str) -> None:
        said = Said(triple="t", rustc="rustc 1", metadata=self.metadata)
        at_ns = time.time_ns() if asked_ns is None else asked_ns
        said = stamped(said, options, self.manifest, NO_PROGRAMS | variables, asked_ns=at_ns)
        keep(said, options, self.manifest, NO_PROGRAMS | variables, self.root)

    def recalled(self, options: BuildOptions = OPTIONS, **variables: str) -> Said | None:
        return recalled(options, self.manifest, self.folder, NO_PROGRAMS | variables)

    @property
    def manifest(self) -> Path:
        return self.folder / "Cargo.toml"

    @property
    def file(self) -> Path:
        (found,) = self.root.glob("cargo-*.json")
        return found


def age(place: Path) -> None:
    """Everything below was changed long ago, and so were the folders above it."""
    for path in (*sorted(place.rglob("*"), reverse=True), *([place] if place.is_dir() else [])):
        os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_what_was_said_is_said_again(kept: Kept) -> None:
    assert kept.recalled() is None

    kept.keep()

    found = kept.recalled()
    assert found is not None
    assert (found.triple, found.rustc, found.metadata) == ("t", "rustc 1", kept.metadata)
    assert found.stamps[str(kept.manifest)] is not None
    assert found.stamps[str(kept.folder / "rust-toolchain")] is None


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "Cargo.toml").write_text("another"),
        lambda folder: (folder / "Cargo.lock").unlink(),
        lambda folder: (folder / "src/bin").mkdir(),
        lambda folder: (folder / "src/main.rs").touch(),
        lambda folder: (folder / "rust-toolchain.toml").touch(),
        lambda folder: (folder.parent / "rust-toolchain").touch(),
        lambda folder: (folder / "crates/part/Cargo.toml").write_text("another"),
        lambda folder: (folder / "crates/more").mkdir(),  # `members = ["crates/*"]`
        lambda folder: (folder / "crates/part/benches").mkdir(),
        lambda folder: (folder.parent / "other/beside/Cargo.toml").unlink(),
        lambda folder: (folder.parent / "other/Cargo.toml").touch(),  # a workspace that the dependency belongs to now
        lambda folder: (folder.parent / "Cargo.toml").touch(),
        lambda folder: (folder.parent / "home/registry/src/index/dep-1.0.0/Cargo.toml").unlink(),
        lambda folder: (folder.parent / "home/registry/cache/index/dep-1.0.0.crate").unlink(),
        lambda folder: shutil.rmtree(folder.parent / "home/registry/index"),
        lambda folder: (folder.parent / "home/registry/index/index/config.json").unlink(),
        lambda folder: shutil.rmtree(folder.parent / "home/git/db"),
    ],
)
def test_what_cargo_reads_has_changed_and_it_is_asked_again(kept: Kept, change: Callable[[Path], object]) -> None:
    kept.keep()
    assert kept.recalled() is not None

    change(kept.folder)

    assert kept.recalled() is None


def test_an_index_that_another_project_has_looked_into_is_no_change(kept: Kept) -> None:
    kept.keep()

    (kept.cargo_home / "registry/index/index/config.json").write_text("written anew")

    assert kept.recalled() is not None


def test_a_file_of_the_same_size_and_time_is_another_one(kept: Kept) -> None:
    kept.keep()
    new = kept.folder / "new"
    new.write_text(kept.manifest.read_text())
    os.utime(new, ns=(LONG_AGO_NS, LONG_AGO_NS))

    new.replace(kept.manifest)
    os.utime(kept.folder, ns=(LONG_AGO_NS, LONG_AGO_NS))

    assert kept.recalled() is None


def test_configuration_above_the_project_counts_and_so_does_that_of_cargos_home(kept: Kept) -> None:
    home = str(kept.cargo_home)
    for place in (kept.folder.parent / ".cargo/config.toml", kept.cargo_home / "config.toml"):
        kept.keep(CARGO_HOME=home)
        assert kept.recalled(CARGO_HOME=home) is not None
        place.parent.mkdir(exist_ok=True)
        place.write_text("[net]\noffline = true\n")
        assert kept.recalled(CARGO_HOME=home) is None
        age(kept.folder.parent)


def test_a_file_that_configuration_includes_counts_whether_or_not_it_is_there(kept: Kept) -> None:
    place = kept.folder / ".cargo"
    place.mkdir()
    (place / "config.toml").write_text('include = [{ path = "more.toml", optional = true }]\n')
    age(kept.folder)
    kept.keep()
    assert kept.recalled() is not None

    (place / "more.toml").write_text("[net]\n")

    assert kept.recalled() is None


def test_a_configuration_file_that_was_given_counts(kept: Kept) -> None:
    options = BuildOptions(cargo_config=("own.toml", "net.offline=true"))
    (kept.folder / "own.toml").write_text("[net]\n")
    age(kept.folder)
    kept.keep(options)
    assert kept.recalled(options) is not None

    (kept.folder / "own.toml").write_text("[net]\noffline = true\n")

    assert kept.recalled(options) is None


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (BuildOptions(offline=True, features=("fast",)), {}),
        (BuildOptions(offline=True, toolchain="nightly"), {}),
        (OPTIONS, {"RUSTUP_TOOLCHAIN": "nightly"}),
        (OPTIONS, {"CARGO_NET_OFFLINE": "true"}),
    ],
)
def test_who_asks_something_else_is_not_answered(
    kept: Kept, options: BuildOptions, variables: Mapping[str, str]
) -> None:
    kept.keep()

    assert kept.recalled(options, **variables) is None


def test_no_variable_is_written_down_and_others_do_not_count(kept: Kept) -> None:
    kept.keep(CARGO_REGISTRY_TOKEN="hush", PIP_X="1")

    assert "hush" not in kept.file.read_text()
    assert kept.recalled(CARGO_REGISTRY_TOKEN="hush", PIP_X="2") is not None


def test_the_path_may_be_another_one_as_long_as_its_programs_are_the_same(kept: Kept, tmp_path: Path) -> None:
    tools, empty = tmp_path / "tools", tmp_path / "empty"
    for folder in (tools, empty):
        folder.mkdir()
    for name in ("cargo", "rustc"):
        (tools / name).touch(0o755)
    age(tmp_path)
    kept.keep(PATH=str(tools))

    isolated = os.pathsep.join([str(empty), str(tools)])
    assert kept.recalled(PATH=isolated) is not None

    (tools / "rustc").write_text("a newer one")
    assert kept.recalled(PATH=isolated) is None

    (tools / "rustc").write_text("")
    age(tmp_path)
    (empty / "rustc").touch(0o755)
    assert kept.recalled(PATH=isolated) is None
    assert kept.recalled(PATH=str(tools)) is not None


def test_a_toolchain_of_rustup_that_was_updated_is_asked(kept: Kept, tmp_path: Path) -> None:
    rustup = tmp_path / "rustup"
    rustc = rustup / "toolchains/stable/bin" / ("rustc.exe" if sys.platform == "win32" else "rustc")
    rustc.parent.mkdir(parents=True)
    rustc.touch()
    (rustup / "settings.toml").write_text("default_toolchain = 'stable'")
    for change in (lambda: rustc.write_text("another"), (rustup / "settings.toml").unlink):
        age(tmp_path)
        kept.keep(RUSTUP_HOME=str(rustup))
        assert kept.recalled(RUSTUP_HOME=str(rustup)) is not None
        change()
        assert kept.recalled(RUSTUP_HOME=str(rustup)) is None


def test_what_changed_while_cargo_was_asked_or_shortly_before_is_not_kept(kept: Kept) -> None:
    kept.keep(asked_ns=LONG_AGO_NS + 1_000_000_000)

    assert not list(kept.root.iterdir())


def test_it_is_found_where_the_target_directory_is_and_only_if_there_is_one(kept: Kept, tmp_path: Path) -> None:
    kept.root.rmdir()
    kept.keep()
    assert not kept.root.exists()

    own = BuildOptions(offline=True, interpreters=("3.12",), target_dir="own")
    for options, root, variables in (
        (own, kept.folder / "own/wheelmatrix", {}),
        (OPTIONS, tmp_path / "shared/wheelmatrix", {"CARGO_TARGET_DIR": str(tmp_path / "shared")}),
        (OPTIONS, kept.folder / "named/wheelmatrix", {"CARGO_BUILD_TARGET_DIR": "named"}),
        (OPTIONS, tmp_path / "target/wheelmatrix", {}),
    ):
        kept.root = root
        root.mkdir(parents=True)
        age(tmp_path)
        kept.keep(options, **variables)
        assert kept.recalled(options, **variables) is not None
        kept.file.unlink()


def test_where_nothing_can_be_written_nothing_is_kept(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        kept.keep()

    assert kept.recalled() is None


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"{}", b"\xff", b'{"triple": 1}', b'{"triple": "t", "key": 1}'])
def test_a_file_that_is_none_of_ours_says_nothing(kept: Kept, text: bytes) -> None:
    kept.keep()
    kept.file.write_bytes(text)

    assert kept.recalled() is None


def test_who_gathers_again_asks_no_compiler(crate: Callable[[str], Path]) -> None:
    folder = crate("tiny")
    text = (folder / "pyproject.toml").read_text()
    root = folder / "target/wheelmatrix"

    def gathering() -> Gathered:
        return gather(look(OPTIONS, folder / "pyproject.toml", text, folder, dict(os.environ)))[0]

    first = gathering()
    assert not root.exists()
    root.mkdir(parents=True)
    age(folder.parent)
    assert gathering().host == first.host
    (file,) = root.iterdir()
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"rustc": "rustc of the record"}))

    again = gathering()

    assert again.host.rustc == "rustc of the record"
    assert again.cargo_metadata == first.cargo_metadata
    assert again.files == first.files
    (folder / "src/more.rs").touch()
    assert gathering().host == first.host
