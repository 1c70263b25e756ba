"""Looking for Pythons: folders as pyenv, uv, conda, mise and asdf lay them out, in a home of the test's own."""

from collections.abc import Mapping
from pathlib import Path, PureWindowsPath

import pytest

from wheelmatrix.errors import ConfigError
from wheelmatrix.run.places import active, candidates, find_named, listed_by_launcher


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def found(home: Path, environment: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Candidates below `home`, as text relative to it; those of the machine itself (`/opt/conda`) left out."""
    there = candidates({"HOME": str(home)} | dict(environment or {}), platform="linux")
    return [(path.relative_to(home).as_posix(), source) for path, source in there if path.is_relative_to(home)]


@pytest.mark.parametrize(
    ("place", "source"),
    [
        (".pyenv/versions/3.12.1/bin/python3.12", "pyenv"),
        (".pyenv/versions/pypy3.11-7.3.19/bin/pypy3.11", "pyenv"),
        (".pyenv/versions/3.14t/bin/python3.14t", "pyenv"),
        (".local/share/uv/python/cpython-3.13.0-linux-x86_64-gnu/bin/python3.13", "uv"),
        (".local/share/mise/installs/python/3.12.4/bin/python3.12", "mise"),
        (".asdf/installs/python/3.11.9/bin/python3.11", "asdf"),
        ("miniconda3/bin/python3.12", "conda"),
        ("miniforge3/envs/science/bin/python3.10", "conda"),
    ],
)
def test_each_version_manager_is_looked_into_without_a_variable(tmp_path: Path, place: str, source: str) -> None:
    program(tmp_path / place)

    assert found(tmp_path) == [(place, source)]


@pytest.mark.parametrize(
    ("variable", "below", "source"),
    [
        ("PYENV_ROOT", "versions/3.12.1/bin/python", "pyenv"),
        ("UV_PYTHON_INSTALL_DIR", "cpython-3.13.0/bin/python3.13", "uv"),
        ("MISE_DATA_DIR", "installs/python/3.12/bin/python3.12", "mise"),
        ("ASDF_DATA_DIR", "installs/python/3.11.9/bin/python3", "asdf"),
        ("XDG_DATA_HOME", "uv/python/cpython-3.13.0/bin/python3.13", "uv"),
        ("CONDA_PREFIX", "bin/python3.12", "conda"),
        ("MAMBA_ROOT_PREFIX", "envs/a/bin/python3.12", "conda"),
    ],
)
def test_a_variable_moves_a_version_manager(tmp_path: Path, variable: str, below: str, source: str) -> None:
    program(tmp_path / "elsewhere" / below)

    assert found(tmp_path, {variable: str(tmp_path / "elsewhere")}) == [(f"elsewhere/{below}", source)]


def test_conda_environments_anywhere_are_found_by_its_list(tmp_path: Path) -> None:
    program(tmp_path / "somewhere/else/bin/python3.12")
    (tmp_path / ".conda").mkdir()
    (tmp_path / ".conda/environments.txt").write_text(f"{tmp_path}/somewhere/else\n\n/gone\n")

    assert found(tmp_path) == [("somewhere/else/bin/python3.12", "conda")]


def test_the_path_comes_first_in_its_own_order(tmp_path: Path) -> None:
    program(tmp_path / ".pyenv/versions/3.12.1/bin/python3.12")
    for folder in ("b", "a"):
        program(tmp_path / folder / "python3.12")

    assert found(tmp_path, {"PATH": f"{tmp_path}/b:relative::{tmp_path}/gone:{tmp_path}/a"}) == [
        ("b/python3.12", "PATH"),
        ("a/python3.12", "PATH"),
        (".pyenv/versions/3.12.1/bin/python3.12", "pyenv"),
    ]


def test_one_real_file_occurs_once_by_its_most_telling_name(tmp_path: Path) -> None:
    real = program(tmp_path / ".pyenv/versions/3.12.1/bin/python3.12")
    for name in ("python", "python3"):
        (real.parent / name).symlink_to("python3.12")
    (tmp_path / ".pyenv/versions/alias").symlink_to("3.12.1")

    assert found(tmp_path) == [(".pyenv/versions/3.12.1/bin/python3.12", "pyenv")]


def test_the_last_patch_of_a_version_comes_first(tmp_path: Path) -> None:
    for version in ("3.12.9", "3.12.10", "3.9.2"):
        program(tmp_path / f".pyenv/versions/{version}/bin/python")

    assert [place.split("/")[2] for place, _ in found(tmp_path)] == ["3.12.10", "3.12.9", "3.9.2"]


def test_shims_are_never_asked(tmp_path: Path) -> None:
    program(tmp_path / ".pyenv/shims/python3.12")

    assert found(tmp_path, {"PATH": f"{tmp_path}/.pyenv/shims"}) == []


def test_pythons_that_are_too_old_and_other_programs_are_left_out(tmp_path: Path) -> None:
    for name in ("python2.7", "python3.6", "python3.7m", "python3-config", "python3.12-config", "ipython3", "pythonw"):
        program(tmp_path / "bin" / name)
    (tmp_path / "bin/python").symlink_to("python2.7")
    (tmp_path / "bin/python3.11").write_text("not executable")
    (tmp_path / "bin/python3.13").mkdir()

    assert found(tmp_path, {"PATH": f"{tmp_path}/bin"}) == []


def test_the_windows_launcher_is_read() -> None:
    output = (
        " -V:3.13 *        C:\\Python313\\python.exe\r\n"
        " -V:3.13t         C:\\Python313\\python3.13t.exe\r\n"
        " -V:Astral/CPython3.12.4 C:\\Users\\a b\\uv\\python.exe\r\n"
        " -3.8-32          C:\\Python38\\python.exe\r\n"
        "Installed Pythons found by py launcher\r\n"
    ).replace("\r", "")

    assert [PureWindowsPath(path).as_posix() for path in listed_by_launcher(output)] == [
        "C:/Python313/python.exe",
        "C:/Python313/python3.13t.exe",
        "C:/Users/a b/uv/python.exe",
        "C:/Python38/python.exe",
    ]


def test_the_active_python_is_chosen_as_maturin_does(tmp_path: Path) -> None:
    asked, virtual = program(tmp_path / "asked/python3.9"), program(tmp_path / "venv/bin/python")
    conda, setup = program(tmp_path / "conda/bin/python"), program(tmp_path / "setup/bin/python")
    last = program(tmp_path / "bin/python3")
    environment = {"PATH": f"{tmp_path}/bin", "pythonLocation": f"{tmp_path}/setup"}
    in_virtual = environment | {"VIRTUAL_ENV": f"{tmp_path}/venv"}

    assert active(in_virtual | {"PYO3_PYTHON": str(asked)}) == asked
    assert active(in_virtual) == virtual
    assert active(environment | {"CONDA_PREFIX": f"{tmp_path}/conda"}) == conda
    assert active(environment) == setup
    assert active({"PATH": f"{tmp_path}/bin"}) == last
    assert active({"PATH": f"{tmp_path}/gone"}) is None


def test_an_active_conda_environment_without_python_is_passed_over(tmp_path: Path) -> None:
    last = program(tmp_path / "bin/python")

    assert active({"PATH": f"{tmp_path}/bin", "CONDA_PREFIX": f"{tmp_path}/tools"}) == last


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"PYO3_PYTHON": "/gone/python"}, "PYO3_PYTHON: no Python at /gone/python"),
        ({"VIRTUAL_ENV": "/gone"}, "VIRTUAL_ENV: no Python in /gone"),
        ({"VIRTUAL_ENV": "/a", "CONDA_PREFIX": "/b"}, "two environments are active: /a and /b"),
    ],
)
def test_a_variable_that_misleads_is_an_error(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        active(environment)

    assert message in str(caught.value)


def test_a_python_is_found_by_path_environment_and_name(tmp_path: Path) -> None:
    python = program(tmp_path / "venv/bin/python")
    managed = program(tmp_path / ".pyenv/versions/3.9.1/bin/python3.9")
    environment = {"HOME": str(tmp_path)}

    assert find_named(str(python), environment, Path("/")) == python
    assert find_named("venv/bin/python", environment, tmp_path) == python
    assert find_named("./venv", environment, tmp_path) == python
    assert find_named("python3.9", environment, tmp_path) == managed
    assert find_named("python3.99", environment, tmp_path) is None
    assert find_named("3.12", environment, tmp_path) is None


@pytest.mark.parametrize("spec", ["./gone", "bin/gone/python", "./empty"])
def test_a_path_without_a_python_is_an_error(tmp_path: Path, spec: str) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ConfigError, match="no Python at") as caught:
        find_named(spec, {}, tmp_path)

    assert caught.value.issues[0].where == "--interpreter"


def test_a_bare_program_is_what_the_shell_would_start(tmp_path: Path) -> None:
    real = tmp_path / "python3.12"
    real.write_text("#!/bin/sh\n")
    real.chmod(0o755)
    (tmp_path / "python3").symlink_to(real)

    assert find_named("python3", {"PATH": str(tmp_path), "HOME": str(tmp_path)}, tmp_path) == tmp_path / "python3"
