"""The look at a release before its first byte: everything that is wrong is told at once, and nothing is sent."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from releasing import impatient, release_files, send
from tests.audit.zip_image import NAME, Part, parts, wheel_members, zip_image
from tests.index import FakeIndex, Pages, make_sdist, make_wheel, metadata_of, refused

from wheelmatrix import resources, tables
from wheelmatrix.errors import ConfigError, UploadError, WheelmatrixError
from wheelmatrix.model import Index
from wheelmatrix.run import journal, releases
from wheelmatrix.run.preflight import tables as own_tables

assert impatient  # a fixture, of every test here

Made = Callable[[Path], list[Path]]


def refusal(index: FakeIndex, files: list[Path], directory: Path, **options: object) -> WheelmatrixError:
    """Return why nothing is sent, and see that nothing was."""
    with pytest.raises(WheelmatrixError) as caught:
        send(index, files, directory, **options)  # type: ignore[arg-type]  # options of any kind
    assert not any(post.filename for post in index.posts)
    return caught.value


def one(part: Part, *, is_recorded: bool = True) -> Made:
    """Return a wheel's maker whose members are right, but for one that RECORD may know."""

    def make(folder: Path) -> list[Path]:
        known = {str(part.name): part.content} if is_recorded else {}
        members = wheel_members(add={"demo/__init__.py": b"", **known}, leave_out=frozenset({f"demo/{SUFFIX}"}))
        others = [each for each in parts(members) if each.name != part.name or each.name == "demo/__init__.py"]
        (folder / NAME).write_bytes(zip_image([*others, part]))
        return [folder / NAME]

    return make


SUFFIX = "demo.cpython-312-x86_64-linux-gnu.so"


def changed(path: Path, before: bytes, behind: bytes) -> list[Path]:
    return [_written(path, before + path.read_bytes() + behind)]


ARCHIVES: Mapping[str, Made] = {
    "data descriptor": one(Part(name="demo/a.py", content=b"1", descriptor=True)),
    "two of one name": one(Part(name="demo/__init__.py", content=b"1")),
    "other compression": one(Part(name="demo/a.py", content=b"1", method=12, encoded=b"1")),
    "member's comment": one(Part(name="demo/a.py", comment=b"hello")),
    "control character": one(Part(name="demo/a\x01.py")),
    "path that leads out": one(Part(name="../a.py")),
    "not in the directory": one(Part(name="demo/a.py", is_listed=False)),
    "local name": one(Part(name="demo/a.py", local_name=b"demo/b.py")),
    "not in RECORD": one(Part(name="demo/a.py", content=b"1"), is_recorded=False),
    "bytes before": lambda folder: changed(make_wheel(folder), b"#!/bin/sh\n", b""),
    "bytes behind": lambda folder: changed(make_wheel(folder), b"", b"more"),
    "no zip": lambda folder: [_written(folder / NAME, b"no zip")],
    "no sdist": lambda folder: [_renamed(make_sdist(folder), "demo-1.0.zip")],
    "sdist's name": lambda folder: [_renamed(make_sdist(folder), "Demo-1.0.tar.gz")],
    "wheel's version": lambda folder: [_renamed(make_wheel(folder), NAME.replace("1.0", "1.1"))],
    "wheel's tag": lambda folder: [_renamed(make_wheel(folder), NAME.replace("cp312", "cp313"))],
    "no licence": lambda folder: [
        make_wheel(folder, metadata=metadata_of("demo", "1.0", "License-File: COPYING"))
    ],
    "entry points": lambda folder: [
        make_wheel(folder, add={"demo-1.0.dist-info/entry_points.txt": b"[console_scripts]\n../x = demo:main\n"})
    ],
}  # fmt: skip


SAID = {
    "data descriptor": "has a data descriptor",
    "two of one name": "is in the archive 2 times",
    "other compression": "is compressed by method 12",
    "member's comment": "has a comment",
    "control character": "has a control character",
    "path that leads out": "leaves the archive",
    "not in the directory": "belong to no member",
    "local name": "the local header of",
    "not in RECORD": "RECORD does not list",
    "bytes before": "stand before the archive",
    "bytes behind": "follow the end",
    "no zip": "not a zip archive",
    "no sdist": "neither a wheel nor an sdist",
    "sdist's name": "normalised it is",
    "wheel's version": "METADATA is missing",
    "wheel's tag": "the tags of WHEEL",
    "no licence": "names the licence file",
    "entry points": "is no valid name",
}


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _renamed(path: Path, name: str) -> Path:
    return path.rename(path.with_name(name))


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_that_indexes_refuse_is_not_sent(name: str, tmp_path: Path) -> None:
    files = ARCHIVES[name](tmp_path)
    with FakeIndex() as index:
        found = refusal(index, files, tmp_path)

    assert isinstance(found, UploadError)
    assert SAID[name] in str(found)
    assert all(files[0].name in issue.where for issue in found.issues)
    assert index.posts == []


