"""Wheels are unpacked and imported in real processes; what they do there is told, whatever it is."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.audit.elf_image import elf_image
from tests.run.small_wheels import only, package, this_python, verify, wheel

from wheelmatrix.errors import ConfigError, PackError
from wheelmatrix.model import Installed
from wheelmatrix.run.prepare import list_pythons
from wheelmatrix.run.verify import dependency_groups

HERE = this_python()
OWN = f"cp{HERE.version[0]}{HERE.version[1]}"


def test_a_good_wheel_is_imported(tmp_path: Path) -> None:
    found = verify(package(tmp_path, "import json\nX = 1\n"), natives=[HERE])

    assert found
    assert found.tier == "import"
    assert [(check.tier, check.state) for check in found.checks] == [
        ("static", "passed"), ("loader", "passed"), ("import", "passed"),
    ]  # fmt: skip
    assert found.pythons == (str(HERE.executable),)
    assert found.seconds > 0


def test_an_import_that_raises_fails_with_its_traceback(tmp_path: Path) -> None:
    found = only(verify(package(tmp_path, "raise ValueError('on purpose')"), natives=[HERE]), "import")

    assert found.state == "failed"
    assert found.message.startswith("importing demo failed: ValueError: on purpose")
    assert "line 1, in <module>" in found.message


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ended the process by SIGSEGV"),
        ("import os; os.abort()", "ended the process by SIGABRT"),
        ("import os; os._exit(0)", "ended the process with exit code 0"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("import sys; sys.stdout.close()", "importing demo"),
    ],
)
def test_an_end_of_the_process_is_told_for_what_it_is(tmp_path: Path, source: str, said: str) -> None:
    found = only(verify(package(tmp_path, source), natives=[HERE]), "import")

    assert found.state == "failed"
    assert said in found.message


@pytest.mark.slow
def test_an_import_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, survivors: Callable[[Iterable[int]], list[int]]
) -> None:
    pids = tmp_path / "pids"
    source = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
    found = only(verify(package(tmp_path, source), natives=[HERE], verify_timeout=2), "import")

    assert (found.state, found.message) == ("failed", "importing demo did not end within 2 s")
    assert survivors(map(int, pids.read_text().split())) == []


def test_a_dependency_that_is_not_here_is_no_failure(tmp_path: Path) -> None:
    found = verify(package(tmp_path, "import no_such_dependency"), natives=[HERE])

    assert found.tier == "loader"
    assert only(found, "import").message == "demo needs no_such_dependency, which this Python does not have"


def test_a_dependency_is_missing_also_where_the_package_says_so_in_its_own_words(tmp_path: Path) -> None:
    source = "try:\n    import no_such_dependency\nexcept ImportError as e:\n    raise ImportError('get it') from e\n"

    found = verify(package(tmp_path, source), natives=[HERE])

    assert only(found, "import").state == "unreachable"
    assert "demo needs no_such_dependency" in only(found, "import").message


def test_a_module_of_its_own_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    found = verify(package(tmp_path, "from demo import lost_part"), natives=[HERE])

    assert only(found, "import").state == "failed"
    assert not found


def test_the_wheel_wins_over_what_is_installed_here(tmp_path: Path) -> None:
    files = {"packaging/__init__.py": "assert 'wheelmatrix-verify' in __file__"}

    assert verify(wheel(tmp_path, files), natives=[HERE]).tier == "import"


def test_a_module_that_was_loaded_before_the_wheels_own_is_told(tmp_path: Path) -> None:
    found = only(verify(wheel(tmp_path, {"traceback.py": ""}), natives=[HERE]), "import")

    assert found.state == "failed"
    assert "traceback was not imported from the wheel but from" in found.message


def test_the_metadata_is_there_as_if_it_were_installed(tmp_path: Path) -> None:
    source = "from importlib.metadata import version\nassert version('demo') == '1.0'"

    assert verify(package(tmp_path, source), natives=[HERE]).tier == "import"


def test_the_users_variables_and_directory_have_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "json.py").write_text("raise AssertionError('the wrong json')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    assert verify(package(tmp_path, "import json"), natives=[HERE]).tier == "import"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    verify(package(tmp_path, "raise ValueError"), natives=[HERE])

    assert list(scratch.iterdir()) == []


def test_a_wheel_that_the_audit_refuses_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    path = package(tmp_path, f"open({str(mark)!r}, 'w')")
    path.write_bytes(path.read_bytes() + b"more")

    found = verify(path, natives=[HERE])

    assert [(check.tier, check.state) for check in found.checks] == [("static", "failed")]
    assert "4 bytes follow the end" in found.checks[0].message
    assert not mark.exists()


def test_an_undefined_symbol_is_found_before_any_python_is_started(tmp_path: Path) -> None:
    image = elf_image(undefined=("no_such_function",))
    tags = "cp312-cp312-manylinux_2_17_x86_64"
    path = wheel(tmp_path, {"demo.cpython-312-x86_64-linux-gnu.so": image}, tags, purelib="false")

    found = verify(path, natives=[HERE])

    assert [(check.tier, check.state) for check in found.checks] == [("static", "passed"), ("loader", "failed")]
    assert found.checks[1].message.endswith("offers: no_such_function")


@pytest.mark.skipif(sys.platform != "linux", reason="a library that Linux alone loads")
def test_a_library_that_only_looks_right_fails_in_the_real_loader(tmp_path: Path) -> None:
    """By hand, without code: static audit and simulation have nothing against it, the kernel has."""
    tags = f"{OWN}-{OWN}-manylinux_2_17_x86_64"
    path = wheel(tmp_path, {f"demo{HERE.ext_suffix}": elf_image()}, tags, purelib="false")

    found = verify(path, natives=[HERE])

    assert [check.state for check in found.checks] == ["passed", "passed", "failed"]
    assert "importing demo" in found.checks[2].message


def test_a_wheel_for_another_machine_says_what_is_missing(tmp_path: Path) -> None:
    image = elf_image(machine=22, big_endian=True, needs=())
    path = wheel(
        tmp_path, {"demo.cpython-312-s390x-linux-gnu.so": image}, "cp312-cp312-manylinux_2_17_s390x", purelib="false"
    )

    found = verify(path, natives=[HERE])

    assert found
    assert found.tier == "loader"
    assert "no Python here takes a wheel for cp312-cp312 on manylinux_2_17_s390x" in only(found, "import").message
    assert "--python-root" in only(found, "import").hint


def test_a_wheel_without_modules_has_nothing_to_import(tmp_path: Path) -> None:
    found = verify(wheel(tmp_path, {"demo/data.txt": "x"}), natives=[HERE])

    assert found.tier == "loader"
    assert "no module" in only(found, "import").message


def test_a_file_that_cannot_be_read_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="gone"):
        verify(tmp_path / f"gone-1.0-{'py3-none-any'}.whl", natives=[HERE])


@pytest.mark.slow
def test_the_users_command_runs_with_the_installed_wheel(tmp_path: Path) -> None:
    tests = tmp_path / "check.py"
    tests.write_text("import demo, os, sys\nassert 'site-packages' in demo.__file__\nassert not os.listdir('.')\n")
    command = "{python} {project}/check.py && test -f {wheel} && python -c 'import demo' && test $OWN = 1"

    found = verify(
        package(tmp_path, ""), natives=[HERE], test_command=(command,), environment=(("OWN", "1"),), verify="test"
    )

    assert found.tier == "test", found
    assert only(found, "test").python == str(HERE.executable)


def quick_python(folder: Path, pip: str = "exit 0") -> Installed:
    """Return this Python behind a script whose environments are made at once, and whose pip is the script `pip`."""
    program = folder / "python"
    program.write_text(
        f"""#!/bin/sh
