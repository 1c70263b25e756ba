"""No credential shows in anything that an upload writes, whichever way it came in and however the upload ends."""

import base64
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from tests.e2e.program import Project, Ran
from tests.e2e.sending import SOURCES, Sending, ended, until
from tests.index import REQUEST_TOKEN, FakeIndex, Oidc, basic, hanging, refused

pytestmark = pytest.mark.slow

Make = Callable[..., Sending]

PLAIN = "Qz7canaryV9xw4KfT2mLr8canaryHs6Jd0bNyU3c"
SPECIAL = "c@nary/Q7:x#y?z&w=%41+v~4k[T]9'm\"L|r\\8;e!"
CANARIES = (PLAIN, SPECIAL)
TOKEN, ADA = "__token__", "ada"

_KEYRING = """
class Found:
    username, password = {user!r}, {password!r}
def get_password(service, user):
    return Found.password if user == Found.username else None
def get_credential(service, user):
    return Found
"""
_PYPIRC = """[distutils]
index-servers = own
[own]
repository = {url}
username = ada
password = {password}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a secret comes in."""

    user: str
    words: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes | None = None


def way_of(name: str, secret: str, url: str, private: Path) -> Way:
    """Return arguments and variables that give a secret in one of the ways; files are written to `private`."""
    to, with_user = ("--repository-url", url), url.replace("://", f"://ada:{quote(secret, safe='')}@")
    if name in ("-p", "--password"):
        return Way(user=ADA, words=(*to, "-u", ADA, name, secret))
    if name in ("-p…", "--password=…", "-yp"):
        attached = {"-p…": (f"-p{secret}",), "--password=…": (f"--password={secret}",), "-yp": ("-yp", secret)}[name]
        return Way(user=ADA, words=(*to, "-u", ADA, *attached))
    if name == "--token-file":
        (private / "token").write_text(f"{secret}\n")
        return Way(user=TOKEN, words=(*to, name, str(private / "token")))
    if name == "stdin":
        return Way(user=TOKEN, words=(*to, "--token-file", "-"), stdin=f"{secret}\n".encode())
    if name == "URL":
        return Way(user=ADA, words=("--repository-url", with_user))
    if name == "URL in a variable":
        return Way(user=ADA, variables={"TWINE_REPOSITORY_URL": with_user})
    if name == ".pypirc":
        (private / "rc").write_text(_PYPIRC.format(url=url, password=secret))
        return Way(user=ADA, words=("-r", "own", "--config-file", str(private / "rc")))
    if name == "keyring":
        (private / "keyring.py").write_text(_KEYRING.format(user=ADA, password=secret))
        return Way(user=ADA, words=to, variables={"PYTHONPATH": os.pathsep.join([str(private), SOURCES])})
    if name.endswith("TOKEN"):
        return Way(user=TOKEN, words=to, variables={name: secret})
    return Way(user=ADA, words=to, variables={name: secret, name.replace("PASSWORD", "USERNAME"): ADA})


WAYS = (
    "-p", "--password", "-p…", "--password=…", "-yp", "--token-file", "stdin", "URL", "URL in a variable", ".pypirc",
    "keyring", "WHEELMATRIX_TOKEN", "WHEELMATRIX_PASSWORD", "MATURIN_PYPI_TOKEN", "MATURIN_PASSWORD", "TWINE_PASSWORD",
    "UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD",
)  # fmt: skip


def forms(user: str, secret: str) -> Iterator[str]:
    """Yield how a secret may be written."""
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1])
    for text in (secret, f"{user}:{secret}"):
        for encoded in (base64.b64encode(text.encode()), base64.urlsafe_b64encode(text.encode())):
            yield encoded.decode().rstrip("=")


def shown(made: Path, ran: Ran, user: str, secret: str) -> list[str]:
    """Return where a secret shows: stdout, stderr, and files below the working directory."""
    texts = {"stdout": ran.out, "stderr": ran.err}
    for path in made.rglob("*"):
        if path.is_file():
            texts[str(path.relative_to(made))] = path.read_bytes().decode("latin-1")
    return [where for where, text in texts.items() for form in forms(user, secret) if form in text]


