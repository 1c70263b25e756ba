"""A plan for other machines is refused for what cannot be, and never for what this one lacks."""

import pytest
from tests.plan.gathered import TABLES, gathered, planned

from wheelmatrix.errors import ConfigError, ToolMissing
from wheelmatrix.options import BuildOptions
from wheelmatrix.plan import asked_targets
from wheelmatrix.plan.elsewhere import equipped

NAMED = ("3.14",)


def options(*targets: str, linker: str = "auto") -> BuildOptions:
    return BuildOptions(interpreters=NAMED, targets=targets, linker=linker)  # type: ignore[arg-type]


def elsewhere(asked: BuildOptions, **facts: object) -> list[str]:
    machine = gathered(**facts)
    made = planned(asked, equipped(machine, asked_targets(asked, TABLES, machine.host.os)))
    return [wheel.id for wheel in made.wheels]


@pytest.mark.parametrize(
    "target",
    [
        "aarch64-unknown-linux-gnu.2.17", "x86_64-unknown-linux-musl", "universal2-apple-darwin", "win_amd64",
        "x86_64-pc-windows-msvc", "powerpc64-unknown-linux-gnu", "riscv32gc-unknown-linux-gnu", "aarch64-apple-ios",
        "x86_64-unknown-freebsd.14.1",
    ],
)  # fmt: skip
def test_a_target_that_nothing_here_links_for_is_planned(target: str) -> None:
    asked = options(target)

    with pytest.raises((ToolMissing, ConfigError)):
        planned(asked)
    assert len(elsewhere(asked)) == 1


@pytest.mark.parametrize("linker", ["zig", "xwin", "native"])
def test_every_linker_that_is_asked_for_is_there(linker: str) -> None:
    target = "x86_64-pc-windows-msvc" if linker == "xwin" else "aarch64-unknown-linux-gnu"

    assert len(elsewhere(options(target, linker=linker))) == 1


def test_old_tools_of_this_machine_say_nothing_of_others() -> None:
    old = {"ziglang": "0.11.0", "cargo-zigbuild": "0.16.0", "repairwheel": "0.8.0"}
    made = equipped(gathered(tools=old), ())

    assert dict(made.tools) == {"repairwheel": "0.8.0"}
    assert elsewhere(options("aarch64-unknown-linux-gnu.2.17"), tools=old)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (options("powerpc64le-unknown-linux-gnu.2.17"), "glibc 2.17 is below 2.19"),
        (options("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-gnu.2.17"), "may make one wheel"),
        (options("riscv32gc-unknown-linux-gnu", linker="zig"), "zig does not link"),
    ],
)
def test_what_cannot_be_is_refused_for_every_machine(asked: BuildOptions, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        elsewhere(asked)


def test_what_the_user_set_stays_as_it_is() -> None:
    config = ({"target": {"riscv32gc-unknown-linux-gnu": {"linker": "my-gcc"}}},)
    rows = asked_targets(options("riscv32gc-unknown-linux-gnu"), TABLES, "linux")
    made = equipped(gathered(environment={"SDKROOT": "/sdk"}, cargo_config=config), rows)

    assert made.environment["SDKROOT"] == "/sdk"
    assert made.cargo_config[0] == config[0]
