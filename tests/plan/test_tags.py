import pytest
from tests.plan.gathered import LINUX, MUSL, TABLES, row, target, version_abi

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Abi, Version
from wheelmatrix.plan.tags import ceiling, cell_id, check_released, platform_of, short_id, stem_tags


@pytest.mark.parametrize(
    ("triple", "floor", "full", "short"),
    [
        (LINUX, None, "cp312-linux_x86_64", "cp312-manylinux_x86_64"),
        (LINUX, (2, 17), "cp312-manylinux_2_17_x86_64", "cp312-manylinux_x86_64"),
        (MUSL, None, "cp312-musllinux_x86_64", "cp312-musllinux_x86_64"),
        (MUSL, (1, 2), "cp312-musllinux_1_2_x86_64", "cp312-musllinux_x86_64"),
        ("x86_64-pc-windows-msvc", None, "cp312-win_amd64", "cp312-win_amd64"),
        ("aarch64-apple-darwin", (11, 0), "cp312-macosx_11_0_arm64", "cp312-macosx_arm64"),
        ("universal2-apple-darwin", None, "cp312-macosx_universal2", "cp312-macosx_universal2"),
        ("aarch64-linux-android", None, "cp312-android_arm64_v8a", "cp312-android_arm64_v8a"),
        ("aarch64-linux-android", (24, 0), "cp312-android_24_arm64_v8a", "cp312-android_arm64_v8a"),
    ],
)
def test_cells_are_called_by_python_and_platform(triple: str, floor: Version | None, full: str, short: str) -> None:
    where = target(triple, floor)

    assert cell_id(row("cp312"), where) == full
    assert short_id(row("cp312"), where) == short


def test_two_targets_of_one_id_can_have_wheels_of_one_name() -> None:
    named: dict[str, list[str]] = {}
    for where in TABLES.targets.values():
        named.setdefault(platform_of(where), []).append(where.tag)

    shared = {name: tags for name, tags in named.items() if len(set(tags)) > 1}
    assert shared == {"linux_armv7l": ["manylinux_{major}_{minor}_armv7l"] * 2 + ["linux_armv7l"] * 2}
    assert not any("{" in name for name in named)


@pytest.mark.parametrize(
    ("abi", "tags"),
    [
        (version_abi("cp312"), "cp312-cp312"),
        (version_abi("cp314t"), "cp314-cp314t"),
        (version_abi("pp311_pp73"), "pp311-pypy311_pp73"),
        (version_abi("pp311_pp80"), "pp311-pypy311_pp80"),
        (version_abi("gp312_250"), "graalpy312-graalpy250_312_native"),
        (Abi(kind="abi3", interpreter=row("cp39")), "cp39-abi3"),
        (Abi(kind="abi3t", interpreter=row("cp315")), "cp315-abi3.abi3t"),
    ],
)
def test_a_stem_has_the_tags_of_its_abi(abi: Abi, tags: str) -> None:
    assert stem_tags(abi) == tags


@pytest.mark.parametrize(
    ("asked", "limit", "plain"),
    [
        ((), None, False),
        (("pypi",), None, False),
        (("linux",), None, True),
        (("off",), None, True),
        (("1",), ("manylinux", (2, 5)), False),
        (("2010",), ("manylinux", (2, 12)), False),
        (("2014",), ("manylinux", (2, 17)), False),
        (("manylinux2014",), ("manylinux", (2, 17)), False),
        (("2_28",), ("manylinux", (2, 28)), False),
        (("manylinux_2_28",), ("manylinux", (2, 28)), False),
        (("pypi", "manylinux_2_28"), ("manylinux", (2, 28)), False),
    ],
)
def test_every_spelling_of_a_policy_is_understood(
    asked: tuple[str, ...], limit: tuple[str, Version] | None, plain: bool
) -> None:
    assert ceiling(asked, target()) == (limit, plain)


def test_a_floor_is_the_ceiling_of_what_the_library_may_need() -> None:
    assert ceiling((), target(floor=(2, 17))) == (("manylinux", (2, 17)), False)


def test_musl_has_its_own_policies() -> None:
    assert ceiling(("musllinux_1_2",), target(MUSL)) == (("musllinux", (1, 2)), False)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("sometag",), "'sometag' is no platform policy"),
        (("2014", "2_28"), "one platform tag, and 2 were asked for: 2014, 2_28"),
        (("musllinux_1_2",), "does not go with x86_64-unknown-linux-gnu"),
        (("pypi", "linux"), "an index takes no linux tag"),
    ],
)
def test_what_is_no_policy_is_refused(asked: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        ceiling(asked, target())

    assert caught.value.issues[0].where == "--compatibility"


def test_a_policy_of_linux_does_not_go_with_windows() -> None:
    with pytest.raises(ConfigError, match="does not go with x86_64-pc-windows-msvc"):
        ceiling(("2014",), target("x86_64-pc-windows-msvc"))


@pytest.mark.parametrize(("triple", "floor"), [(LINUX, (2, 99)), (LINUX, (3, 0)), (MUSL, (1, 9))])
def test_a_policy_of_a_libc_that_there_is_not_is_refused(triple: str, floor: Version) -> None:
    family = "musllinux" if triple == MUSL else "manylinux"

    with pytest.raises(ConfigError, match="is not defined yet: the newest policy known is"):
        check_released((family, floor), target(triple), TABLES)


@pytest.mark.parametrize("asked", [None, ("manylinux", (2, 33)), ("manylinux", (2, 44))])
def test_versions_between_policies_and_just_above_them_are_let_be(asked: tuple[str, Version] | None) -> None:
    check_released(asked, target(LINUX), TABLES)
