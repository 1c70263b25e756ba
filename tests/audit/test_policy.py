"""Where a library stands among the policies: floors, grafts, private symbols, blockers."""

import pytest
from elf_image import Need, elf_image
from hypothesis import given
from hypothesis import strategies as st
from small_tables import ARMV7, GNU, MUSL, POLICIES

from wheelmatrix.audit.elf import ElfFacts, read
from wheelmatrix.audit.policy import flavour, judge, obstacles, policies_of
from wheelmatrix.model import Version

GNU_POLICIES = policies_of(GNU, POLICIES)
NOTHING: frozenset[str] = frozenset()


def glibc(*versions: str, flags: int = 0) -> tuple[Need, ...]:
    return tuple(("libc.so.6", f"GLIBC_{version}", flags, (f"used_{version}",)) for version in versions)


def facts(*needs: Need, needed: tuple[str, ...] = ("libc.so.6",), undefined: tuple[str, ...] = ()) -> ElfFacts:
    return read(elf_image(needs=needs, needed=needed, undefined=undefined))


def test_policies_are_those_of_the_family_and_architecture_lowest_floor_first() -> None:
    assert [policy.name for policy in policies_of(MUSL, reversed(POLICIES))] == ["musllinux_1_1", "musllinux_1_2"]
    assert [policy.floor for policy in policies_of(ARMV7, POLICIES)] == [(2, 17)]


@pytest.mark.parametrize(
    ("versions", "floor"),
    [
        (("2.2.5", "2.17"), (2, 17)),
        (("2.28",), (2, 28)),
        (("2.2.5", "2.33"), (2, 33)),  # no policy is listed for it; PEP 600 allows it all the same
        (("2.43",), (2, 43)),  # above every known policy
        (("2.36", "ABI_DT_RELR"), (2, 36)),
        (("2.2.5", "ABI_DT_RELR"), (2, 36)),
    ],
)
def test_the_floor_is_the_newest_glibc_that_is_needed(versions: tuple[str, ...], floor: Version) -> None:
    standing = judge(facts(*glibc(*versions)), GNU_POLICIES, NOTHING)

    assert (standing.floor, standing.violations, standing.graft) == (floor, (), ())


def test_a_version_that_a_lower_policy_allows_does_not_raise_the_floor() -> None:
    known = tuple(policy for policy in POLICIES if policy.name == "manylinux_2_28" and policy.arch == "x86_64")

    standing = judge(facts(*glibc("2.28")), known, NOTHING)

    assert standing.floor == (2, 28)


@pytest.mark.parametrize(
    ("need", "floor"),
    [
        (("libstdc++.so.6", "GLIBCXX_3.4.19", 0, ("x",)), (2, 17)),
        (("libstdc++.so.6", "GLIBCXX_3.4.24", 0, ("x",)), (2, 28)),
        (("libstdc++.so.6", "GLIBCXX_3.4.30", 0, ("x",)), (2, 36)),
        (("libz.so.1", "ZLIB_1.2.0", 0, ("inflate",)), (2, 17)),
    ],
)
def test_other_namespaces_raise_the_floor_to_the_lowest_policy_that_has_them(need: Need, floor: Version) -> None:
    standing = judge(facts(*glibc("2.2.5"), need, needed=("libc.so.6", need[0])), GNU_POLICIES, NOTHING)

    assert standing.floor == floor


def test_an_unlisted_floor_takes_libraries_and_versions_of_the_next_lower_policy() -> None:
    cxx = ("libstdc++.so.6", "GLIBCXX_3.4.30", 0, ("x",))

    standing = judge(facts(*glibc("2.33"), cxx, needed=("libc.so.6", "libstdc++.so.6")), GNU_POLICIES, NOTHING)

    assert standing.floor == (2, 36)


def test_a_library_that_only_higher_policies_allow_raises_the_floor_instead_of_being_grafted() -> None:
    standing = judge(facts(*glibc("2.17"), needed=("libc.so.6", "libmvec.so.1")), GNU_POLICIES, NOTHING)

    assert (standing.floor, standing.graft) == ((2, 28), ())
    assert standing.blockers[0].policy == "manylinux_2_17"
    assert standing.blockers[0].libraries == ("libmvec.so.1",)


def test_a_library_that_no_policy_allows_is_to_be_grafted_and_its_versions_do_not_count() -> None:
    own = ("libssl.so.3", "OPENSSL_3.0.0", 0, ("SSL_new",))

    standing = judge(facts(*glibc("2.17"), own, needed=("libssl.so.3", "libc.so.6")), GNU_POLICIES, NOTHING)

    assert (standing.floor, standing.graft) == ((2, 17), ("libssl.so.3",))


def test_a_library_in_the_wheel_is_neither_grafted_nor_judged() -> None:
    own = ("libssl-1a2b3c4d.so.3", "GLIBCXX_9.9", 0, ("SSL_new",))

    standing = judge(
        facts(*glibc("2.17"), own, needed=("libssl-1a2b3c4d.so.3",)), GNU_POLICIES, frozenset({"libssl-1a2b3c4d.so.3"})
    )

    assert (standing.floor, standing.graft) == ((2, 17), ())


def test_the_loader_is_part_of_every_system_and_its_versions_do_not_count() -> None:
    loader = ("ld-linux-x86-64.so.2", "GLIBC_2.35", 0, ("__tls_get_addr",))

    standing = judge(facts(*glibc("2.17"), loader, needed=("ld-linux-x86-64.so.2",)), GNU_POLICIES, NOTHING)

    assert (standing.floor, standing.graft) == ((2, 17), ())


def test_a_version_that_the_loader_may_go_without_does_not_count() -> None:
    standing = judge(facts(*glibc("2.17"), *glibc("2.28", flags=2)), GNU_POLICIES, NOTHING)

    assert standing.floor == (2, 17)


