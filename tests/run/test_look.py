"""What is seen of the files of a release, before any server is asked."""

from pathlib import Path

import anyio
import pytest
from releasing import TABLES, release_files
from tests.audit.release import wheel as wheel_image
from tests.audit.tar_image import SDIST, Block, packed, sdist_image, tar_image
from tests.index import make_sdist, make_wheel

from wheelmatrix.errors import UploadError
from wheelmatrix.run import look as looking
from wheelmatrix.run.ahead import Ahead
from wheelmatrix.run.look import Seen, apart, classifiers, look, look_at, rendering

WHEEL = "demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl"


def seen(*paths: Path, with_attestations: bool = True) -> Seen:
    async def main() -> Seen:
        return await look_at(paths, TABLES, with_attestations=with_attestations)

    return anyio.run(main)


def test_files_are_seen_in_the_order_asked_for(tmp_path: Path) -> None:
    files = release_files(tmp_path, 4, sdist=True)[::-1]

    found = seen(*files)
    assert [each.distribution.filename for each in found.files] == [path.name for path in files]
    assert found.issues == ()
    assert not any(each.problems for each in found.files)
    assert {each.distribution.mtime_ns for each in found.files} == {path.stat().st_mtime_ns for path in files}


def test_what_cannot_be_looked_at_is_an_issue_and_stops_no_other(tmp_path: Path) -> None:
    wheel, gone, text = make_wheel(tmp_path), tmp_path / "gone.whl", tmp_path / "notes.txt"
    text.write_text("hello", encoding="utf-8")

    found = seen(gone, wheel, text)
    assert [each.distribution.filename for each in found.files] == [wheel.name]
    assert [issue.where for issue in found.issues] == [str(gone), str(text)]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (WHEEL, b"", "its metadata cannot be read: not a zip archive"),
        (WHEEL, wheel_image(WHEEL)[:-30], "its metadata cannot be read"),
        (f"other{WHEEL[4:]}", wheel_image(WHEEL), "its metadata cannot be read"),
        (SDIST, b"", "its metadata cannot be read: the gzip file is cut off"),
        (SDIST, packed(tar_image([Block(name="demo-1.0/x")])), "demo-1.0/PKG-INFO is missing"),
        (SDIST, sdist_image(metadata="Name: demo\n"), "its metadata has no Version"),
        ("demo.egg", b"", "neither a wheel nor an sdist"),
    ],
)
def test_a_file_without_readable_metadata_is_an_issue(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    (issue,) = seen(path).issues
    assert said in issue.message
    assert issue.where == str(path)


def test_what_the_audit_finds_goes_with_the_file(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    wheel.write_bytes(wheel.read_bytes() + b"more")

    (found,) = seen(wheel).files
    assert "4 bytes follow the end" in found.problems


def test_attestations_beside_a_file_go_with_it_unless_they_are_not_wanted(tmp_path: Path) -> None:
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    (tmp_path / f"{wheel.name}.publish.attestation").write_text("{}", encoding="utf-8")

    broken = seen(wheel, sdist)
    assert len(broken.issues) >= 1
    assert [each.distribution.filename for each in broken.files] == [sdist.name]
    assert [each.distribution.attestations for each in seen(wheel, with_attestations=False).files] == [""]


@pytest.mark.slow
def test_a_large_file_is_seen_by_another_process_and_looks_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = release_files(tmp_path, 1, sdist=True)
    here = [look(path, TABLES) for path in files]
    monkeypatch.setattr(looking, "_LARGE_BYTES", 10)

    assert [apart(path) for path in files] == here
    assert seen(*files).files == tuple(here)


@pytest.mark.slow
def test_what_another_process_cannot_look_at_is_told_as_here(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello", encoding="utf-8")

    with pytest.raises(UploadError, match="neither a wheel nor an sdist"):
        apart(text)
    with pytest.raises(OSError, match=r"gone\.whl"):
        apart(tmp_path / "gone.whl")


def test_classifiers_are_known_where_their_list_is_installed() -> None:
    found = classifiers()

    assert found is None or "Programming Language :: Rust" in found


@pytest.mark.parametrize("kind", ["text/markdown", "text/plain; charset=UTF-8", "text/markdown; variant=GFM"])
def test_only_restructuredtext_can_fail_to_render(kind: str) -> None:
    assert rendering("=\n\n`", kind) == ""


@pytest.mark.slow
def test_a_text_that_does_not_render_is_told_why() -> None:
    pytest.importorskip("readme_renderer.rst", reason="pip install readme-renderer")

    assert rendering("Title\n=====\n\nFine.\n", "text/x-rst") == ""
    assert rendering("", "text/x-rst") == ""
    assert rendering(".. raw:: html\n   :file: x\n\n`a <b\n=\n", "") != ""


def test_what_was_looked_at_before_is_not_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (path,) = release_files(tmp_path, 1)
    expected = look(path, TABLES)
    begun = Ahead([path])
    assert begun.take(path) == expected
    monkeypatch.setattr(looking, "look", lambda *_: pytest.fail("looked at again"))

    async def main() -> Seen:
        return await look_at([path], TABLES, with_attestations=False, begun=begun.take)

    assert anyio.run(main).files == (expected,)