def echo(user: str, secret: str) -> str:
    """Return what a server says that tells everything it has heard; one line, as a reason phrase is."""
    header = basic(user, secret)
    return (
        f"who are you? Authorization: {header}; {header.removeprefix('Basic ')}; user {user}, password {secret},"
        f" in a URL {quote(secret, safe='')} or {quote_plus(secret)}, the end"
    )


def run(made: Sending, way: Way, *words: str, env: Mapping[str, str] | None = None) -> Ran:
    """Upload the files with a job's summary in the working directory."""
    variables = {"GITHUB_STEP_SUMMARY": str(made.folder / "summary.md"), **way.variables, **(env or {})}
    return made.run("upload", *way.words, *words, *made.words, env=variables, stdin=way.stdin)


@pytest.mark.parametrize("name", WAYS)
def test_a_secret_is_used_and_shows_nowhere(make: Make, name: str) -> None:
    number = WAYS.index(name)
    secret, made = CANARIES[(number + 1) % 2], make(wheels=1, sdist=False)
    with FakeIndex(accepts=frozenset({basic(ADA, secret), basic(TOKEN, secret)})) as index:
        way = way_of(name, secret, index.upload_url, made.private)

        ran = run(made, way, "--progress", ("plain", "json", "none")[number % 3])

        assert ran.code == 0, ran.err
        assert index.files == made.content
        assert index.posts[0].headers["authorization"] == basic(way.user, secret)
        assert shown(made.folder, ran, way.user, secret) == []
        if name == "URL":
            assert shown(made.folder, made.run("upload", "--status"), way.user, secret) == []


@pytest.mark.parametrize("name", WAYS)
def test_a_server_that_repeats_a_secret_does_not_make_it_show(make: Make, name: str) -> None:
    """With the other canary than where it succeeds, so that each way has had both."""
    secret = CANARIES[WAYS.index(name) % 2]
    made = make(wheels=1, sdist=False)
    with FakeIndex() as index:
        way = way_of(name, secret, index.upload_url, made.private)
        index.script = {"*": [refused(400, echo(way.user, secret), times=9)]}

        ran = run(made, way)

        assert ran.code == 8, ran.err
        assert "who are you?" in ran.err
        assert ", the end" in ran.err
        assert shown(made.folder, ran, way.user, secret) == []


@pytest.mark.parametrize("secret", CANARIES)
@pytest.mark.parametrize("progress", ["plain", "json", "none"])
def test_a_refused_password_does_not_show(make: Make, progress: str, secret: str) -> None:
    made = make(wheels=1, sdist=False)
    with FakeIndex() as index:
        way = way_of("TWINE_PASSWORD", secret, index.upload_url, made.private)

        ran = run(made, way, "--progress", progress)

        assert ran.code == 8
        assert shown(made.folder, ran, way.user, secret) == []


@pytest.mark.parametrize("secret", CANARIES)
def test_a_probe_that_repeats_a_secret_does_not_make_it_show(make: Make, secret: str) -> None:
    made = make(wheels=1, sdist=False)
    with FakeIndex({"": [refused(403, echo(ADA, secret))]}) as index:
        way = way_of("-p", secret, index.upload_url, made.private)

        ran = run(made, way, "--probe", "always")

        assert ran.code == 8
        assert ", the end" in ran.err
        assert shown(made.folder, ran, ADA, secret) == []


@pytest.mark.parametrize("secret", CANARIES)
def test_a_secret_does_not_show_where_an_upload_is_interrupted(make: Make, secret: str) -> None:
    made = make(wheels=1, sdist=False)
    with FakeIndex({"*": [hanging()]}) as index:
        way = way_of("URL", secret, index.upload_url, made.private)
        process = made.start("upload", *way.words, *made.words)
        assert until(lambda: any(post.is_complete for post in index.posts), process)

        process.send_signal(signal.SIGINT)
        assert not until(lambda: False, None, longest_s=0.2)
        process.send_signal(signal.SIGINT)

        ran = ended(process)
        assert ran.code == 130
        assert shown(made.folder, ran, ADA, secret) == []


@pytest.mark.parametrize("secret", CANARIES)
def test_two_secrets_that_differ_are_named_by_their_sources_alone(make: Make, secret: str) -> None:
    made = make(wheels=1, sdist=False)
    with FakeIndex() as index:
        way = way_of("TWINE_PASSWORD", secret, index.upload_url, made.private)

        ran = run(made, way, env={"MATURIN_PASSWORD": secret[::-1], "MATURIN_USERNAME": ADA})

        assert ran.code == 2
        assert "TWINE_PASSWORD" in ran.err
        assert "MATURIN_PASSWORD" in ran.err
        assert shown(made.folder, ran, ADA, secret) == []
        assert shown(made.folder, ran, ADA, secret[::-1]) == []