if [ "$2" != venv ]; then exec {sys.executable} "$@"; fi
mkdir -p "$3/bin" && printf '#!/bin/sh\\n%s\\n' '{pip}' > "$3/bin/python" && chmod +x "$3/bin/python"
"""
    )
    program.chmod(0o755)
    return replace(HERE, executable=program)


def test_a_command_that_fails_is_told_with_its_last_lines(tmp_path: Path) -> None:
    command = "echo first; echo second >&2; exit 3"

    found = verify(package(tmp_path, ""), natives=[quick_python(tmp_path)], test_command=("true", command))

    assert not found
    assert only(found, "test").message.splitlines() == [f"`{command}` failed: exit code 3", "first", "second"]


def test_requirements_and_groups_are_installed_beside_the_wheel(tmp_path: Path) -> None:
    found = verify(
        package(tmp_path, ""),
        natives=[quick_python(tmp_path, pip="echo $@; exit 1")],
        test_command=("true",),
        test_requires=("tox<9",),
        test_groups=("test",),
        groups={"test": ["pytest"]},
    )

    first, said = only(found, "test").message.splitlines()
    assert first == "`pip install` failed: exit code 1"
    assert said.endswith(f"{tmp_path}/demo-1.0-py3-none-any.whl tox<9 pytest")


@pytest.mark.slow
def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    python = quick_python(tmp_path)

    found = verify(package(tmp_path, ""), natives=[python], test_command=("true", "sleep 600"), test_timeout=1)

    assert only(found, "test").message == "`sleep 600` failed: it did not end within 1 s"


def test_a_python_that_makes_no_environments_is_no_fault_of_the_wheel(tmp_path: Path) -> None:
    python = quick_python(tmp_path)
    (tmp_path / "python").write_text(f'#!/bin/sh\n[ "$2" != venv ] || exit 1\nexec {sys.executable} "$@"\n')

    found = verify(package(tmp_path, ""), natives=[python], test_command=("true",))

    assert found.tier == "import"
    assert only(found, "test").message == "`python -m venv` failed: exit code 1"
    assert "python3-venv" in only(found, "test").hint


def test_a_test_that_is_skipped_is_told_and_a_demand_for_it_fails(tmp_path: Path) -> None:
    asked = {"test_command": ("true",), "test_skip": ("*",), "natives": [HERE]}

    found = verify(package(tmp_path, ""), **asked)  # type: ignore[arg-type]  # passed through

    assert found.tier == "import"
    assert only(found, "test").message == "test-skip names it"


def test_a_group_that_there_is_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'lint' not found"):
        verify(package(tmp_path, ""), natives=[HERE], test_command=("true",), test_groups=("lint",))


def test_groups_are_read_from_the_project() -> None:
    assert dependency_groups('[dependency-groups]\ntest = ["pytest"]\n') == {"test": ["pytest"]}
    assert dependency_groups("") == {}
    assert dependency_groups("dependency-groups = 3") == {}


@pytest.mark.slow
def test_the_oldest_python_understands_the_script(tmp_path: Path) -> None:
    """Every Python of this machine takes a pure wheel; the lowest that wheels are built for is 3.8."""
    here = list_pythons(dict(os.environ))

    found = verify(package(tmp_path, "import enum"), natives=here)

    assert found.tier == "import", found
    assert len(found.pythons) == len(here)