def test_a_weak_symbol_with_a_firm_version_counts_as_the_loader_counts_it() -> None:
    image = elf_image(needs=(("libc.so.6", "GLIBC_2.28", 0, ()),), weak=("statx",))

    assert judge(read(image), GNU_POLICIES, NOTHING).floor == (2, 28)


def test_private_symbols_of_a_needed_library_break_each_policy_that_forbids_them() -> None:
    standing = judge(facts(needed=("libz.so.1", "libc.so.6"), undefined=("zcalloc",)), GNU_POLICIES, NOTHING)

    assert standing.floor == (2, 36)  # where the list of private symbols is another one
    assert standing.blockers[0].symbols == ("libz.so.1 (private): zcalloc",)


def test_private_symbols_that_every_policy_forbids_leave_no_floor() -> None:
    private = facts(needed=("libz.so.1",), undefined=("zcalloc", "deflate_medium"))
    known = tuple(policy for policy in GNU_POLICIES if policy.floor < (2, 36))

    standing = judge(private, known, NOTHING)

    assert standing.floor is None
    assert "private symbols of libz.so.1" in standing.violations[0]
    assert "zcalloc" in standing.violations[0]


def test_weak_references_to_private_symbols_are_exempt() -> None:
    image = elf_image(needed=("libz.so.1",), weak=("zcalloc",))

    assert judge(read(image), GNU_POLICIES, NOTHING).floor is not None


def test_private_names_without_their_library_mean_nothing() -> None:
    assert judge(facts(undefined=("zcalloc",)), GNU_POLICIES, NOTHING).violations == ()


def test_a_version_that_no_policy_has_leaves_no_floor() -> None:
    standing = judge(facts(*glibc("PRIVATE")), GNU_POLICIES, NOTHING)

    assert standing.floor is None
    assert "GLIBC_PRIVATE" in standing.violations[0]
    assert [blocker.policy for blocker in standing.blockers] == [
        "manylinux_2_36", "manylinux_2_28", "manylinux_2_17", "manylinux_2_5",
    ]  # fmt: skip


def test_blockers_name_every_symbol_with_its_version_highest_policy_first() -> None:
    standing = judge(facts(*glibc("2.2.5", "2.14", "2.28")), GNU_POLICIES, NOTHING)

    assert [(blocker.policy, blocker.symbols) for blocker in standing.blockers] == [
        ("manylinux_2_17", ("GLIBC_2.28: used_2.28",)),
        ("manylinux_2_5", ("GLIBC_2.14: used_2.14", "GLIBC_2.28: used_2.28")),
    ]


def test_obstacles_are_asked_for_any_version() -> None:
    needs = facts(*glibc("2.28"))

    assert obstacles(needs, GNU_POLICIES, NOTHING, (2, 28)) is None
    assert obstacles(needs, GNU_POLICIES, NOTHING, (2, 35)) is None
    assert obstacles(needs, GNU_POLICIES, NOTHING, (2, 27)) is not None


@pytest.mark.parametrize("soname", ["libc.so", "libc.musl-x86_64.so.1"])
def test_both_names_of_musls_libc_are_taken(soname: str) -> None:
    standing = judge(facts(needed=(soname, "libz.so.1")), policies_of(MUSL, POLICIES), NOTHING)

    assert (standing.floor, standing.graft) == ((1, 1), ())


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (("libc.so.6",), "gnu"),
        (("libc.so",), "musl"),
        (("libc.musl-aarch64.so.1",), "musl"),
        (("ld-linux-x86-64.so.2",), "gnu"),
        (("libm.so.6",), ""),
        ((), ""),
    ],
)
def test_the_flavour_of_libc_is_told_by_what_is_needed(needed: tuple[str, ...], expected: str) -> None:
    assert flavour(facts(needed=needed)) == expected


def test_a_glibc_version_of_another_library_makes_no_glibc() -> None:
    """libgcc_s of AArch64 has symbols of the version GLIBC_2.0, on musl too."""
    libgcc = ("libgcc_s-2d945d6c.so.1", "GLIBC_2.0", 0, ("__register_frame_info",))

    assert flavour(facts(libgcc, needed=("libgcc_s-2d945d6c.so.1", "libc.musl-aarch64.so.1"))) == "musl"
    assert flavour(facts(libgcc, needed=("libgcc_s-2d945d6c.so.1",))) == "gnu"


def test_without_policies_nothing_is_promised_and_nothing_violated() -> None:
    standing = judge(facts(*glibc("2.17")), (), NOTHING)

    assert (standing.floor, standing.violations, standing.blockers) == (None, (), ())


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), st.lists(st.integers(0, 60), max_size=4))
def test_needing_more_never_lowers_the_floor(some: list[int], more: list[int]) -> None:
    fewer = judge(facts(*glibc(*(f"2.{minor}" for minor in some))), GNU_POLICIES, NOTHING)

    all_of_them = judge(facts(*glibc(*(f"2.{minor}" for minor in [*some, *more]))), GNU_POLICIES, NOTHING)

    assert fewer.floor is not None
    assert all_of_them.floor is not None
    assert all_of_them.floor >= fewer.floor


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_every_policy_below_the_floor_has_a_blocker_and_none_above(minors: list[int]) -> None:
    needs = facts(*glibc(*(f"2.{minor}" for minor in minors)))
    standing = judge(needs, GNU_POLICIES, NOTHING)

    assert standing.floor is not None
    assert len(standing.blockers) == sum(policy.floor < standing.floor for policy in GNU_POLICIES)
    assert all(
        obstacles(needs, GNU_POLICIES, NOTHING, p.floor) is None for p in GNU_POLICIES if p.floor >= standing.floor
    )
