"""The hooks in this process, on tiny crates."""

import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import wheelmatrix
from wheelmatrix.backend.heard import heard
from wheelmatrix.backend.metadata import prepare_metadata_for_build_editable, prepare_metadata_for_build_wheel
from wheelmatrix.backend.sdists import build_sdist
from wheelmatrix.backend.wheels import build_editable, build_wheel

PYTHON = f"cp{sys.version_info[0]}{sys.version_info[1]}"


@pytest.fixture
def mixed(crate: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a crate with a Python package, as the current directory, with `wheelmatrix` as its backend."""
    folder = crate("tiny-mixed")
    text = (folder / "pyproject.toml").read_text()
    (folder / "pyproject.toml").write_text(text.replace('"maturin"', '"wheelmatrix"'))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CARGO_NET_OFFLINE", "true")
    (folder.parent / "out").mkdir()
    return folder


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_hook_is_an_attribute_of_the_package() -> None:
    for kind in ("wheel", "editable", "sdist"):
        assert callable(getattr(wheelmatrix, f"get_requires_for_build_{kind}"))
    assert wheelmatrix.build_wheel is build_wheel
    assert wheelmatrix.build_editable is build_editable
    assert wheelmatrix.build_sdist is build_sdist
    assert wheelmatrix.prepare_metadata_for_build_wheel is prepare_metadata_for_build_wheel
    assert wheelmatrix.prepare_metadata_for_build_editable is prepare_metadata_for_build_editable


@pytest.mark.slow
def test_a_wheel_has_the_metadata_that_was_prepared(mixed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = mixed.parent / "out"
    folder = prepare_metadata_for_build_wheel(str(out))
    assert not (mixed / "target/wheelmatrix/builds").exists()
    prepared = out / folder
    (prepared / "METADATA").write_bytes((prepared / "METADATA").read_bytes() + b"\nread before\n")
    (prepared / "note.txt").write_text("of the frontend")

    name = build_wheel(str(out), {"build-args": ["--profile dev", "--quiet"]}, str(prepared))

    found = members(out / name)
    assert name.startswith(f"tiny_mixed-0.1.0-{PYTHON}-{PYTHON}")
    assert "manylinux" not in name
    assert found[f"{folder}/METADATA"] == (prepared / "METADATA").read_bytes()
    assert found[f"{folder}/note.txt"] == b"of the frontend"
    assert found[f"{folder}/entry_points.txt"] == (prepared / "entry_points.txt").read_bytes()
    assert f"Tag: {name[len('tiny_mixed-0.1.0-') : -len('.whl')]}\n".encode() in found[f"{folder}/WHEEL"]
    assert capfd.readouterr().out == ""


def test_an_sdist_is_made_and_nothing_is_compiled(mixed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = mixed.parent / "out"
    # pyo3's stand-in lies beside the crate: it is a path dependency, and packed, too
    name = build_sdist(str(out))

    with tarfile.open(out / name) as archive:
        names = archive.getnames()
    assert name == "tiny_mixed-0.1.0.tar.gz"
    assert "tiny_mixed-0.1.0/PKG-INFO" in names
    assert not (mixed / "target/wheelmatrix/builds").exists()
    assert capfd.readouterr().out == ""


def test_an_sdist_that_cannot_be_made_is_told_of(mixed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (mixed / "Cargo.toml").write_text("[package")

    with pytest.raises(SystemExit) as ended:
        build_sdist(str(mixed.parent / "out"))

    assert ended.value.code == 2
    assert "Cargo.toml" in capfd.readouterr().err
    assert list((mixed.parent / "out").iterdir()) == []


@pytest.mark.slow
def test_an_editable_wheel_leads_to_the_sources_and_the_library_lies_beside_them(mixed: Path) -> None:
    out = mixed.parent / "out"

    name = build_editable(str(out), {"build-args": "--profile dev"})

    found = members(out / name)
    assert found["tiny_mixed.pth"] == f"{mixed / 'python'}\n".encode()
    assert sorted(each for each in found if ".dist-info/" not in each) == ["tiny_mixed.pth"]
    (library,) = (mixed / "python/tiny_mixed").glob("_native.*so")
    assert library.stat().st_size > 0

    later = members(out / build_wheel(str(out), {"build-args": "--profile dev"}))
    assert later[f"tiny_mixed/{library.name}"] == library.read_bytes()


@pytest.mark.slow
def test_what_the_configuration_says_of_the_matrix_is_left_for_releases(mixed: Path) -> None:
    with (mixed / "pyproject.toml").open("a") as file:
        file.write(
            f'\n[tool.wheelmatrix]\nskip = "{PYTHON}-*"\ntargets = ["aarch64-unknown-linux-gnu"]\nprofile = "dev"\n'
            'compatibility = "manylinux2014"\ninterpreters = ["3.9"]\n'
        )

    assert f"-{PYTHON}-linux_" in build_wheel(str(mixed.parent / "out"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"build-args": "-i 3.11 3.12"}, "a build backend builds for one Python"),
        ({"build-args": "--no-such"}, "No such option"),
        ({"build-args": "--help"}, "builds nothing"),
        ({"build-args": "--resume"}, "cannot be resumed"),
        ({"build-args": "-i 3.8"}, "requires-python"),
    ],
)
def test_what_cannot_be_ends_the_hook_with_a_reason(
    mixed: Path, capfd: pytest.CaptureFixture[str], settings: dict[str, str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        build_wheel(str(mixed.parent / "out"), settings)

    told = capfd.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert said in told.err
    assert list((mixed.parent / "out").iterdir()) == []


@pytest.mark.slow
def test_whether_its_python_is_one_that_the_project_requires_is_the_frontends_affair(mixed: Path) -> None:
    text = (mixed / "pyproject.toml").read_text()
    (mixed / "pyproject.toml").write_text(text.replace('">=3.9"', '">=3.99"'))
    out = mixed.parent / "out"

    folder = prepare_metadata_for_build_wheel(str(out))
    name = build_wheel(str(out), {"build-args": "--profile dev"}, str(out / folder))

    assert b"Requires-Python: >=3.99\n" in (out / folder / "METADATA").read_bytes()
    assert f"-{PYTHON}-" in name
    assert b"Requires-Python: >=3.99\n" in members(out / name)[f"{folder}/METADATA"]


@pytest.mark.slow
def test_a_crate_that_does_not_compile_ends_the_hook_with_what_rustc_said(
    mixed: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (mixed / "src/lib.rs").write_text("fn broken( {")

    with pytest.raises(SystemExit) as ended:
        build_wheel(str(mixed.parent / "out"), {"build-args": "--profile dev"})

    told = capfd.readouterr()
    assert (ended.value.code, told.out) == (5, "")
    assert "error" in told.err
    assert list((mixed.parent / "out").iterdir()) == []


@pytest.mark.slow
def test_metadata_of_another_version_is_refused(mixed: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = mixed.parent / "out/tiny_mixed-9.dist-info"
    folder.mkdir()

    with pytest.raises(SystemExit) as ended:
        build_wheel(str(mixed.parent / "out"), None, str(folder))

    assert ended.value.code == 2
    assert "tiny_mixed-0.1.0.dist-info" in capfd.readouterr().err


def test_settings_are_heard_as_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MATURIN_PEP517_ARGS", raising=False)
    monkeypatch.delenv("WHEELMATRIX_PEP517_ARGS", raising=False)

    assert heard(None) == ({}, {})
    assert heard({"build-args": "--profile dev -q"}) == ({"profile": "dev"}, {"quiet": True})
