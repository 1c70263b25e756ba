"""What can be asked of an upload; what is secret (user, password, token) is no option: see `publish.credentials`."""

from wheelmatrix.options.facts import option
from wheelmatrix.values import dataclass


@dataclass(frozen=True, kw_only=True)  # no slots: of two bases with slots there is no common class
class UploadOptions:
    """Where a release is sent, and how."""

    repository: str = option(
        "", "Index to upload to: a name that is known, or a section of .pypirc (default: pypi)",
        scope="run", flags=("-r", "--repository"), key="upload.repository",
        variables=("MATURIN_REPOSITORY", "TWINE_REPOSITORY"), metavar="NAME", panel="Upload",
    )  # fmt: skip
    repository_url: str = option(
        "", "URL to upload to, instead of a name",
        scope="run", flags=("--repository-url",), key="upload.repository-url",
        variables=("MATURIN_REPOSITORY_URL", "TWINE_REPOSITORY_URL", "UV_PUBLISH_URL"), metavar="URL",
        excludes=("repository",), panel="Upload",
    )  # fmt: skip
    simple_url: str = option(
        "", "URL of the index's simple pages, where uploads are looked for (default: /simple/ beside the upload URL)",
        scope="run", flags=("--simple-url",), key="upload.simple-url", variables=("UV_PUBLISH_CHECK_URL",),
        metavar="URL", panel="Upload",
    )  # fmt: skip
    skip_existing: bool = option(
        False, "Skip files that the index has by name but tells no digest of; other bytes stay an error",
        scope="run", flags=("--skip-existing",), key="upload.skip-existing", variables=("TWINE_SKIP_EXISTING",),
        panel="Upload",
    )  # fmt: skip
    non_interactive: bool = option(
        False, "Ask nothing", scope="run", flags=("--non-interactive",),
        variables=("MATURIN_NON_INTERACTIVE", "TWINE_NON_INTERACTIVE"), panel="Upload",
    )  # fmt: skip
    upload_jobs: int = option(
        4, "Files that are sent at once", scope="run", flags=("--upload-jobs",), key="upload.jobs", metavar="N",
        minimum=1, maximum=64, panel="Upload",
    )  # fmt: skip
    read_timeout: int = option(
        600, "Seconds to wait for an answer after a file is sent", scope="run", flags=("--read-timeout",),
        key="upload.read-timeout", variables=("UV_UPLOAD_HTTP_TIMEOUT",), metavar="SECONDS", minimum=1, panel="Upload",
    )  # fmt: skip
    deadline: int = option(
        3600, "Seconds that the whole release may take", scope="run", flags=("--deadline",), key="upload.deadline",
        metavar="SECONDS", minimum=1, panel="Upload",
    )  # fmt: skip
    allow_http: bool = option(
        False, "Send credentials to an index that is not this machine without encryption", scope="run",
        flags=("--allow-http",), panel="Upload",
    )  # fmt: skip
    probe: str = option(
        "auto", "Try the credentials with a form without a file before the first byte is sent", scope="run",
        flags=("--probe",), key="upload.probe", choices=("auto", "always", "never"), panel="Upload",
    )  # fmt: skip
    trusted_publishing: str = option(
        "auto", "Whether to get a token from this CI's identity", scope="run", flags=("--trusted-publishing",),
        key="upload.trusted-publishing", choices=("auto", "always", "never"), panel="Upload",
    )  # fmt: skip
    attestations: bool = option(
        True, "Send the attestations that lie beside the files (FILE.publish.attestation)", scope="run",
        flags=("--attestations",), no_flag="--no-attestations", key="upload.attestations", panel="Upload",
    )  # fmt: skip
    ca_bundle: str = option(
        "", "Certificates to trust, as a PEM file", scope="run", flags=("--cert",),
        variables=("MATURIN_CA_BUNDLE", "TWINE_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
        metavar="FILE", is_path=True, panel="Upload",
    )  # fmt: skip
    client_cert: str = option(
        "", "Certificate and key of this client, as one PEM file", scope="run", flags=("--client-cert",),
        variables=("TWINE_CLIENT_CERT",), metavar="FILE", is_path=True, panel="Upload",
    )  # fmt: skip
    config_file: str = option(
        "~/.pypirc", "Where the user's indexes are described", scope="run", flags=("--config-file",),
        metavar="FILE", panel="Upload",
    )  # fmt: skip
