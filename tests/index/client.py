"""The plainest client of an index: one connection, one form, what came back as it came."""

import hashlib
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tests.index.fake import FakeIndex
from tests.index.script import basic

WHEEL = "demo-1.0-py3-none-any.whl"
BOUNDARY = "b0undary"
LOST = (ConnectionError, http.client.HTTPException, TimeoutError)


def form(filename: str | None = WHEEL, content: bytes = b"bytes", **fields: str) -> bytes:
    values = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.4",
        "name": "demo",
        "version": "1.0",
        "filetype": "bdist_wheel",
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        **fields,
    }
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in values.items()]
    head = "".join(parts).encode()
    if filename is not None:
        told = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="content"; filename="{filename}"\r\n\r\n'
        head += told.encode() + content + b"\r\n"
    return head + f"--{BOUNDARY}--\r\n".encode()


class Said:
    """An answer."""

    def __init__(self, found: http.client.HTTPResponse) -> None:
        self.status, self.reason, self.headers, self.body = found.status, found.reason, found.headers, found.read()

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


class Client:
    """One connection, kept alive."""

    def __init__(self, index: FakeIndex, timeout_s: float = 10.0) -> None:
        self._http = http.client.HTTPConnection(urlsplit(index.url).netloc, timeout=timeout_s)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Said:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self._http.request(method, path, body, sent)
        return Said(self._http.getresponse())

    def upload(self, body: bytes, authorization: str = basic("u", "p"), **headers: str) -> Said:
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self.ask("POST", "/legacy/", body, Content_Type=kind, Authorization=authorization, **headers)


def upload(index: FakeIndex, body: bytes | None = None, **headers: str) -> Said:
    with Client(index) as client:
        return client.upload(form() if body is None else body, **headers)


def page(index: FakeIndex, project: str = "demo", accept: str = "application/vnd.pypi.simple.v1+json") -> Said:
    with Client(index) as client:
        return client.ask("GET", f"/simple/{project}/", Accept=accept)