def test_an_archive_with_nothing_wrong_is_sent(tmp_path: Path) -> None:
    with FakeIndex() as index:
        sent = send(index, one(Part(name="demo/a.py", content=b"1"))(tmp_path), tmp_path)

    assert sent.released.exit_code == 0


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    files = [
        make_wheel(tmp_path),
        make_wheel(tmp_path / "b"),
        make_wheel(tmp_path, version="1.1"),
        *ARCHIVES["bytes behind"](tmp_path / "b"),
        *ARCHIVES["no sdist"](tmp_path),
    ]
    with FakeIndex() as index:
        found = str(refusal(index, files, tmp_path))

    assert "has the name of" in found
    assert "this is demo 1.1, the other files are demo 1.0" in found
    assert "demo-1.0.zip" in found
    assert str(tmp_path / "b" / NAME) in found


def test_wheels_that_say_different_things_of_one_version_are_not_sent(tmp_path: Path) -> None:
    files = [
        make_wheel(tmp_path),
        make_wheel(tmp_path, tag="py3-none-any", metadata=metadata_of().replace("MIT", "0BSD")),
    ]
    with FakeIndex() as index:
        found = refusal(index, files, tmp_path)

    assert "its METADATA differs" in str(found)


# What is asked wrongly


def test_what_is_no_file_is_told_for_all_names_at_once(tmp_path: Path) -> None:
    with FakeIndex() as index:
        found = refusal(index, [tmp_path, tmp_path / "gone.whl", tmp_path / "lost.whl"], tmp_path)

    assert isinstance(found, ConfigError)
    assert [issue.message for issue in found.issues] == ["this is a directory", "no such file", "no such file"]
    assert f"{tmp_path.name}/*" in found.issues[0].hint


def test_attestations_alone_are_no_release(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.publish.attestation").write_text("{}", encoding="utf-8")
    with FakeIndex() as index:
        found = refusal(index, [tmp_path / f"{NAME}.publish.attestation"], tmp_path)

    assert isinstance(found, ConfigError)
    assert "no files to upload" in str(found)


def test_a_run_that_ended_before_its_plan_has_nothing_to_go_on_with(tmp_path: Path) -> None:
    folder = releases.prepared(releases.home(tmp_path) / "index.example-demo-1.0")
    journal.Journal.create(folder, journal.new_run_id()).close()
    with FakeIndex() as index:
        found = refusal(index, [], tmp_path, resume="demo")

    assert isinstance(found, ConfigError)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"repository": "nowhere"}, "no index is called nowhere"),
        ({"repository_url": "http://index.example/legacy/"}, "not encrypted"),
        ({"repository_url": "ftp://index.example/legacy/"}, "not by ftp"),
        ({"ca_bundle": "/no/such.pem"}, "the certificate cannot be read"),
        ({"config_file": "."}, "it cannot be read"),
    ],
)
def test_an_index_that_cannot_be_is_told_before_anything_is_read(
    options: Mapping[str, object], said: str, tmp_path: Path
) -> None:
    with FakeIndex() as index:
        found = refusal(index, release_files(tmp_path, 1), tmp_path, **options)

    assert isinstance(found, ConfigError)
    assert said in str(found)
    assert index.posts == []


def test_a_section_of_pypirc_says_where_and_who(tmp_path: Path) -> None:
    with FakeIndex() as index:
        text = f"[distutils]\nindex-servers = own\n[own]\nrepository = {index.upload_url}\nusername = u\npassword = p\n"
        (tmp_path / ".pypirc").write_text(text, encoding="utf-8")
        (tmp_path / ".pypirc").chmod(0o600)
        sent = send(index, release_files(tmp_path, 1), tmp_path, user=None, password=None, repository="own")

    assert (sent.released.exit_code, sent.warnings) == (0, [])


# What the index says


def test_a_wrong_password_is_found_by_a_form_without_a_file(tmp_path: Path) -> None:
    with FakeIndex() as index:
        found = refusal(index, release_files(tmp_path, 2), tmp_path, password="a-wrong-one", probe="always")

    assert "the index says: 403 Invalid or non-existent authentication" in str(found)
    assert "a-wrong-one" not in str(found)
    assert len(index.posts) == 1


