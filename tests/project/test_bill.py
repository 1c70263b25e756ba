from typing import Any

from small_project import metadata, needs, package

from wheelmatrix.model import Package
from wheelmatrix.project.bill import packages

CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index"
LOCK = f"""
[[package]]
name = "serde"
version = "1.0.0"
source = "{CRATES_IO}"
checksum = "{"a" * 64}"
"""


def bill(*found: dict[str, Any], compiled: str = "", lock: str = "") -> dict[str, Package]:
    graph = metadata(*found, root="tiny")
    ids = compiled.split() or [each["id"] for each in found]
    return {each.name: each for each in packages(graph, "tiny", ids, lock)}


def crate(*dependencies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return package("tiny", dependencies=list(dependencies), **more)


def macro(name: str, *dependencies: dict[str, Any]) -> dict[str, Any]:
    target = {"name": name, "kind": ["proc-macro"], "crate_types": ["proc-macro"]}
    return package(name, targets=[target], dependencies=list(dependencies))


def test_only_what_was_compiled_counts_and_the_crate_comes_first() -> None:
    found = bill(
        crate(needs("serde"), needs("winapi")), package("serde"), package("winapi"), package("sibling"),
        compiled="tiny serde sibling",
    )  # fmt: skip

    assert list(found) == ["tiny", "serde"]
    assert found["tiny"].needs == ("serde",)


def test_what_runs_on_the_builder_alone_is_not_shipped() -> None:
    found = bill(
        crate(needs("cc", kind="build"), needs("derive"), needs("libc"), needs("mock", kind="dev")),
        package("cc", dependencies=[needs("both")]), macro("derive", needs("syn")), package("syn"),
        package("libc", dependencies=[needs("both")]), package("both"), package("mock"),
    )  # fmt: skip

    assert {name for name, each in found.items() if each.is_shipped} == {"tiny", "libc", "both"}
    assert {name for name, each in found.items() if not each.is_shipped} == {"cc", "derive", "syn"}


def test_package_urls_name_the_source_and_no_path() -> None:
    found = bill(
        crate(needs("serde"), needs("forked"), needs("own"), needs("near")),
        package("serde", "1.0.0", source=CRATES_IO),
        package("forked", source="git+https://example.org/f?branch=main#0123abcd"),
        package("own", source="sparse+https://crates.example.org/index/"),
        package("near", source=None, manifest_path="/home-of-me/near/Cargo.toml"),
        lock=LOCK,
    )

    assert found["serde"].purl == "pkg:cargo/serde@1.0.0"
    assert found["serde"].sha256 == "a" * 64
    assert found["forked"].purl == "pkg:cargo/forked@0.1.0?vcs_url=git%2Bhttps%3A%2F%2Fexample.org%2Ff%400123abcd"
    assert found["own"].purl == "pkg:cargo/own@0.1.0?repository_url=https%3A%2F%2Fcrates.example.org%2Findex%2F"
    assert found["near"].purl == "pkg:cargo/near@0.1.0"
    assert "home-of-me" not in repr({**found, "near": found["near"].purl})


def test_facts_of_the_manifest_come_along_and_what_is_no_url_does_not() -> None:
    facts = {"license": "MIT", "authors": ["A <a@b.c>"], "repository": "https://e.org/r", "homepage": "see readme"}

    found = bill(crate(**facts, description="two\n lines"))["tiny"]

    assert (found.license, found.authors, found.description) == ("MIT", ("A <a@b.c>",), "two lines")
    assert found.links == {"vcs": "https://e.org/r"}


def test_a_broken_lock_file_costs_no_more_than_the_checksums() -> None:
    for text in ("package = 1", "[[package]]\nname = 1", "[[", 'package = ["x"]'):
        assert bill(crate(), lock=text)["tiny"].sha256 == ""
