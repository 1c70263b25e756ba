"""An editable installation by a stand-in for pip, which unpacks the wheel."""

import os
import sys
import venv
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from wheelmatrix.errors import InstallError
from wheelmatrix.events import Stamped
from wheelmatrix.plan.frontend import here
from wheelmatrix.run.develop import Developed, develop
from wheelmatrix.run.environment import Environment, find_environment, site_packages
from wheelmatrix.run.prepare import prepare

_UNPACK = """
import sys, sysconfig, zipfile
print("unpacking", *sys.argv[1:], file=open(sys.argv[1], "a"))
if sys.argv[-1].endswith(".whl"):
    zipfile.ZipFile(sys.argv[-1]).extractall(sysconfig.get_paths()["platlib"])
"""


class _NoScreen:
    def show(self, events: Sequence[Stamped], now_s: float) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Leave nothing."""


@pytest.fixture
def place(tmp_path: Path) -> Environment:
    venv.create(tmp_path / ".venv", with_pip=False, symlinks=sys.platform != "win32")
    return find_environment({}, tmp_path)


def developed(folder: Path, place: Environment, needed: Sequence[str], installer: Sequence[str]) -> Developed:
    environment = dict(os.environ)
    values = here({"offline": True}, str(place.python), environment)
    prepared = prepare(values, directory=folder, environment=environment, editable="dev")
    return develop(prepared, place, needed, installer=lambda: installer, screen=_NoScreen(), tell=str)


@pytest.mark.slow
def test_requirements_come_before_the_wheel_and_neither_comes_twice(
    crate: Callable[[str], Path], place: Environment, tmp_path: Path
) -> None:
    folder, calls = crate("tiny"), tmp_path / "calls"
    stand_in = (str(place.python), "-c", _UNPACK, str(calls))
    (site_packages(place) / "attrs-2.0.dist-info").mkdir(parents=True)

    first = developed(folder, place, ["attrs>=1"], stand_in)
    again = developed(folder, place, ["attrs>=1"], stand_in)

    assert (first.installed, again.installed) == (True, False)
    lines = calls.read_text().splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("attrs>=1")
    assert "--no-deps --force-reinstall" in lines[1]

    more = developed(folder, place, ["attrs>=1", "six; python_version < '3'"], stand_in)

    assert more.installed
    assert len(calls.read_text().splitlines()) == 4


@pytest.mark.slow
def test_an_installer_that_installs_nothing_is_found_out(crate: Callable[[str], Path], place: Environment) -> None:
    with pytest.raises(InstallError, match="installed nothing"):
        developed(crate("tiny"), place, [], (str(place.python), "-c", ""))


def test_an_installer_that_fails_is_told_with_its_words(crate: Callable[[str], Path], place: Environment) -> None:
    failing = (str(place.python), "-c", "import sys; sys.exit('no room')")

    with pytest.raises(InstallError, match="no room") as caught:
        developed(crate("tiny"), place, ["attrs"], failing)

    assert caught.value.exit_code == 10


@pytest.mark.slow
def test_the_wheel_that_was_installed_is_not_in_the_wheel_directory(
    crate: Callable[[str], Path], place: Environment
) -> None:
    folder = crate("tiny-mixed")

    done = developed(folder, place, [], (str(place.python), "-c", _UNPACK, os.devnull))

    (wheel,) = done.result.wheels
    assert not (folder / "dist").exists()
    assert Path(str(wheel.path)).parent == folder / "target/wheelmatrix/develop"
    with zipfile.ZipFile(Path(str(wheel.path))) as archive:
        assert f"{wheel.stem.rsplit('-', 2)[0]}.dist-info/wheelmatrix.json" in archive.namelist()
