"""A matrix takes as few machines as there are systems that nothing else links for."""

from collections.abc import Iterable
from typing import Any

import pytest
from tests.plan.gathered import TABLES, binding, cargo_metadata, gathered, planned, project, target

from wheelmatrix.cli import arguments
from wheelmatrix.cli.build import command as build_command
from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Gathered, Project
from wheelmatrix.options import AskedTarget, BuildOptions, Override
from wheelmatrix.plan import asked_targets
from wheelmatrix.plan.elsewhere import equipped
from wheelmatrix.plan.hosts import RUNNERS, Job, host_of, jobs
from wheelmatrix.plan.select import is_spec

GNU, ARM, MUSL = "x86_64-unknown-linux-gnu.2.17", "aarch64-unknown-linux-gnu.2.17", "x86_64-unknown-linux-musl"
APPLE, MSVC, MINGW = "universal2-apple-darwin", "x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"


def with_framework() -> dict[str, Any]:
    """`cargo metadata` of a crate that links a framework of macOS."""
    found = cargo_metadata()
    own = found["resolve"]["nodes"][0]
    own["deps"].append({"name": "cf", "pkg": "cf", "dep_kinds": [{"kind": None, "target": None}]})
    found["packages"].append({"id": "cf", "name": "core-foundation-sys", "features": {}, "dependencies": []})
    found["resolve"]["nodes"].append({"id": "cf", "deps": []})
    return found


def jobs_of(options: BuildOptions, machine: Gathered | None = None, what: Project | None = None) -> tuple[Job, ...]:
    here = machine or gathered()
    rows = asked_targets(options, TABLES, here.host.os)
    return jobs(planned(options, equipped(here, rows), what), options, TABLES, here)


def asked(*targets: str | AskedTarget, interpreters: tuple[str, ...] = ("3.12", "3.13"), **more: Any) -> BuildOptions:
    return BuildOptions(interpreters=interpreters, targets=targets, **more)


def names(found: Iterable[Job]) -> dict[str, list[str]]:
    return {job.name: [str(each) for each in job.targets] for job in found}


@pytest.mark.parametrize(
    ("triple", "linker", "frameworks", "name"),
    [
        ("x86_64-unknown-linux-gnu", "auto", False, "linux"),
        ("x86_64-unknown-linux-gnu", "native", False, "linux"),
        ("aarch64-unknown-linux-gnu", "auto", True, "linux"),
        ("aarch64-unknown-linux-gnu", "native", False, "linux-arm"),
        ("aarch64-unknown-linux-musl", "auto", False, "linux"),
        ("powerpc64-unknown-linux-gnu", "auto", False, "linux"),
        ("s390x-unknown-linux-gnu", "native", False, ""),
        ("riscv32gc-unknown-linux-gnu", "auto", False, ""),
        ("x86_64-apple-darwin", "auto", False, "linux"),
        ("x86_64-apple-darwin", "auto", True, "macos"),
        ("x86_64-apple-darwin", "native", False, "macos"),
        ("x86_64-apple-darwin", "zig", True, "linux"),
        ("universal2-apple-darwin", "auto", False, "linux"),
        ("universal2-apple-darwin", "auto", True, "macos"),
        ("aarch64-apple-ios", "auto", False, "macos"),
        ("x86_64-pc-windows-gnu", "auto", True, "linux"),
        ("x86_64-pc-windows-gnu", "native", False, "windows"),
        ("aarch64-pc-windows-gnullvm", "auto", False, "linux"),
        ("x86_64-pc-windows-msvc", "auto", False, "windows"),
        ("x86_64-pc-windows-msvc", "xwin", False, "linux"),
        ("x86_64-win7-windows-gnu", "auto", False, "windows"),
        ("x86_64-unknown-freebsd", "auto", False, ""),
        ("x86_64-unknown-freebsd", "native", False, ""),
    ],
)
def test_a_target_goes_where_it_can_be_linked(triple: str, linker: Any, frameworks: bool, name: str) -> None:
    found = host_of(target(triple), BuildOptions(linker=linker), gathered(), needs_sdk=frameworks)

    assert found == name


@pytest.mark.parametrize("triple", ["x86_64-unknown-freebsd", "riscv32gc-unknown-linux-gnu"])
@pytest.mark.parametrize("linker", ["auto", "native"])
def test_a_linker_that_cargo_is_told_of_is_one_of_linux(triple: str, linker: Any) -> None:
    machine = gathered(cargo_config=({"target": {triple: {"linker": "cross-ld"}}},))

    assert host_of(target(triple), BuildOptions(linker=linker), machine, needs_sdk=False) == "linux"


