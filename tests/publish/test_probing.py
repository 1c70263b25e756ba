"""What a form without a file brings to light."""

import pytest

from wheelmatrix.publish.answer import Answer, Lost, Result
from wheelmatrix.publish.probing import findings, is_wanted


@pytest.mark.parametrize(
    "result",
    [
        Answer(status=400, text="Upload payload does not have a file."),
        Answer(status=400, text="Missing 'content' file-field!"),
        Answer(status=400, text="content file field not found"),
        Answer(status=400, text=""),
        Answer(status=200, text="OK"),
        Answer(status=429, text="later"),
        Answer(status=503, text="down"),
        Lost(when="connect", text="no connection"),
    ],
)
def test_a_form_that_only_lacks_its_file_is_all_right(result: Result) -> None:
    assert findings(result, "pypi") == ()


@pytest.mark.parametrize(
    ("status", "text", "hint"),
    [
        (401, "Unauthorized", "user and password"),
        (403, "Invalid or non-existent authentication information.", "token"),
        (400, "'x' is an invalid value for Classifier", ""),
        (404, "Not Found", "URL"),
        (405, "Method Not Allowed", "URL"),
    ],
)
def test_what_the_index_has_against_user_or_metadata_is_told(status: int, text: str, hint: str) -> None:
    (issue,) = findings(Answer(status=status, text=text), "pypi")

    assert f"{status} {text}" in issue.message
    assert issue.where == "pypi"
    assert hint in issue.hint


@pytest.mark.parametrize(
    ("asked", "is_known", "wanted"),
    [("auto", True, True), ("auto", False, False), ("always", False, True), ("never", True, False)],
)
def test_unknown_servers_are_probed_only_when_that_is_asked_for(asked: str, is_known: bool, wanted: bool) -> None:
    assert is_wanted(asked, is_known=is_known) is wanted
