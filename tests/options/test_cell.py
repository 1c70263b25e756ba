from wheelmatrix.options import AskedTarget, BuildOptions, Feature, Override, for_cell, for_target

CELL, SHORT = "cp312-manylinux_2_17_x86_64", "cp312-manylinux_x86_64"


def override(select: str, inherit: dict[str, str] | None = None, **values: object) -> Override:
    return Override(select=(select,), values=values, inherit=inherit or {})  # type: ignore[arg-type]


def test_a_cell_that_no_override_names_keeps_its_options() -> None:
    options = BuildOptions(overrides=(override("pp*", strip=True),))

    assert for_cell(options, CELL, SHORT) is options


def test_of_two_overrides_the_later_wins() -> None:
    options = BuildOptions(overrides=(override("*", profile="dev"), override("cp312-*", profile="bench")))

    assert for_cell(options, CELL, SHORT).profile == "bench"


def test_an_override_matches_the_short_form() -> None:
    options = BuildOptions(overrides=(override(SHORT, strip=True),))

    assert for_cell(options, CELL, SHORT).strip


def test_a_list_replaces_appends_or_prepends() -> None:
    below = (Feature(feature="a"),)
    own = (Feature(feature="b"),)
    cases = {"none": own, "append": below + own, "prepend": own + below}
    for joining, expected in cases.items():
        step = override("*", {"conditional_features": joining}, conditional_features=own)

        changed = for_cell(BuildOptions(conditional_features=below, overrides=(step,)), CELL, SHORT)

        assert changed.conditional_features == expected


def test_overrides_append_to_each_other() -> None:
    steps = tuple(override("*", {"before_build": "append"}, before_build=(word,)) for word in ("b", "c"))
    options = BuildOptions(before_build=("a",), overrides=steps)

    assert for_cell(options, CELL, SHORT).before_build == ("a", "b", "c")


def test_an_inherited_environment_keeps_one_value_per_variable() -> None:
    step = override("*", {"environment": "append"}, environment=(("A", "2"), ("B", "3")))
    options = BuildOptions(environment=(("A", "1"),), overrides=(step,))

    assert for_cell(options, CELL, SHORT).environment == (("A", "2"), ("B", "3"))


def test_what_the_command_line_fixed_is_not_overridden() -> None:
    step = override("*", profile="dev", strip=True)
    options = BuildOptions(profile="release", fixed=frozenset({"profile"}), overrides=(step,))

    changed = for_cell(options, CELL, SHORT)

    assert (changed.profile, changed.strip) == ("release", True)


def test_a_target_that_is_only_named_keeps_the_options() -> None:
    options = BuildOptions(linker="gcc")

    assert for_target(options, "win_amd64") is options


def test_a_targets_own_options_rank_above_those_of_all() -> None:
    options = BuildOptions(linker="gcc", rustflags=("-v",), environment=(("A", "1"), ("B", "1")), strip=True)
    own = AskedTarget(target="x", values={"linker": "zig", "rustflags": (), "environment": (("B", "2"), ("C", "2"))})

    changed = for_target(options, own)

    assert (changed.linker, changed.rustflags, changed.strip) == ("zig", (), True)
    assert changed.environment == (("A", "1"), ("B", "2"), ("C", "2"))


def test_the_command_line_ranks_above_a_targets_own_options() -> None:
    options = BuildOptions(linker="gcc", environment=(("A", "1"),), fixed=frozenset({"linker", "environment"}))
    own = AskedTarget(target="x", values={"linker": "zig", "environment": (("A", "2"),), "rustflags": ("-v",)})

    changed = for_target(options, own)

    assert (changed.linker, changed.environment, changed.rustflags) == ("gcc", (("A", "1"),), ("-v",))


def test_an_override_ranks_above_a_targets_own_options() -> None:
    options = BuildOptions(overrides=(override("cp312-*", linker="native"),))
    own = AskedTarget(target="x", values={"linker": "zig"})

    assert for_cell(for_target(options, own), CELL, SHORT).linker == "native"
    assert for_cell(for_target(options, own), "cp311-x", "cp311-x").linker == "zig"
