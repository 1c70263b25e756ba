"""The policies that are shipped are auditwheel's, and the refreshing script says when they are not."""

import datetime
import importlib.util
import json

import pytest
from tests import refresh

from wheelmatrix import resources, tables
from wheelmatrix.model import Policy

TODAY = datetime.date(2026, 11, 23)
needs_auditwheel = pytest.mark.skipif(
    importlib.util.find_spec("auditwheel") is None,
    reason="auditwheel is missing; get it with: python -m pip install auditwheel",
)


def policy(name: str, versions: dict[str, dict[str, list[str]]], **facts: object) -> refresh.Json:
    return {"name": name, "aliases": [], "symbol_versions": versions, "lib_whitelist": [], "blacklist": {}, **facts}


@needs_auditwheel
@pytest.mark.parametrize("family", ["manylinux", "musllinux"])
def test_reading_our_layout_gives_back_what_auditwheel_says(family: str) -> None:
    ours = {(each.name, each.arch): each for each in tables.load(resources.table_texts()).policies}
    theirs = [each for each in refresh.upstream(family) if each["name"] != "linux"]

    assert {key for key in ours if key[0].startswith(family)} == {
        (each["name"], arch) for each in theirs for arch in each["symbol_versions"]
    }
    for each in theirs:
        for arch, spaces in each["symbol_versions"].items():
            found: Policy = ours[each["name"], arch]
            assert found.symbol_versions == {space: set(versions) for space, versions in spaces.items()}
            own = refresh.MUSL_SONAMES[arch] if family == "musllinux" else ()
            assert found.libraries == {*each["lib_whitelist"], *own}
            assert found.forbidden == {soname: set(names) for soname, names in each["blacklist"].items() if names}
            assert found.aliases == tuple(each["aliases"])


@needs_auditwheel
def test_the_installed_auditwheel_has_nothing_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh.main([]) == 0
    assert capsys.readouterr().out == ""


def test_a_policy_that_takes_something_away_does_not_fit() -> None:
    low = policy("manylinux_2_5", {"x86_64": {"GLIBC": ["2.2", "2.3"]}})
    high = policy("manylinux_2_12", {"x86_64": {"GLIBC": ["2.3"]}})

    with pytest.raises(refresh.Unfit, match=r"manylinux_2_12 takes \['2.2'\] away from x86_64 GLIBC"):
        refresh.derive("manylinux", [high, low])


def test_a_symbol_that_is_forbidden_anew_does_not_fit() -> None:
    low = policy("manylinux_2_5", {"x86_64": {}})
    high = policy("manylinux_2_12", {"x86_64": {}}, blacklist={"libz.so.1": ["crc"]})

    with pytest.raises(refresh.Unfit, match=r"libz.so.1"):
        refresh.derive("manylinux", [low, high])


def test_source_and_date_stay_where_no_fact_changed() -> None:
    facts = refresh.derive("manylinux", [policy("manylinux_2_5", {"x86_64": {"GLIBC": ["2.10", "2.9"]}})])
    first = refresh.refreshed("", facts, "auditwheel 1", TODAY)

    assert refresh.refreshed(first, facts, "auditwheel 2", datetime.date(2027, 1, 1)) == first
    assert json.loads(first)["symbol_versions"]["x86_64"]["GLIBC"] == {"2.5": ["2.9", "2.10"]}


def test_a_new_fact_shows_as_a_unified_diff() -> None:
    old = refresh.refreshed("", refresh.derive("manylinux", [policy("manylinux_2_5", {"x86_64": {}})]), "a", TODAY)
    more = [policy("manylinux_2_5", {"x86_64": {}}), policy("manylinux_2_12", {"x86_64": {}})]
    new = refresh.refreshed(old, refresh.derive("manylinux", more), "b", TODAY)

    lines = list(refresh.difference(old, new, "manylinux.json"))

    assert lines[0] == "--- matrix/policies/manylinux.json\n"
    assert any(line.startswith("+") and '"2.12"' in line for line in lines)
