from wheelmatrix.options import ArtifactChoice, Facts, Notes
from wheelmatrix.options.artifacts import ARTIFACTS

FACTS = Facts(help="")


def test_tables_name_a_target_a_kind_or_both() -> None:
    notes = Notes()
    found = ARTIFACTS.from_toml([{"name": "rg"}, {"kind": "cdylib", "bindings": "cffi"}], FACTS, "artifacts", notes)

    assert found == (ArtifactChoice(name="rg"), ArtifactChoice(kind="cdylib", bindings="cffi"))
    assert notes.issues == []


def test_what_names_nothing_is_an_issue_with_its_place() -> None:
    notes = Notes()
    ARTIFACTS.from_toml(["rg", {"bindings": "bin"}], FACTS, "artifacts", notes)

    assert [issue.where for issue in notes.issues] == ["artifacts[0]", "artifacts[1]"]
