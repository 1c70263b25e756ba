from dataclasses import replace
from pathlib import PurePath

import pytest
import tomli
from tests.plan.gathered import MUSL, TABLES, gathered, planned

from wheelmatrix.model import Gathered, Plan
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan.first_link import MANIFEST, SOURCE

ARM = "aarch64-unknown-linux-gnu"
EQUIPPED = gathered(
    stds=TABLES.targets,
    programs=("cargo-zigbuild", "zig"),
    tools={"ziglang": "0.15.2", "cargo-zigbuild": "0.24.1"},
)
DONE = PurePath("cache/zig/first-link") / f"{ARM}.2.17" / "0.15.2-0.24.1-release.done"


def made(*targets: str, machine: Gathered = EQUIPPED, pythons: tuple[str, ...] = ("3.12", "3.13")) -> Plan:
    return planned(BuildOptions(interpreters=pythons, targets=targets), machine)


def test_zig_links_once_for_a_target_before_all_its_builds() -> None:
    plan = made(f"{ARM}.2.17")

    (link,) = plan.first_links
    step = f"link:{ARM}.2.17"
    needs = {each.id: each.needs for each in plan.steps if each.kind in ("link", "compile")}
    assert (link.id, link.done) == (f"{ARM}.2.17", DONE)
    assert needs == {step: frozenset(), **{f"compile:{build.id}": frozenset({step}) for build in plan.builds}}


def test_each_floor_has_a_first_link_of_its_own() -> None:
    plan = made(f"{ARM}.2.17", f"{ARM}.2.28")

    assert [link.id for link in plan.first_links] == [f"{ARM}.2.17", f"{ARM}.2.28"]


def test_what_was_linked_before_is_not_linked_again() -> None:
    plan = made(f"{ARM}.2.17", machine=replace(EQUIPPED, first_links=frozenset({DONE})))

    assert plan.first_links == ()
    assert {step.kind for step in plan.steps if not step.needs} == {"compile"}


def test_another_zig_links_anew() -> None:
    newer = replace(EQUIPPED, tools={**EQUIPPED.tools, "ziglang": "0.16.0"}, first_links=frozenset({DONE}))

    (link,) = made(f"{ARM}.2.17", machine=newer).first_links
    assert link.done.name == "0.16.0-0.24.1-release.done"


def test_a_build_for_development_has_another_first_link() -> None:
    options = BuildOptions(interpreters=("3.12",), targets=(f"{ARM}.2.17",), profile="dev")

    (link,) = planned(options, replace(EQUIPPED, first_links=frozenset({DONE}))).first_links
    argv = link.command.argv
    assert (argv[argv.index("--profile") + 1], link.done.name) == ("dev", DONE.name.replace("release", "dev"))


def test_who_is_not_zig_has_no_first_link() -> None:
    assert planned(BuildOptions(interpreters=("3.12",)), EQUIPPED).first_links == ()


def test_the_crate_has_a_directory_of_its_own_and_the_flags_of_its_target() -> None:
    (link,) = made(MUSL).first_links

    argv = link.command.argv
    assert argv[argv.index("--target") + 1] == MUSL
    assert PurePath(argv[argv.index("--target-dir") + 1]).is_relative_to(link.manifest.parent)
    assert link.command.environment["RUSTFLAGS"] == "-C target-feature=-crt-static"
    assert "link-arg=-fno-sanitize=undefined" in argv[argv.index("--") :]
    assert link.command.environment["ZIG_GLOBAL_CACHE_DIR"] == "cache/zig/cache"


@pytest.mark.parametrize("text", ["std::thread", "no_mangle"])
def test_the_crate_uses_what_a_real_one_does(text: str) -> None:
    assert tomli.loads(MANIFEST)["lib"] == {"crate-type": ["cdylib"]}
    assert text in SOURCE
