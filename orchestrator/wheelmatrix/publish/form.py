"""What is told to an index with a file: the form of the legacy upload, as bytes around the file's own.

    head: fields, then the header of `content`  │  the file  │  tail: the boundary that closes the form

Sources: warehouse's "Legacy API" and form; RFC 7578; WHATWG HTML, "Multipart form data".
"""

from collections.abc import Iterable, Iterator, Mapping
from email.parser import HeaderParser

from wheelmatrix.model.release import Distribution
from wheelmatrix.values import dataclass

FORM_KEYS: Mapping[str, str] = {
    "Metadata-Version": "metadata_version",
    "Name": "name",
    "Version": "version",
    "Summary": "summary",
    "Description": "description",
    "Description-Content-Type": "description_content_type",
    "Keywords": "keywords",
    "Home-page": "home_page",
    "Download-URL": "download_url",
    "Author": "author",
    "Author-email": "author_email",
    "Maintainer": "maintainer",
    "Maintainer-email": "maintainer_email",
    "License": "license",
    "License-Expression": "license_expression",
    "License-File": "license_file",
    "Classifier": "classifiers",
    "Platform": "platform",
    "Supported-Platform": "supported_platform",
    "Requires-Python": "requires_python",
    "Requires-Dist": "requires_dist",
    "Requires-External": "requires_external",
    "Provides-Extra": "provides_extra",
    "Provides-Dist": "provides_dist",
    "Obsoletes-Dist": "obsoletes_dist",
    "Project-URL": "project_urls",
    "Dynamic": "dynamic",
    "Import-Name": "import_name",
    "Import-Namespace": "import_namespace",
    "Requires": "requires",
    "Provides": "provides",
    "Obsoletes": "obsoletes",
}
"""Field of METADATA to key of the form, in the form's order. Two keys are plural, and these two alone: warehouse's form
does not know `license_files` or `import_names`, and drops them without a word."""
_ALWAYS = "requires_python"
"""Sent even when empty: GitLab refuses a form without it."""
_NOTHING = frozenset({"", "UNKNOWN"})
"""What distutils wrote for a field that was not given; warehouse drops it, too."""
_INDENTS = ("\n       |", "\n        ", "\n\t")
"""How a description in a header is folded: by the specification, by distutils, by RFC 822."""
_FILE_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A form around the bytes of a file."""

    head: bytes
    """Ends where the file's bytes begin."""
    tail: bytes
    content_type: str
    """Of the whole, with the boundary."""

    def length(self, size_bytes: int) -> int:
        """Return the length in bytes of the whole with a file of `size_bytes`."""
        return len(self.head) + size_bytes + len(self.tail)


def fields(metadata: bytes) -> tuple[tuple[str, str], ...]:
    """Return METADATA or PKG-INFO as keys and values of the form, in the order of FORM_KEYS; keys of lists repeat.

    Empty values are left out, but for `requires_python`. Without a Description the body is it.
    Raises UnicodeDecodeError if the text is not UTF-8.
    """
    message = HeaderParser().parsestr(metadata.decode("utf-8"))
    pairs: list[tuple[str, str]] = []
    for field, key in FORM_KEYS.items():
        values = [str(value).strip() for value in message.get_all(field, ())]
        if key == "description":
            values = [*map(_unfolded, values)] or [str(message.get_payload())]
        if key == "keywords":
            values = [",".join(values)]
        kept = [value for value in values if value.strip() not in _NOTHING]
        pairs += ((key, value) for value in kept or ([""] if key == _ALWAYS else []))
    return tuple(pairs)


def parts(distribution: Distribution, boundary: str) -> Body:
    """Return the form of an upload; `boundary` must be random, since the file is not searched for it.

    The file comes last, so that a server can refuse what it is told before it has it all.
    Raises AssertionError if the boundary occurs in what is told.
    """
    pairs = tuple(_pairs(distribution))
    head = _encoded(pairs, boundary) + (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="content"; filename="{_quoted(distribution.filename)}"\r\n'
        f"Content-Type: {_FILE_TYPE}\r\n\r\n"
    ).encode("utf-8", "surrogateescape")
    _check(head, boundary, len(pairs) + 1)
    return Body(head=head, tail=f"\r\n--{boundary}--\r\n".encode(), content_type=_content_type(boundary))


def probe(distribution: Distribution, boundary: str) -> tuple[bytes, str]:
    """Return the same form without the file, and its content type: an index answers what it has against the rest.

    Raises AssertionError if the boundary occurs in what is told.
    """
    pairs = tuple(_pairs(distribution))
    whole = _encoded(pairs, boundary) + f"--{boundary}--\r\n".encode()
    _check(whole, boundary, len(pairs) + 1)
    return whole, _content_type(boundary)


def _pairs(distribution: Distribution) -> Iterator[tuple[str, str]]:
    yield ":action", "file_upload"
    yield "protocol_version", "1"
    yield "filetype", distribution.filetype
    yield "pyversion", distribution.pyversion
    yield from distribution.fields
    yield "sha256_digest", distribution.sha256
    if distribution.blake2b:
        yield "blake2_256_digest", distribution.blake2b
    if distribution.attestations:
        yield "attestations", distribution.attestations


def _encoded(pairs: Iterable[tuple[str, str]], boundary: str) -> bytes:
    """Return the fields; their values stay as they are, line ends too: they are the metadata's."""
    return "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(key)}"\r\n\r\n{value}\r\n'
        for key, value in pairs
    ).encode()


def _quoted(name: str) -> str:
    """Return a name as browsers write it between quotes."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


def _content_type(boundary: str) -> str:
    return f"multipart/form-data; boundary={boundary}"


def _check(form: bytes, boundary: str, delimiters: int) -> None:
    if form.count(boundary.encode()) != delimiters:
        raise AssertionError(f"the boundary {boundary!r} occurs in what it has to part")


def _unfolded(description: str) -> str:
    lines = description.replace("\r\n", "\n")
    return next((lines.replace(indent, "\n") for indent in _INDENTS if indent in lines), lines)
