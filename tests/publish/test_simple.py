"""Pages of a simple index: JSON and HTML say the same, and other hosts say nothing."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.model.release import Listed, Listing
from wheelmatrix.publish.simple import listing_of, page_url

URL = "https://index.example/simple/demo/"
JSON, HTML = "application/vnd.pypi.simple.v1+json", "text/html; charset=utf-8"
DIGEST = "ab" * 32


def listed(body: bytes | str, kind: str = JSON, *, status: int = 200, answered: str = URL) -> Listing:
    return listing_of(URL, answered, status, kind, body.encode() if isinstance(body, str) else body)


def test_json_tells_digest_size_time_and_provenance() -> None:
    entry = {"filename": "demo-1.0.tar.gz", "url": "x", "hashes": {"sha256": DIGEST.upper()}, "size": 7,
             "upload-time": "2026-11-27T12:00:00.5Z", "provenance": "https://index.example/p"}  # fmt: skip
    found = listed(json.dumps({"meta": {}, "files": [entry], "project-status": {"status": "archived"}}))

    moment = datetime(2026, 11, 27, 12, 0, 0, 500000, tzinfo=UTC)
    assert found == Listing(
        state="known",
        status="archived",
        files={
            "demo-1.0.tar.gz": Listed(
                filename="demo-1.0.tar.gz", sha256=DIGEST, size_bytes=7, uploaded=moment, has_provenance=True
            )
        },
    )


def test_html_tells_the_digest_in_the_link() -> None:
    page = (
        '<html><head><meta name="pypi:project-status" content="quarantined"></head><body>'
        f'<a href="../../f/demo-1.0%2Babc.whl#sha256={DIGEST}" data-provenance="p">x</a><a href="b.whl#md5=00">b</a>'
        '<a name="no link">c</a><a href="http://[bad/">d</a></body></html>'
    )
    found = listed(page, HTML)

    assert found.status == "quarantined"
    assert {name: (each.sha256, each.has_provenance) for name, each in found.files.items()} == {
        "demo-1.0+abc.whl": (DIGEST, True),
        "b.whl": ("", False),
    }


@pytest.mark.parametrize("digests", [{}, {"md5": "0"}, {"sha256": "short"}, {"sha256": 7}, None])
def test_a_digest_that_is_none_is_not_made_up(digests: object) -> None:
    found = listed(json.dumps({"files": [{"filename": "a.whl", "hashes": digests}]}))

    assert found.files["a.whl"].sha256 == ""


def test_an_unknown_project_is_absent() -> None:
    assert listed("no", status=404).state == "absent"


@pytest.mark.parametrize("answered", ["https://other.example/simple/demo/", "http://index.example/simple/demo/",
                                      "https://index.example:444/simple/demo/", "http://[bad"])  # fmt: skip
def test_a_page_of_another_host_says_nothing(answered: str) -> None:
    page = json.dumps({"files": [{"filename": "a.whl", "hashes": {"sha256": DIGEST}}]})

    assert listed(page, answered=answered).state == "unknown"
    assert listed(page, status=404, answered=answered).state == "unknown"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [("{", JSON, 200), ("[]", JSON, 200), ('{"files": 3}', JSON, 200), ('{"files": [1]}', JSON, 200), ("", JSON, 200),
     ("hello", "text/plain", 200), ("x", "", 200), ("{}", JSON, 500), ("", HTML, 403)],
)  # fmt: skip
def test_what_is_no_page_says_nothing_and_why(body: str, kind: str, status: int) -> None:
    found = listed(body, kind, status=status)

    assert found.state == "unknown"
    assert found.because


@given(st.binary(), st.sampled_from([JSON, HTML, "", "text/plain"]), st.integers(100, 599))
def test_nothing_in_a_page_raises(body: bytes, kind: str, status: int) -> None:
    assert listing_of(URL, URL, status, kind, body).state in ("known", "absent", "unknown")


def test_a_project_is_asked_for_by_its_normal_name() -> None:
    assert page_url("https://index.example/simple/", "Demo_Project.X") == "https://index.example/simple/demo-project-x/"
