from dataclasses import replace

import pytest
from small_project import PYO3, ROOT, gathered, metadata, tiny

from wheelmatrix.errors import ConfigError
from wheelmatrix.model import Gathered
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import project
from wheelmatrix.project.licenses import maybe_copies

HEAD = '[project]\nname = "tiny"\nversion = "1"\n'

FILES = ("LICENSE", "COPYING.md", "NOTICE", "AUTHORS", "README.md", "sub/LICENSE", "sub/a.txt")


def of_sizes(facts: Gathered) -> Gathered:
    """Return facts whose files have all another size: none is a copy."""
    return replace(facts, files=tuple(replace(file, size_bytes=1 + at) for at, file in enumerate(facts.files)))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", ["AUTHORS", "COPYING.md", "LICENSE", "NOTICE"]),
        ("license-files = []", []),
        ('license-files = ["LICENSE*", "sub/*.txt"]', ["LICENSE", "sub/a.txt"]),
        ('license-files = ["sub/**/*"]', ["sub/LICENSE", "sub/a.txt"]),
        ('license-files = []\nlicense = {file = "sub/LICENSE"}', ["sub/LICENSE"]),
    ],
)
def test_licence_files_keep_their_paths(table: str, expected: list[str]) -> None:
    found = project(BuildOptions(), gathered(HEAD + table, files=FILES)).metadata

    assert [each.name for each in found.licenses] == expected
    assert found.text.decode().count("License-File: ") == len(expected)


def test_cargos_licence_file_is_shipped_from_the_workspace() -> None:
    cargo = metadata(tiny(license_file="../LICENSE"), *PYO3) | {"workspace_root": "/"}

    alone = project(BuildOptions(), gathered(HEAD, files=("/LICENSE",), cargo=cargo)).metadata
    copied = gathered(HEAD, files=("LICENSE", "/LICENSE"), cargo=cargo)
    beside = project(BuildOptions(), of_sizes(copied)).metadata

    assert [each.name for each in alone.licenses] == ["LICENSE"]
    assert [each.name for each in project(BuildOptions(), copied).metadata.licenses] == ["LICENSE"]
    assert [each.name for each in beside.licenses] == ["LICENSE", "workspace/LICENSE"]


@pytest.mark.parametrize(
    ("table", "files", "expected"),
    [
        ("", ("native/LICENSE",), ["LICENSE"]),
        ("", ("LICENSE", "native/LICENSE"), ["LICENSE", "native/LICENSE"]),  # maturin 1.16 ships the crate's alone
        ('license-files = ["native/LICENSE"]', ("native/LICENSE",), ["LICENSE", "native/LICENSE"]),
    ],
)
def test_the_licence_file_of_a_crate_below_the_project_is_named_as_seen_from_the_crate(
    table: str, files: tuple[str, ...], expected: list[str]
) -> None:
    manifest = ROOT / "native" / "Cargo.toml"
    cargo = metadata(tiny(license_file="LICENSE", manifest_path=str(manifest)), *PYO3)
    options = BuildOptions(manifest_path=str(manifest))

    found = project(options, of_sizes(gathered(HEAD + table, files=files, cargo=cargo))).metadata

    assert [each.name for each in found.licenses] == expected


def test_a_licence_file_of_the_workspace_is_named_as_seen_from_there() -> None:
    cargo = metadata(tiny(), *PYO3) | {"workspace_root": "/"}
    facts = gathered(f'{HEAD}license = {{file = "../texts/OWN"}}', files=("/texts/OWN",), cargo=cargo)

    assert [each.name for each in project(BuildOptions(), facts).metadata.licenses] == ["texts/OWN"]


def test_a_licence_file_outside_of_project_and_workspace_is_refused() -> None:
    facts = gathered(f'{HEAD}license = {{file = "../LICENSE"}}', files=("LICENSE",))

    with pytest.raises(ConfigError, match="outside of the project"):
        project(BuildOptions(), facts)


def test_without_a_project_table_cargos_licence_file_is_the_only_one() -> None:
    cargo = metadata(tiny(license_file="COPYING"), *PYO3)

    found = project(BuildOptions(), gathered("", files=("LICENSE", "COPYING"), cargo=cargo)).metadata

    assert [each.name for each in found.licenses] == ["COPYING"]


@pytest.mark.parametrize("glob", ["LIC[EF]NSE", "./LICENSE", "LICENS?", "**/LICENSE", "LICÉNCE"])
def test_globs_of_pep_639_name_licence_files(glob: str) -> None:
    facts = gathered(f'{HEAD}license-files = ["{glob}"]', files=("LICENSE", "LICÉNCE"))

    assert len(project(BuildOptions(), facts).metadata.licenses) == 1


@pytest.mark.parametrize(
    ("glob", "said"),
    [
        ("../LICENSE", "has to be relative"),
        ("sub/../LICENSE", "has to be relative"),
        ("/LICENSE", "has to be relative"),
        ("sub\\\\LICENSE", "has to be relative"),
        ("LICENSE MIT", "has ' '"),
        ("LICENSE-{MIT}", "has '{'"),
        ("L[!x]CENSE", r"has '\['"),
        ("LICENSE**", r"has \*\* beside"),
        ("COPYING", "matches no file"),
    ],
)
def test_globs_that_pep_639_forbids_are_refused(glob: str, said: str) -> None:
    facts = gathered(f'{HEAD}license-files = ["{glob}"]', files=("LICENSE", "LICENSE MIT"))

    with pytest.raises(ConfigError, match=said):
        project(BuildOptions(), facts)


@pytest.mark.parametrize(("theirs", "expected"), [("1", ["LICENSE"]), ("2", ["LICENSE", "native/LICENSE"])])
def test_of_two_texts_with_one_name_and_size_a_copy_alone_is_left_out(theirs: str, expected: list[str]) -> None:
    """Two whose years of copyright differ are both shipped."""
    manifest = ROOT / "native" / "Cargo.toml"
    cargo = metadata(tiny(license_file="LICENSE", manifest_path=str(manifest)), *PYO3)
    facts = gathered(HEAD, files=("LICENSE", "native/LICENSE"), cargo=cargo)
    own, other = (replace(file, sha256=text) for file, text in zip(facts.files, ("1", theirs), strict=True))

    found = project(BuildOptions(manifest_path=str(manifest)), replace(facts, files=(own, other))).metadata

    assert [each.name for each in found.licenses] == expected


def test_what_may_be_a_copy_is_cargos_text_and_those_of_its_name() -> None:
    manifest, workspace = ROOT / "native" / "Cargo.toml", ROOT.parent

    assert maybe_copies({}, ROOT, manifest, workspace) == ()
    assert maybe_copies({"license_file": "L"}, ROOT, manifest, workspace) == (
        ROOT / "native/L", ROOT / "L", workspace / "L",
    )  # fmt: skip
    assert maybe_copies({"license_file": "../L"}, ROOT, manifest, ROOT) == (ROOT / "L",)