@pytest.mark.parametrize("dialect", ["warehouse", "pypiserver", "devpi"])
def test_a_form_without_a_file_changes_nothing_where_all_is_well(dialect: str, tmp_path: Path) -> None:
    with FakeIndex(dialect=dialect) as index:  # type: ignore[arg-type]  # one of its dialects
        sent = send(index, release_files(tmp_path, 2), tmp_path, probe="always")

    assert sent.released.exit_code == 0
    assert [bool(post.filename) for post in index.posts] == [False, True, True]


def test_an_index_that_does_not_answer_the_form_is_tried_all_the_same(tmp_path: Path) -> None:
    with FakeIndex({"": [refused(503)]}) as index:
        sent = send(index, release_files(tmp_path, 1), tmp_path, probe="always")

    assert sent.released.exit_code == 0


def test_a_server_that_tells_the_password_back_does_not_make_us_show_it(tmp_path: Path) -> None:
    secret = "a-long-and-secret-word"
    with FakeIndex({"": [refused(403, f"who is {secret}?")]}) as index:
        found = refusal(index, release_files(tmp_path, 1), tmp_path, password=secret, probe="always")

    assert secret not in str(found)


@pytest.mark.parametrize("status", ["archived", "quarantined"])
def test_a_project_that_is_closed_takes_no_release(status: str, tmp_path: Path) -> None:
    with FakeIndex(pages=Pages(status=status, projects=frozenset({"demo"}))) as index:
        found = refusal(index, release_files(tmp_path, 1), tmp_path)

    assert f"the project is {status}" in str(found)


@pytest.mark.parametrize("form", ["json", "html"])
def test_other_bytes_of_one_name_stop_all_of_the_release(form: str, tmp_path: Path) -> None:
    files = release_files(tmp_path, 3)
    with FakeIndex(files={files[1].name: b"others"}, pages=Pages(form=form)) as index:  # type: ignore[arg-type]
        found = refusal(index, files, tmp_path, skip_existing=True)

    assert [issue.where for issue in found.issues] == [str(files[1])]


def test_a_no_to_the_question_before_a_first_release_sends_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    with FakeIndex() as index:
        refusal(index, release_files(tmp_path, 1), tmp_path, confirm=no)

    assert ["has no project demo yet" in question for question in asked] == [True]


OLD = "2020-01-01T00:00:00.000000Z"


def known(monkeypatch: pytest.MonkeyPatch, index: FakeIndex) -> None:
    """Make an index one of those that are known by name."""
    row = Index(
        name="own",
        upload_url=index.upload_url,
        simple_url=index.simple_url,
        platform_tags=("any", "manylinux.*"),
        file_limit_bytes=100_000,
    )
    found = dataclasses.replace(tables.load(resources.table_texts()), indexes={"own": row})
    monkeypatch.setattr(own_tables, "load", lambda _: found)


def test_a_version_of_a_known_index_is_closed_after_14_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = release_files(tmp_path, 2)
    held = {files[0].name: files[0].read_bytes()}
    with FakeIndex(files=held, pages=Pages(uploaded={files[0].name: OLD})) as index:
        known(monkeypatch, index)
        found = refusal(index, files, tmp_path)

    assert "takes no new files since 2020-01-15" in str(found)


def test_other_indexes_take_files_for_any_time(tmp_path: Path) -> None:
    files = release_files(tmp_path, 2)
    held = {files[0].name: files[0].read_bytes()}
    with FakeIndex(files=held, pages=Pages(uploaded={files[0].name: OLD})) as index:
        sent = send(index, files, tmp_path)

    assert (sent.released.exit_code, len(index.posts)) == (0, 1)


def test_what_a_known_index_does_not_take_is_found_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [make_wheel(tmp_path, tag="cp312-cp312-linux_x86_64"), make_wheel(tmp_path, payload_bytes=200_000)]
    with FakeIndex() as index:
        known(monkeypatch, index)
        found = str(refusal(index, files, tmp_path))

    assert "takes no wheels for linux_x86_64" in found
    assert "takes 100000 a file" in found


def test_a_known_index_is_probed_without_being_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeIndex() as index:
        known(monkeypatch, index)
        sent = send(index, release_files(tmp_path, 1), tmp_path, repository="own")

    assert sent.released.exit_code == 0
    assert [bool(post.filename) for post in index.posts] == [False, True]
