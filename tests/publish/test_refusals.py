"""Advice on refusals, by the words that servers really use."""

import pytest

from wheelmatrix.publish.answer import Answer
from wheelmatrix.publish.refusals import hint_of


@pytest.mark.parametrize(
    ("status", "text", "word"),
    [
        (400, "This filename was previously used by a file that has since been deleted.", "new version"),
        (400, "Uploading new files to releases older than 14 days is not allowed", "new version"),
        (400, "Only one sdist may be uploaded per release.", "new version"),
        (400, "File too large. Limit for project 'demo' is 100 MB.", "higher limit"),
        (400, "Non-user identities cannot create new projects.", "spelling"),
        (400, "Invalid attestations supplied during upload", "--no-attestations"),
        (429, "Too many new projects created", "tomorrow"),
        (403, "Invalid API Token: token is expired", "new token"),
        (403, "Username/Password authentication is no longer supported.", "__token__"),
        (403, "Project demo has been archived, and cannot accept new uploads.", "unarchive"),
        (400, "The description failed to render for 'text/x-rst'.", "README"),
        (400, "File name has already been taken", "new version"),
        (400, "asset cannot be updated", "new version"),
        (413, "", "no files of this size"),
        (405, "", "takes no uploads"),
        (401, "", "user and password"),
    ],
)
def test_a_refusal_is_followed_by_what_to_do(status: int, text: str, word: str) -> None:
    assert word in hint_of(Answer(status=status, text=text))


def test_a_redirect_is_answered_with_the_url_it_points_to() -> None:
    answer = Answer(status=308, text="Permanent Redirect", location="https://index.example/legacy/")

    assert hint_of(answer) == "upload to the URL it points to: --repository-url https://index.example/legacy/"


def test_what_nobody_knows_gets_no_advice() -> None:
    assert hint_of(Answer(status=418, text="I am a teapot")) == ""