@pytest.mark.parametrize("secret", CANARIES)
def test_a_pypirc_that_cannot_be_read_does_not_show_its_lines(make: Make, secret: str) -> None:
    made = make(wheels=1, sdist=False)
    (made.private / "rc").write_text(f"[pypi]\nusername = ada\n{secret.replace('=', '').replace(':', '')}\n")

    ran = made.run("upload", "--config-file", str(made.private / "rc"), *made.words)

    assert ran.code == 2
    assert "3" in ran.err
    assert shown(made.folder, ran, ADA, secret.replace("=", "").replace(":", "")) == []


@pytest.mark.parametrize(
    ("secret", "url"),
    [
        (PLAIN, "http://ada:{}@index.example/legacy/"),
        (PLAIN, "https://ada:{}@index.example:nonsense/"),
        (PLAIN, "ftp://ada:{}@index.example/"),
        (SPECIAL, "https://ada:{}@/legacy/"),
        ("c@naryWithAnAt", "https://ada:c@naryWithAnAt@[index.example/"),
    ],
)
def test_a_url_that_is_refused_does_not_show_its_password(make: Make, secret: str, url: str) -> None:
    made = make(wheels=1, sdist=False)

    for words in (("--repository-url", url), ("-r", url)):
        ran = made.run("upload", *(word.format(quote(secret, safe="")) for word in words), *made.words)

        assert ran.code == 2
        assert shown(made.folder, ran, ADA, secret) == []


@pytest.mark.parametrize("ending", ["stored", "echoed", "refused"])
def test_a_minted_token_shows_in_the_mask_command_alone(make: Make, ending: str) -> None:
    """On GitHub a command hides it in what follows; identity and request token do not show either."""
    secret = PLAIN
    made = make(wheels=2)
    with FakeIndex(oidc=Oidc(token=secret, uploads_per_token=0 if ending == "refused" else None)) as index:
        if ending == "echoed":
            index.script = {"*": [refused(400, echo(TOKEN, secret), times=9)]}
        job = {
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": index.identity_url,
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
        }

        ran = run(made, Way(user=TOKEN, words=("--repository-url", index.upload_url)), env=job)

        assert ran.code == (0 if ending == "stored" else 8), ran.err
        lines = [line for line in ran.out.splitlines() if not line.startswith("::add-mask::")]
        assert f"::add-mask::{secret}" in ran.out
        masked = Ran(ran.code, "\n".join(lines), ran.err)
        assert shown(made.folder, masked, TOKEN, secret) == []
        assert "eyJ" not in masked.out + masked.err
        assert REQUEST_TOKEN not in masked.out + masked.err


def test_no_command_of_a_build_sees_a_credential(project: Callable[..., Project], make: Make, tmp_path: Path) -> None:
    """`publish` runs other people's code while it holds a password: neither its variables nor its journals tell it."""
    tiny, made = project("tiny"), make(wheels=0, sdist=False)
    seen = tmp_path / "seen"
    tiny.configure(f'[tool.wheelmatrix]\nbefore-all = "env > {seen}"')
    job = {
        "WHEELMATRIX_TOKEN": PLAIN,
        "MATURIN_PYPI_TOKEN": PLAIN,
        "UV_PUBLISH_TOKEN": PLAIN,
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://localhost/{PLAIN}",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": PLAIN,
        "PYPI_API_TOKEN": PLAIN,
        "HOME": os.environ.get("HOME", str(made.private)),
        "PYTHONPATH": SOURCES,
    }
    with FakeIndex(accepts=frozenset({basic(TOKEN, PLAIN)})) as index:
        url = index.upload_url.replace("://", f"://{TOKEN}:{PLAIN}@")

        ran = tiny.run("publish", "-i", "3.12", "--repository-url", url, "-yp", PLAIN, env=job)

        assert ran.code == 0, ran.err
        assert len(index.files) == 2  # the sdist, too
        assert PLAIN not in seen.read_text()
        assert shown(tiny.folder, ran, TOKEN, PLAIN) == []
