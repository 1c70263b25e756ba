"""Builds that verify: a wheel is in the wheel directory when it has proved itself, and not before."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.e2e.program import Project

Make = Callable[..., Project]

pytestmark = pytest.mark.slow

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OWN = ("-i", sys.executable)


def events(project: Project, *words: str) -> list[dict[str, object]]:
    """Return the events of the last run."""
    runs = sorted((project.folder / "target/wheelmatrix/runs").iterdir(), key=lambda path: path.stat().st_mtime)
    return [json.loads(line) for line in (runs[-1] / "events.jsonl").read_text().splitlines()]


def test_a_good_wheel_is_imported_and_then_put_in_its_place(project: Make) -> None:
    tiny = project("tiny")

    ran = tiny.build(*OWN, "--verify=import")

    assert ran.code == 0, ran.err
    assert ran.wheels == list(tiny.dist())
    found = [each for each in events(tiny) if str(each["event"]).startswith("wheel.")]
    assert [each["event"] for each in found] == ["wheel.written", "wheel.verified"]
    assert found[0]["path"] == str(tiny.folder / "dist" / ran.wheels[0])
    assert found[1]["tier"] == "import"
    assert found[1]["message"] == ""
    assert "verified: import in" in ran.err
    assert "proof" in ran.err


def test_a_second_run_verifies_again_and_leaves_the_wheel_alone(project: Make) -> None:
    tiny = project("tiny")
    tiny.build(*OWN, "--verify")
    path = next((tiny.folder / "dist").iterdir())
    before = path.stat()

    ran = tiny.build(*OWN, "--verify")

    assert ran.code == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [each["unchanged"] for each in events(tiny) if each["event"] == "wheel.written"] == [True]
    assert any(each["event"] == "wheel.verified" for each in events(tiny))


def test_the_wheel_is_the_same_with_and_without_verification(project: Make) -> None:
    tiny = project("tiny")
    tiny.build(*OWN, "--verify")
    tiny.run("build", *OWN, "-o", "plain", out="plain")

    assert tiny.dist() == tiny.dist("plain")


def test_a_wheel_that_does_not_import_is_not_in_the_wheel_directory(project: Make) -> None:
    mixed = project("tiny-mixed")
    mixed.write("python/tiny_mixed/__init__.py", "raise RuntimeError('on purpose')\n")

    ran = mixed.build(*OWN, "--verify")

    assert ran.code == 9
    assert ran.out == ""
    assert mixed.dist() == {}
    assert "RuntimeError: on purpose" in ran.err
    kept = next(line.partition("it is kept as ")[2] for line in ran.err.splitlines() if "it is kept as " in line)
    assert Path(kept).is_file()
    assert Path(kept).parent.name == "unverified"


def test_a_wheel_that_was_good_once_leaves_the_directory_when_it_fails(project: Make) -> None:
    """Built without verification it stands there; verified later, the same bytes do not import."""
    mixed = project("tiny-mixed")
    mixed.write("python/tiny_mixed/__init__.py", "raise RuntimeError('on purpose')\n")
    assert mixed.build(*OWN).code == 0
    assert len(mixed.dist()) == 1

    assert mixed.build(*OWN, "--verify").code == 9

    assert mixed.dist() == {}


def test_the_other_wheels_are_there(project: Make) -> None:
    mixed = project("tiny-mixed")
    mixed.write(
        "python/tiny_mixed/__init__.py",
        f"import sys\nassert sys.version_info[:2] != {sys.version_info[:2]!r}, 'on purpose'\n",
    )

    ran = mixed.build("-i", sys.executable, "3.99", "--verify")
    assert ran.code == 2

    ran = mixed.build("-i", sys.executable, "pypy3.11", "--verify")

    assert ran.code == 9
    assert [name.split("-")[2] for name in mixed.dist()] == ["pp311", "pp311"]
    assert "verified up to loader; import: no Python here takes a wheel for pp311" in ran.err


def test_a_demand_that_cannot_be_met_is_told_before_anything_is_compiled(project: Make) -> None:
    tiny = project("tiny")

    ran = tiny.build("-i", sys.executable, "pypy3.11", "--verify=import")

    assert ran.code == 9
    assert "no Python here takes a wheel for pp311-pypy311_pp73 on linux_x86_64" in ran.err
    assert "compile" not in {str(each.get("step", "")).partition(":")[0] for each in events(tiny)}
    assert not (tiny.folder / "dist").exists()


def test_a_test_without_a_command_is_refused_at_once(project: Make) -> None:
    ran = project("tiny").build(*OWN, "--verify=test")

    assert ran.code == 9
    assert "there is no test-command" in ran.err


def test_the_users_tests_run_with_the_installed_wheel(project: Make) -> None:
    tiny = project("tiny")
    tiny.configure(
        """[tool.wheelmatrix.verify]
level = "test"
test-command = "{python} -c 'import tiny; assert tiny.says().startswith(chr(67))'"
"""
    )

    ran = tiny.build(*OWN)

    assert ran.code == 0, ran.err
    assert f"verified: test in {sys.executable}" in ran.err


def test_a_hanging_import_is_ended_and_told(project: Make) -> None:
    mixed = project("tiny-mixed")
    mixed.write("python/tiny_mixed/__init__.py", "import time\ntime.sleep(600)\n")

    ran = mixed.build(*OWN, "--verify", "--verify-timeout", "2")

    assert ran.code == 9
    assert "importing tiny_mixed did not end within 2 s" in ran.err


def test_the_plan_has_the_step(project: Make) -> None:
    ran = project("tiny").run("plan", *OWN, "--verify", "--format", "json")

    steps = {step["id"]: step["needs"] for step in json.loads(ran.out)["steps"] if step["kind"] == "verify"}
    ((name, needs),) = steps.items()
    assert name.startswith("verify:cp")
    assert needs == [name.replace("verify", "pack")]


def test_a_wheel_directory_on_another_disk_gets_the_wheel_whole(project: Make) -> None:
    elsewhere = Path("/dev/shm")
    if not os.access(elsewhere, os.W_OK):
        pytest.skip("there is no /dev/shm that can be written to: run it on Linux")
    out = elsewhere / f"wheelmatrix-{os.getpid()}"
    tiny = project("tiny")
    try:
        ran = tiny.build(*OWN, "--verify", "-o", str(out))

        assert ran.code == 0, ran.err
        assert [path.suffix for path in out.iterdir()] == [".whl"]
    finally:
        for path in out.glob("*"):
            path.unlink()
        out.rmdir()
