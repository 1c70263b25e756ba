"""Many cells in one run: what is shared, what is done again, and what the configuration changes."""

import json
from collections.abc import Callable

import pytest
from tests.e2e.program import Project

Make = Callable[..., Project]

pytestmark = pytest.mark.slow

_NOTES = '#!/bin/sh\ncase " $* " in *" --crate-name ___ "*) ;; *) echo "$@" >> "$COMPILED" ;; esac\nexec "$@"\n'


def counting(project: Project) -> dict[str, str]:
    """Return variables that let every call of rustc be written down, in a file that `compiled` reads."""
    script = project.write("../notes", _NOTES)
    script.chmod(0o755)
    return {"RUSTC_WRAPPER": str(script), "COMPILED": str(project.folder.parent / "compiled")}


def compiled(project: Project) -> list[str]:
    """Return the crates that were compiled since the last call, in order."""
    file = project.folder.parent / "compiled"
    lines = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return [line.split("--crate-name ")[1].split()[0] for line in lines if "--crate-name" in line]


def cells(project: Project) -> list[str]:
    """Return the Python and ABI tags of the wheels that are there."""
    return sorted("-".join(name.split("-")[2:4]) for name in project.dist())


def test_an_unchanged_project_is_left_alone(project: Make, five: tuple[str, ...]) -> None:
    """The second run compiles nothing, and neither bytes nor times of the wheels change."""
    tiny = project("tiny")
    env = counting(tiny)

    first = tiny.build(*five, env=env)
    times = {path.name: path.stat().st_mtime_ns for path in (tiny.folder / "dist").iterdir()}
    wheels, made = tiny.dist(), compiled(tiny)
    second = tiny.build(*five, env=env)

    assert (first.code, second.code) == (0, 0)
    assert made.count("tiny") == 5
    assert compiled(tiny) == []
    assert tiny.dist() == wheels
    assert {path.name: path.stat().st_mtime_ns for path in (tiny.folder / "dist").iterdir()} == times
    assert second.out == first.out
    assert second.err.count("unchanged") >= 5


def test_a_changed_source_is_compiled_for_every_cell(project: Make) -> None:
    tiny = project("tiny")
    env = counting(tiny)
    tiny.build("-i", "3.11", "3.12", env=env)
    wheels = tiny.dist()
    compiled(tiny)
    tiny.replace("src/lib.rs", "pyo3::ffi::ABI.to_owned()", '"changed".to_owned()')

    ran = tiny.build("-i", "3.11", "3.12", env=env)

    assert ran.code == 0
    assert compiled(tiny) == ["tiny", "tiny"]
    assert tiny.dist().keys() == wheels.keys()
    assert not set(tiny.dist().values()) & set(wheels.values())


def test_abi3_is_compiled_once_for_five_interpreters(project: Make, five: tuple[str, ...]) -> None:
    tiny = project("tiny-abi3")

    ran = tiny.build(*five, env=counting(tiny))

    assert ran.code == 0
    assert compiled(tiny).count("tiny_abi3") == 1
    assert cells(tiny) == ["cp39-abi3"]
    assert "5 cells, 1 wheel" in ran.err


def test_both_stable_abis_come_from_one_run(project: Make) -> None:
    tiny = project("tiny-abi3t")

    ran = tiny.build("-i", "3.9", "3.12", "3.15t", "--enable", "cpython-prerelease", env=counting(tiny))

    assert ran.code == 0, ran.err
    assert compiled(tiny).count("tiny_abi3t") == 2
    assert len(tiny.dist()) == 2
    assert "cp39-abi3" in cells(tiny)


def test_a_member_of_a_workspace_keeps_its_sibling_out(project: Make) -> None:
    """The sibling asks pyo3 for abi3; the wheel must not be of that kind."""
    native = project("tiny-workspace/native")

    ran = native.build("-i", "3.11", "3.12")

    assert ran.code == 0
    assert cells(native) == ["cp311-cp311", "cp312-cp312"]


