import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import anyio
import pytest

from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.command import metadata_command
from wheelmatrix.run.gather import gather
from wheelmatrix.run.said import Said, recalled, record

OPTIONS = BuildOptions(offline=True, interpreters=("3.12",))


def stored(folder: Path, options: BuildOptions = OPTIONS, **variables: str) -> bytes:
    found = Said(
        triple="t",
        rustc="rustc 1",
        metadata={
            "workspace_root": str(folder),
            "packages": [
                {"source": None, "manifest_path": str(folder / "Cargo.toml")},
                {"source": "registry", "manifest_path": str(folder / "registry/Cargo.toml")},
            ],
        },
    )
    return record(found, metadata_command(options, folder / "Cargo.toml", ("t",)), variables)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project/src").mkdir(parents=True)
    for name in ("Cargo.toml", "Cargo.lock", "src/lib.rs"):
        (tmp_path / "project" / name).write_text(name)
    return tmp_path / "project"


def test_what_was_said_is_said_again(folder: Path) -> None:
    kept = stored(folder, PATH="/bin", CARGO_HOME=str(folder / "home"))

    found = recalled(kept, OPTIONS, folder / "Cargo.toml", {"PATH": "/bin", "CARGO_HOME": str(folder / "home")})

    assert found is not None
    assert (found.triple, found.rustc) == ("t", "rustc 1")
    assert found.metadata == json.loads(kept)["metadata"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "Cargo.toml").write_text("another"),
        lambda folder: (folder / "Cargo.lock").unlink(),
        lambda folder: (folder / "src/bin").mkdir(),
        lambda folder: (folder / "src/main.rs").touch(),
        lambda folder: (folder / "rust-toolchain.toml").touch(),
        lambda folder: (folder.parent / "rust-toolchain").touch(),
    ],
)
def test_what_cargo_reads_has_changed_and_it_is_asked_again(folder: Path, change: Callable[[Path], object]) -> None:
    kept = stored(folder)
    assert recalled(kept, OPTIONS, folder / "Cargo.toml", {}) is not None

    change(folder)

    assert recalled(kept, OPTIONS, folder / "Cargo.toml", {}) is None


def test_configuration_above_the_project_counts_and_so_does_that_of_cargos_home(folder: Path) -> None:
    variables = {"CARGO_HOME": str(folder.parent / "home")}
    for place in (folder.parent / ".cargo/config.toml", folder.parent / "home/config.toml"):
        kept = stored(folder, **variables)
        place.parent.mkdir()
        place.write_text("[net]\noffline = true\n")
        assert recalled(kept, OPTIONS, folder / "Cargo.toml", variables) is None


def test_a_configuration_file_that_was_given_counts(folder: Path) -> None:
    options = BuildOptions(cargo_config=("own.toml", "net.offline=true"))
    (folder / "own.toml").write_text("[net]\n")
    kept = stored(folder, options)
    assert recalled(kept, options, folder / "Cargo.toml", {}) is not None

    (folder / "own.toml").write_text("[net]\noffline = true\n")

    assert recalled(kept, options, folder / "Cargo.toml", {}) is None


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
    folder: Path, options: BuildOptions, variables: Mapping[str, str]
) -> None:
    assert recalled(stored(folder), options, folder / "Cargo.toml", variables) is None


def test_no_variable_is_written_down_and_others_do_not_count(folder: Path) -> None:
    kept = stored(folder, CARGO_REGISTRY_TOKEN="hush", PIP_X="1")

    assert b"hush" not in kept
    assert recalled(kept, OPTIONS, folder / "Cargo.toml", {"CARGO_REGISTRY_TOKEN": "hush", "PIP_X": "2"}) is not None


@pytest.mark.parametrize(
    "kept", [b"", b"[]", b"null", b"{}", b"\xff", b'{"triple": 1}', b'{"triple": "t", "key": 1, "inputs": 2}']
)
def test_a_file_that_is_none_of_ours_says_nothing(folder: Path, kept: bytes) -> None:
    assert recalled(kept, OPTIONS, folder / "Cargo.toml", {}) is None


def test_who_gathers_with_it_asks_no_compiler(crate: Callable[[str], Path]) -> None:
    folder = crate("tiny")
    variables = dict(os.environ)

    def gathering(kept: bytes, environment: Mapping[str, str]) -> Gathered:
        asking = partial(gather, OPTIONS, folder / "pyproject.toml", text, folder, environment, kept=kept)
        return anyio.run(asking)[0]

    text = (folder / "pyproject.toml").read_text()
    first = gathering(b"", variables)
    asked = metadata_command(OPTIONS, folder / "Cargo.toml", (first.host.triple,))
    said = Said(triple=first.host.triple, rustc=first.host.rustc, metadata=dict(first.cargo_metadata))
    kept = record(said, asked, variables)
    marked = kept.replace(json.dumps(first.host.rustc).encode(), b'"rustc of the record"')

    again = gathering(marked, variables)

    assert again.host.rustc == "rustc of the record"
    assert again.cargo_metadata == first.cargo_metadata
    assert again.files == first.files
    (folder / "src/more.rs").touch()
    assert gathering(marked, variables).host == first.host
