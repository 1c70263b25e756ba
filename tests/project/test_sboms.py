import pytest
from small_project import ROOT, gathered

from wheelmatrix.errors import ConfigError
from wheelmatrix.options import BuildOptions
from wheelmatrix.project.described import project, wanted
from wheelmatrix.project.sboms import sbom_entries, sbom_name, sbom_paths

FILES = ("sbom/a.json", "sbom/b.xml", "other/a.json", "sbom/tiny.cyclonedx.json", "/outside/c.json", "sbom/dead.json!")


def named(*paths: str, rust: bool = True) -> list[str]:
    found = project(BuildOptions(sbom_include=paths, sbom_rust=rust), gathered(files=FILES))
    return [entry.name for entry in found.sboms]


def test_sbom_files_come_by_their_names_from_the_project_and_by_absolute_path() -> None:
    assert named("sbom/b.xml", "./sbom/a.json", "sbom/a.json", "/outside/c.json") == ["a.json", "b.xml", "c.json"]


def test_a_file_of_the_own_name_may_come_where_none_is_written() -> None:
    assert named(f"sbom/{sbom_name('tiny')}", rust=False) == ["tiny.cyclonedx.json"]


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (("sbom/a.json", "other/a.json"), "two SBOM files have one name"),
        (("sbom/tiny.cyclonedx.json",), "the one that is written"),
        (("../outside/c.json",), "must not lead out of the project"),
        (("nope.json",), "there is no such SBOM file"),
        (("sbom",), "there is no such SBOM file"),
        (("sbom/dead.json",), "there is no such SBOM file"),
    ],
)
def test_files_that_cannot_be_shipped_are_refused(paths: tuple[str, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        sbom_entries(BuildOptions(sbom_include=paths), ROOT, sbom_name("tiny"), gathered(files=FILES).files)


def test_their_directories_are_listed_and_the_lock_is_read() -> None:
    facts = gathered()
    asked = BuildOptions(sbom_include=("sbom/a.json",))

    found = wanted(asked, facts.pyproject, facts.pyproject_text, facts.cargo_metadata, ROOT / "Cargo.toml")

    assert sbom_paths(asked, ROOT)[0].parent in found.shallow
    assert ROOT / "Cargo.lock" in found.texts
