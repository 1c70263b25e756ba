"""Wheels that exist: the Pythons that were named, the options of the project beside them, one verdict each."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.run.small_wheels import package

from wheelmatrix.errors import ConfigError
from wheelmatrix.model.verified import Verdict
from wheelmatrix.options import BuildOptions
from wheelmatrix.run.verify_files import verify_files

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


def verified(folder: Path, *files: str, pythons: tuple[str, ...] = (sys.executable,), **options: Any) -> list[Verdict]:
    return list(verify_files(files, options, pythons, directory=folder, environment=dict(os.environ))[1])


def test_each_file_has_one_verdict_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    good, bad = package(tmp_path / "a", ""), package(tmp_path, "raise ValueError")

    found = verified(tmp_path, str(bad), "a/" + good.name, str(bad))

    assert [bool(each) for each in found] == [False, True]
    assert found[1].pythons == (sys.executable,)


def test_a_version_means_a_python_that_is_here(tmp_path: Path) -> None:
    package(tmp_path, "import sys; assert sys.version_info[:2] == " + repr(sys.version_info[:2]))

    (found,) = verified(tmp_path, "demo-1.0-py3-none-any.whl", pythons=(HERE, f"python{HERE}"))

    assert found.tier == "import"
    assert len(found.pythons) == 1


def test_without_a_name_every_python_is_asked(tmp_path: Path) -> None:
    package(tmp_path, "")

    (found,) = verified(tmp_path, "demo-1.0-py3-none-any.whl", pythons=())

    assert found.tier == "import"
    assert found.pythons


@pytest.mark.parametrize("name", ["3.99", "python3.99", "no-such-program", "./no/python"])
def test_a_python_that_there_is_not_is_an_error(tmp_path: Path, name: str) -> None:
    package(tmp_path, "")

    with pytest.raises(ConfigError, match="no Python"):
        verified(tmp_path, "demo-1.0-py3-none-any.whl", pythons=(name,))


def test_every_file_that_there_is_not_is_named_before_any_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    package(tmp_path, f"open({str(mark)!r}, 'w')")

    with pytest.raises(ConfigError) as caught:
        verified(tmp_path, "demo-1.0-py3-none-any.whl", "gone.whl", "lost.whl")

    assert len(caught.value.issues) == 2
    assert not mark.exists()


@pytest.mark.slow
def test_the_project_of_the_directory_configures_it(tmp_path: Path) -> None:
    package(tmp_path, "import time; time.sleep(60)")
    (tmp_path / "pyproject.toml").write_text("[tool.wheelmatrix.verify]\nlevel = 'import'\ntimeout = 1\n")

    options, (found,) = verify_files(
        ["demo-1.0-py3-none-any.whl"], {}, [sys.executable], directory=tmp_path, environment=dict(os.environ)
    )

    assert isinstance(options, BuildOptions)
    assert options.verify == "import"
    assert "did not end within 1 s" in found.failures[0].message


def test_a_configured_python_that_there_is_not_is_one_error(tmp_path: Path) -> None:
    package(tmp_path, "")
    (tmp_path / "pyproject.toml").write_text("[tool.wheelmatrix.verify]\npythons = { '*' = 'no-root' }\n")

    with pytest.raises(ConfigError, match="no directory"):
        verified(tmp_path, "demo-1.0-py3-none-any.whl")
