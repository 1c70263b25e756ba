from typing import Any

from wheelmatrix.audit.whole import whole
from wheelmatrix.model import Report


def report(name: str, *tags: str, **changed: Any) -> Report:
    facts: dict[str, Any] = {
        "machine": "x86_64", "word_bits": 64, "needed": (), "rpaths": (), "versions": {}, "entry_symbols": (),
        "floor": None, "graft": (), "problems": (), "warnings": (), "blockers": (),
    }  # fmt: skip
    return Report(name=name, platform_tags=tags, **(facts | changed))


def test_the_report_on_one_file_stays_as_it_is() -> None:
    one = report("a", "manylinux_2_17_x86_64", warnings=("odd",))

    assert whole([one]) is one


def test_the_highest_floor_is_the_wheels() -> None:
    low = report("a", "manylinux_2_17_x86_64", floor=(2, 17))
    high = report("b", "manylinux_2_34_x86_64", floor=(2, 34))

    assert whole([low, high]).platform_tags == ("manylinux_2_34_x86_64",)
    assert whole([low, high]).floor == (2, 34)


def test_one_plain_tag_makes_the_wheel_plain() -> None:
    high = report("a", "manylinux_2_34_x86_64", floor=(2, 34))

    assert whole([high, report("b", "linux_x86_64")]).platform_tags == ("linux_x86_64",)


def test_faults_name_their_file_and_forbid_the_wheel() -> None:
    found = whole([report("a", "win_amd64"), report("b", problems=("broken",), warnings=("odd",))])

    assert (found.problems, found.warnings, found.platform_tags) == (("b: broken",), ("b: odd",), ())
