"""What to do about a refusal: the server's words to a hint. Only advice hangs on them, no verdict."""

import re

from wheelmatrix.publish.answer import Answer

_BY_TEXT: tuple[tuple[str, str], ...] = (
    (r"digest supplied does not match", "something between here and the index changes the bytes: a proxy, or the disk"),
    (r"previously used by a file that has since been deleted", "a name can be used once only: release a new version"),
    (r"older than 14 days", "the index has closed this version to new files: release a new version"),
    (r"only one sdist", "the version has an sdist already: release a new version"),
    (r"(file|project size) too large", "make the files smaller, or ask the index for a higher limit"),
    (r"non-user identities cannot create", "the pending publisher was registered for another spelling of the name"),
    (r"attestation", "leave them out with --no-attestations; they cannot be added later"),
    (r"too many new projects", "the index lets an account make a few projects a day: try again tomorrow"),
    (r"expired", "get a new token; under trusted publishing run the job again"),
    (r"read-only mode|temporarily disabled", "wait until the index takes uploads again, then: --resume"),
    (r"invalid or non-existent authentication|invalid api token", "check that the token is whole, and of this index"),
    (r"two.?factor|2fa|username/password", "use an API token: user __token__, the token as password"),
    (r"(verified|verify).*e-?mail|e-?mail.*verif", "verify the account's e-mail address at the index"),
    (r"archived", "unarchive the project at the index first"),
    (r"failed to render", "the README does not render: check it with `python -m readme_renderer`"),
    (r"already|taken|overwrite|cannot be updated|updating asset", "a name can be used once: release a new version"),
)  # fmt: skip
"""Sources: warehouse's upload view of 2026-08; issue trackers of GitLab, Nexus, Artifactory."""
_BY_STATUS = {
    401: "check user and password (or token)",
    403: "check that the token may upload to this project",
    404: "check the URL: this one takes no uploads",
    405: "check the URL: this one takes no uploads (a simple index or a web page?)",
    413: "a server or proxy before the index takes no files of this size",
    429: "wait a while, then: --resume",
}


def hint_of(answer: Answer) -> str:
    """Return what to do about a refusal; may be empty."""
    if 300 <= answer.status < 400:
        return f"upload to the URL it points to: --repository-url {answer.location}" if answer.location else ""
    for pattern, hint in _BY_TEXT:
        if re.search(pattern, answer.text, re.IGNORECASE):
            return hint
    return _BY_STATUS.get(answer.status, "")
