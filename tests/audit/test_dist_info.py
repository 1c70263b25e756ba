"""The texts in `.dist-info`: headers as mail has them, a RECORD of every file, entry points that can be called."""

import pytest
from zip_image import INFO, record

from wheelmatrix.audit.dist_info import entry_point_problems, headers, record_problems

STEM = "demo-1.0"
RECORD = f"{INFO}/RECORD"
FILES = {"demo/__init__.py": b"x = 1\n", f"{INFO}/METADATA": b"Name: demo\n"}


def recorded(text: bytes, *more: str) -> list[str]:
    contents = {**FILES, RECORD: text}
    return list(record_problems(STEM, contents, frozenset((*contents, *more))))


def changed(old: bytes, new: bytes) -> bytes:
    text = record(FILES)
    assert old in text
    return text.replace(old, new)


def test_headers_are_told_by_name_in_lower_case_with_every_value() -> None:
    found = headers(b"Tag: cp312-cp312-win32\nNAME:  demo \ntag: py3-none-any\n\nbody: no header\n")

    assert found == {"tag": ("cp312-cp312-win32", "py3-none-any"), "name": ("demo",)}


def test_a_record_of_every_file_is_right() -> None:
    assert recorded(record(FILES)) == []


@pytest.mark.parametrize("name", [RECORD + ".jws", RECORD + ".p7s"])
def test_signatures_need_not_be_recorded(name: str) -> None:
    assert recorded(record(FILES), name) == []


def test_a_missing_record_is_told_elsewhere() -> None:
    assert list(record_problems(STEM, FILES, frozenset(FILES))) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (record({**FILES, "gone.py": b""}), "RECORD lists 'gone.py', which the archive does not have"),
        (changed(b",6\n", b",7\n"), "RECORD says 'demo/__init__.py' has 7 bytes, it has 6"),
        (changed(b",6\n", b",\n"), "RECORD says 'demo/__init__.py' has no bytes, it has 6"),
        (record({**FILES, "demo/__init__.py": b"y = 2\n"}), "another digest for 'demo/__init__.py'"),
        (changed(b"/__init__.py,sha256=", b"/__init__.py,md5="), "uses 'md5' for 'demo/__init__.py'"),
        (changed(b"/__init__.py,sha256=", b"/__init__.py,shake_128="), "uses 'shake_128'"),
        (changed(b"/RECORD,,", b"/RECORD,sha256=x,3"), "RECORD gives a digest or size for itself"),
        (record(FILES) + b"a,b\n", "a line of 2 fields, expected 3: 'a'"),
        (record(FILES) * 2, "RECORD lists 'demo/__init__.py' twice"),
        (record(FILES) + b'"open,,\n', "RECORD cannot be read"),
        (b"\xff,,\n", "RECORD cannot be read"),
        (b"", "RECORD does not list 'demo/__init__.py'"),
    ],
)
def test_where_record_and_archive_disagree_is_told(text: bytes, said: str) -> None:
    assert any(said in problem for problem in recorded(text)), recorded(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[console_scripts]\ndemo = demo.cli:main\nother = demo:Program.run [extra]\n",
        "[pytest11]\nmy plugin = demo\n",
        "[gui_scripts]\nDemo=demo:main\ndemo=demo:main\n",
    ],
)
def test_entry_points_that_can_be_called_are_fine(text: str) -> None:
    assert list(entry_point_problems(text.encode())) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[console_scripts]\na b = demo:main\n", "'a b' in [console_scripts] is no valid name"),
        (b"[console_scripts]\na = demo main\n", "refers to 'demo main'"),
        (b"[console_scripts]\na = demo:\n", "refers to 'demo:'"),
        (b"[console_scripts]\na = x:y\na = x:z\n", "cannot be read"),
        (b"a = x:y\n", "cannot be read"),
        (b"\xff", "cannot be read"),
    ],
)
def test_entry_points_that_cannot_be_called_are_told(text: bytes, said: str) -> None:
    found = list(entry_point_problems(text))

    assert len(found) == 1
    assert said in found[0]