def test_resume_does_what_is_missing_with_the_options_of_then(project: Make, five: tuple[str, ...]) -> None:
    broken = project("tiny-broken-on-312")
    env = counting(broken)
    first = broken.build(*five, env=env)
    wheels = broken.dist()
    compiled(broken)
    broken.replace("src/lib.rs", "pyo3::ffi::MINOR != 12", "pyo3::ffi::MINOR != 99")

    again = broken.build("--resume", env=env)

    assert (first.code, again.code) == (5, 0)
    assert cells(broken) == ["cp310-cp310", "cp311-cp311", "cp312-cp312", "cp313-cp313", "cp39-cp39"]
    assert {name: digest for name, digest in broken.dist().items() if name in wheels} == wheels


def test_resume_of_what_is_done_compiles_nothing(project: Make) -> None:
    tiny = project("tiny")
    env = counting(tiny)
    tiny.build("-i", "3.11", "3.12", env=env)
    compiled(tiny)

    again = tiny.build("--resume", env=env)

    assert again.code == 0
    assert len(again.wheels) == 2
    assert compiled(tiny) == []


def test_resume_without_a_run_says_so(project: Make) -> None:
    ran = project("tiny").build("--resume")

    assert ran.code == 2
    assert "run" in ran.err


def test_fail_fast_starts_nothing_more(project: Make) -> None:
    broken = project("tiny-broken-on-312")

    ran = broken.build("-i", "3.12", "3.9", "3.10", "3.11", "3.13", "--fail-fast", "--jobs", "1")

    assert ran.code == 5
    assert len(broken.dist()) < 4
    assert "not built" in ran.err
    assert sorted(ran.wheels) == sorted(broken.dist())


_COMMANDS = """
[tool.wheelmatrix]
before-all = "echo all >> ../said"
before-build = "echo build $MARK >> ../said"
environment = { MARK = "plain" }

[[tool.wheelmatrix.overrides]]
select = "cp312-*"
environment = { MARK = "special" }
"""


def test_commands_run_once_and_before_each_compile(project: Make) -> None:
    tiny = project("tiny")
    tiny.configure(_COMMANDS)

    ran = tiny.build("-i", "3.11", "3.12", "3.13")

    lines = (tiny.folder.parent / "said").read_text().splitlines()
    assert ran.code == 0
    assert lines[0] == "all"
    assert sorted(lines[1:]) == ["build plain", "build plain", "build special"]


@pytest.mark.parametrize("key", ["before-all", "before-build"])
def test_a_command_that_fails_is_named(project: Make, key: str) -> None:
    tiny = project("tiny")
    tiny.configure(f'[tool.wheelmatrix]\n{key} = "echo no luck >&2; exit 7"')

    ran = tiny.build("-i", "3.12", env=counting(tiny))

    assert ran.code == 5
    assert "exit 7" in ran.err
    assert "exit code 7" in ran.err
    assert "no luck" in ran.err
    assert compiled(tiny) == []
    assert tiny.dist() == {}


def test_an_override_changes_its_cells_alone(project: Make) -> None:
    tiny = project("tiny")
    tiny.configure('[[tool.wheelmatrix.overrides]]\nselect = "cp312-*"\nprofile = "dev"')
    env = counting(tiny)

    ran = tiny.build("-i", "3.11", "3.12", env=env)
    lines = (tiny.folder.parent / "compiled").read_text().splitlines()

    own = [line for line in lines if "--crate-name tiny " in line]
    assert ran.code == 0
    assert sorted("opt-level=3" in line for line in own) == [False, True]
    assert [line for line in own if "opt-level=3" not in line] == [line for line in own if "/debug/" in line]


def test_json_on_stdout_is_one_record_a_line(project: Make) -> None:
    ran = project("tiny").build("-i", "3.12", "--json")

    records = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert [record["seq"] for record in records] == list(range(len(records)))
    assert (records[0]["event"], records[-1]["event"]) == ("run.started", "run.finished")
