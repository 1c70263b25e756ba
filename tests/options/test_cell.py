from wheelmatrix.options import BuildOptions, Feature, Override, for_cell

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
