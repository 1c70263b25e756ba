"""What is told to an index is what METADATA says, whole, and in a form that every server reads alike."""

from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging import metadata as packaging_metadata

from wheelmatrix.model.release import Distribution
from wheelmatrix.publish.form import FORM_KEYS, fields, parts, probe

METADATA = """\
Metadata-Version: 2.5
Name: demo
Version: 1.0
Summary: a demo
Keywords: a,b c
Author-email: Jänis <j@x.example>
License-Expression: MIT
License-File: LICENSE
License-File: NOTICE
Classifier: Programming Language :: Rust
Classifier: Typing :: Typed
Platform: any
Supported-Platform: linux
Requires-Dist: anyio>=4
Requires-Dist: rich; extra == "x"
Provides-Extra: x
Project-URL: Home, https://x.example/a,b
Dynamic: Requires-Dist
Import-Name: demo
Import-Namespace: a
Private: nobody's
Description-Content-Type: text/markdown

# Demö

text
"""
BOUNDARY = "wheelmatrix-0123456789abcdef"
FILE = Distribution(
    path=PurePath("dist/demo-1.0-py3-none-any.whl"),
    filename="demo-1.0-py3-none-any.whl",
    filetype="bdist_wheel",
    name="demo",
    version="1.0",
    pyversion="py3",
    size_bytes=6,
    mtime_ns=0,
    sha256="ab" * 32,
    blake2b="cd" * 32,
    fields=(("name", "demo"), ("classifiers", "a"), ("classifiers", "b"), ("requires_python", "")),
)


def changed(**changes: object) -> Distribution:
    return Distribution(**{**{name: getattr(FILE, name) for name in Distribution.__slots__}, **changes})  # type: ignore[arg-type]  # passed through


def told(form: bytes, content_type: str) -> list[Message]:
    """Return the parts of a form, read by the standard library."""
    whole = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + form, policy=HTTP)
    assert whole.is_multipart()
    assert whole.defects == []
    return list(whole.iter_parts())  # type: ignore[attr-defined]  # of the new policies


def pairs(parts: list[Message]) -> list[tuple[str, str]]:
    return [
        (str(part.get_param("name", header="Content-Disposition")), bytes(part.get_payload(decode=True)).decode())
        for part in parts
    ]


def test_the_table_has_every_field_of_the_core_metadata() -> None:
    known = set(packaging_metadata._EMAIL_TO_RAW_MAPPING)

    assert {field.lower() for field in FORM_KEYS} == known
    assert len(set(FORM_KEYS.values())) == len(FORM_KEYS)


def test_every_key_is_the_fields_own_name_but_for_two_plurals() -> None:
    odd = {field: key for field, key in FORM_KEYS.items() if key != field.lower().replace("-", "_")}

    assert odd == {"Classifier": "classifiers", "Project-URL": "project_urls"}


def test_all_of_the_metadata_is_told_in_the_tables_order() -> None:
    assert fields(METADATA.encode()) == (
        ("metadata_version", "2.5"),
        ("name", "demo"),
        ("version", "1.0"),
        ("summary", "a demo"),
        ("description", "# Demö\n\ntext\n"),
        ("description_content_type", "text/markdown"),
        ("keywords", "a,b c"),
        ("author_email", "Jänis <j@x.example>"),
        ("license_expression", "MIT"),
        ("license_file", "LICENSE"),
        ("license_file", "NOTICE"),
        ("classifiers", "Programming Language :: Rust"),
        ("classifiers", "Typing :: Typed"),
        ("platform", "any"),
        ("supported_platform", "linux"),
        ("requires_python", ""),
        ("requires_dist", "anyio>=4"),
        ("requires_dist", 'rich; extra == "x"'),
        ("provides_extra", "x"),
        ("project_urls", "Home, https://x.example/a,b"),
        ("dynamic", "Requires-Dist"),
        ("import_name", "demo"),
        ("import_namespace", "a"),
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Name: demo\nSummary: UNKNOWN\nLicense: \n", (("name", "demo"), ("requires_python", ""))),
        ("name: demo\nREQUIRES-PYTHON: >=3.8\n", (("name", "demo"), ("requires_python", ">=3.8"))),
        ("Keywords: a\nKeywords: b\n", (("keywords", "a,b"), ("requires_python", ""))),
        ("Name: demo\n\n \n\n", (("name", "demo"), ("requires_python", ""))),
        ("", (("requires_python", ""),)),
    ],
)
def test_what_is_not_there_is_left_out_but_for_the_pythons(text: str, found: tuple[tuple[str, str], ...]) -> None:
    assert fields(text.encode()) == found


