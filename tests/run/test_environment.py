import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.run.environment import (
    Environment,
    find_environment,
    installer_of,
    read_installation,
    site_packages,
)
from wheelmatrix.run.files import write_whole

WINDOWS = sys.platform == "win32"


@pytest.fixture
def environment(tmp_path: Path) -> Callable[[str], Path]:
    """Give a virtual environment without pip, by its name below the test's folder."""

    def make(name: str) -> Path:
        venv.create(tmp_path / name, with_pip=False, symlinks=not WINDOWS)
        return tmp_path / name

    return make


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_the_active_environment_is_taken(environment: Callable[[str], Path], variable: str) -> None:
    prefix = environment("active")
    environment(".venv")

    found = find_environment({variable: str(prefix)}, prefix.parent)

    assert (found.prefix, found.made_by_uv) == (prefix, False)
    assert found.python.is_relative_to(prefix)


def test_without_an_active_one_it_is_the_nearest_dot_venv(environment: Callable[[str], Path], tmp_path: Path) -> None:
    prefix = environment(".venv")
    with (prefix / "pyvenv.cfg").open("a") as file:
        file.write("uv = 0.9.0\n")
    below = tmp_path / "a/b"
    below.mkdir(parents=True)

    found = find_environment({}, below)

    assert (found.prefix, found.made_by_uv) == (prefix, True)


@pytest.mark.parametrize(
    ("variables", "made", "said"),
    [
        ({"VIRTUAL_ENV": "/a", "CONDA_PREFIX": "/b"}, "", "two environments are active"),
        ({"VIRTUAL_ENV": "/no/such/place"}, "", "no Python in the environment"),
        ({}, "", "no environment to install into"),
        ({}, ".venv", "it has no pyvenv.cfg"),
        ({}, ".venv/pyvenv.cfg", "no Python in the environment"),
    ],
)
def test_what_is_no_environment_is_refused(tmp_path: Path, variables: dict[str, str], made: str, said: str) -> None:
    if made:
        (tmp_path / ".venv").mkdir()
    if made.endswith("cfg"):
        (tmp_path / made).write_text("")

    with pytest.raises(ConfigError, match=said):
        find_environment(variables, tmp_path)


def _program(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(WINDOWS, reason="programs are scripts here")
def test_who_installs_is_what_was_asked_for_else_what_is_there(
    environment: Callable[[str], Path], tmp_path: Path
) -> None:
    bare = find_environment({"VIRTUAL_ENV": str(environment("bare"))}, tmp_path)
    by_uv = Environment(prefix=bare.prefix, python=bare.python, made_by_uv=True)
    has_pip = Environment(prefix=Path(sys.prefix), python=Path(sys.executable), made_by_uv=False)
    variables = {"PATH": str(_program(tmp_path / "bin", "uv").parent)}
    uv = (str(tmp_path / "bin/uv"), "pip", "install", "--python")

    assert installer_of(has_pip, variables)[:4] == (sys.executable, "-m", "pip", "install")
    assert installer_of(bare, variables, uv=True)[:4] == uv
    assert installer_of(has_pip, variables, pip_path="/x/pip")[:3] == ("/x/pip", "--python", sys.executable)
    assert installer_of(bare, variables) == installer_of(by_uv, variables) == (*uv, str(bare.python))


@pytest.mark.skipif(WINDOWS, reason="programs are scripts here")
def test_where_nobody_can_install_it_is_told_what_to_do(environment: Callable[[str], Path], tmp_path: Path) -> None:
    bare = find_environment({"VIRTUAL_ENV": str(environment("bare"))}, tmp_path)

    with pytest.raises(ToolMissing, match="no pip, and there is no uv") as caught:
        installer_of(bare, {"PATH": ""})
    with pytest.raises(ToolMissing, match="no uv in the environment"):
        installer_of(bare, {"PATH": ""}, uv=True)

    assert "ensurepip" in caught.value.issues[0].hint


def test_what_is_installed_is_read_from_where_it_is(environment: Callable[[str], Path], tmp_path: Path) -> None:
    site = site_packages(find_environment({"VIRTUAL_ENV": str(environment("v"))}, tmp_path))
    folder = site / "x-1.dist-info"
    folder.mkdir(parents=True)
    (site / "attrs-2.0.dist-info").mkdir()
    write_whole(folder / "RECORD", b"x.py,sha256=A,3\ngone.py,sha256=B,1\nx-1.dist-info/RECORD,,\n")
    write_whole(folder / "direct_url.json", b"{}")
    (site / "x.py").write_bytes(b"abc")

    found = read_installation(site, "x-1")

    assert found is not None
    assert site.is_relative_to(tmp_path / "v")
    assert found.sizes["x.py"] == 3
    assert "gone.py" not in found.sizes
    assert found.versions == {"x": "1", "attrs": "2.0"}
    assert (found.direct_url, found.memo) == ("{}", "")
    assert read_installation(site, "y-1") is None
    (folder / "RECORD").write_bytes(b"a,b\n")
    assert read_installation(site, "x-1") is None


def test_an_environment_that_leaves_no_doubt_is_not_asked(environment: Callable[[str], Path], tmp_path: Path) -> None:
    found = find_environment({"VIRTUAL_ENV": str(environment("v"))}, tmp_path)
    mute = Environment(prefix=found.prefix, python=_program(tmp_path / "bin", "python"), made_by_uv=False)
    asked = site_packages(Environment(prefix=Path(sys.prefix).parent, python=found.python, made_by_uv=False))

    assert site_packages(mute) == asked

    (found.prefix / "lib/other/site-packages").mkdir(parents=True)
    with pytest.raises(ConfigError, match="does not work"):
        site_packages(mute)


def test_a_python_that_does_not_work_is_told_of(tmp_path: Path) -> None:
    broken = _program(tmp_path / "bin", "python")

    with pytest.raises(ConfigError, match="does not work"):
        site_packages(Environment(prefix=tmp_path, python=broken, made_by_uv=False))