def test_an_sdk_that_the_configuration_names_is_one_on_linux() -> None:
    options = BuildOptions(environment=(("SDKROOT", "/opt/MacOSX.sdk"),))

    assert host_of(target("aarch64-apple-darwin"), options, gathered(), needs_sdk=True) == "linux"


def test_one_job_builds_all_that_zig_links() -> None:
    (job,) = jobs_of(asked(GNU, ARM, MUSL, APPLE, MINGW))

    assert (job.name, job.runner, len(job.cells)) == ("linux", "ubuntu-latest", 10)
    assert job.triples == (
        "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", MUSL, "x86_64-apple-darwin", "aarch64-apple-darwin",
        MINGW,
    )  # fmt: skip


def test_what_needs_a_system_of_its_own_has_a_job_of_its_own() -> None:
    found = jobs_of(asked(MSVC, APPLE, GNU), gathered(cargo_metadata=with_framework()))

    assert names(found) == {"linux": [GNU], "macos": [APPLE], "windows": [MSVC]}
    assert [job.runner for job in found] == [RUNNERS[job.name] for job in found]


def test_a_table_of_the_configuration_sends_its_target_home() -> None:
    table = AskedTarget(target="macosx_11_0_arm64", values={"linker": "native"})
    found = jobs_of(asked(GNU, table))

    assert names(found) == {"linux": [GNU], "macos": ["aarch64-apple-darwin.11.0"]}
    assert found[1].asked == ("macosx_11_0_arm64",)  # spelled as in the table, which holds there, too


def test_an_override_may_send_some_cells_of_a_target_elsewhere() -> None:
    native = Override(select=("cp313-*",), values={"linker": "native"}, inherit={})
    found = jobs_of(asked(MINGW, overrides=(native,)))

    assert {job.name: [cell.id for cell in job.cells] for job in found} == {
        "linux": ["cp312-win_amd64"],
        "windows": ["cp313-win_amd64"],
    }


def test_without_a_target_it_is_the_hosts() -> None:
    (job,) = jobs_of(asked())

    assert job.arguments == ("-i", "cp312", "cp313", "--target", "x86_64-unknown-linux-gnu")


def test_targets_that_no_runner_links_for_are_all_named() -> None:
    options = asked("riscv32gc-unknown-linux-gnu", GNU, "x86_64-unknown-freebsd.14.1")

    with pytest.raises(ConfigError) as caught:
        jobs_of(options)

    assert [issue.where for issue in caught.value.issues] == [
        "target riscv32gc-unknown-linux-gnu",
        "target x86_64-unknown-freebsd.14.1",
    ]
    assert "CARGO_TARGET_RISCV32GC_UNKNOWN_LINUX_GNU_LINKER" in caught.value.issues[0].hint


@pytest.mark.parametrize(
    "options",
    [
        asked(GNU, ARM, MSVC),
        asked(GNU, interpreters=("3.13t", "3.12")),
        BuildOptions(all_interpreters=True, enable=("pypy", "graalpy"), targets=(GNU, MUSL, APPLE, MSVC)),
        BuildOptions(all_interpreters=True, skip=("*t-musllinux*", "cp39-*"), targets=(GNU, MUSL)),
    ],
)
def test_the_arguments_of_a_job_build_exactly_its_cells(options: BuildOptions) -> None:
    old = project(pyo3=binding((0, 23, 5), free_threaded_since=(3, 13)))  # 3.13t is built only when it is named
    for job in jobs_of(options, gathered(cargo_metadata=with_framework()), old):
        # click keeps the first help option that it makes: it has to be that of the program
        ctx = build_command.make_context("build", list(job.arguments), help_option_names=["-h", "--help"])
        heard = BuildOptions(**arguments.asked(ctx, BuildOptions))  # type: ignore[arg-type]
        rows = asked_targets(heard, TABLES, "linux")

        made = planned(heard, equipped(gathered(), rows), old)
        assert [cell.id for cell in made.cells] == [cell.id for cell in job.cells]


def test_every_interpreter_is_a_word_that_names_it() -> None:
    assert all(is_spec(row.id) for row in TABLES.interpreters)