@pytest.mark.parametrize(
    "header",
    [
        "Description: one\n       |\n       |  two\n       |three\n",
        "Description: one\n        \n          two\n        three\n",
        "Description: one\n\t\n\t  two\n\tthree\n",
        "Description: one\r\n       |\r\n       |  two\r\n       |three\r\n",
    ],
)
def test_a_description_in_a_header_is_unfolded(header: str) -> None:
    assert ("description", "one\n\n  two\nthree") in fields(f"Name: demo\n{header}\nbody\n".encode())


def test_a_body_that_looks_like_mail_is_a_description_all_the_same() -> None:
    text = b"Name: demo\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\na\n--x--\n"

    assert ("description", "--x\n\na\n--x--\n") in fields(text)


def test_metadata_in_another_encoding_is_no_metadata() -> None:
    with pytest.raises(UnicodeDecodeError):
        fields("Name: Jänis\n".encode("latin-1"))


def test_the_form_has_everything_in_order_and_the_file_last() -> None:
    body = parts(changed(attestations="[{}]"), BOUNDARY)
    form = body.head + b"abc\r\nd" + body.tail

    found = told(form, body.content_type)

    assert pairs(found) == [
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("filetype", "bdist_wheel"),
        ("pyversion", "py3"),
        ("name", "demo"),
        ("classifiers", "a"),
        ("classifiers", "b"),
        ("requires_python", ""),
        ("sha256_digest", "ab" * 32),
        ("blake2_256_digest", "cd" * 32),
        ("attestations", "[{}]"),
        ("content", "abc\r\nd"),
    ]
    assert found[-1].get_filename() == FILE.filename
    assert found[-1].get_content_type() == "application/octet-stream"
    assert body.length(6) == len(form)


def test_what_is_empty_is_not_told() -> None:
    body = parts(changed(blake2b="", attestations=""), BOUNDARY)

    assert b"blake2" not in body.head
    assert b"attestations" not in body.head


def test_the_probe_is_the_same_form_without_the_file() -> None:
    body = parts(FILE, BOUNDARY)
    form, content_type = probe(FILE, BOUNDARY)

    assert content_type == body.content_type
    assert pairs(told(form, content_type)) == pairs(told(body.head + body.tail, content_type))[:-1]
    assert b"filename" not in form


def test_names_are_quoted_as_browsers_do() -> None:
    head = parts(changed(filename='é"a\r\nb.whl'), BOUNDARY).head

    assert 'filename="é%22a%0D%0Ab.whl"\r\n'.encode() in head


def test_a_filename_of_undecodable_bytes_is_sent_as_it_is() -> None:
    assert b'filename="a\xff.whl"' in parts(changed(filename="a\udcff.whl"), BOUNDARY).head


def test_values_stay_as_they_are() -> None:
    value = 'a\n\nb "c" \r\n--d\r\n'

    assert (
        f"\r\n\r\n{value}\r\n--{BOUNDARY}".encode() in parts(changed(fields=(("description", value),)), BOUNDARY).head
    )


@pytest.mark.parametrize("make", [parts, probe])
def test_a_boundary_that_occurs_in_the_form_is_a_bug(make: object) -> None:
    with pytest.raises(AssertionError, match="the boundary"):
        make(changed(fields=(("description", f"--{BOUNDARY}--"),)), BOUNDARY)  # type: ignore[operator]  # one of two


@given(st.lists(st.tuples(st.sampled_from(sorted(FORM_KEYS.values())), st.text()), max_size=6), st.binary(max_size=50))
def test_what_is_put_in_comes_out(values: list[tuple[str, str]], content: bytes) -> None:
    body = parts(changed(fields=tuple(values)), BOUNDARY)

    pieces = (body.head + content + body.tail).split(f"--{BOUNDARY}".encode())

    assert pieces[-1] == b"--\r\n"
    contents = [piece.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for piece in pieces[1:-1]]
    assert contents[4 : 4 + len(values)] == [value.encode() for _, value in values]
    assert contents[-1] == content
