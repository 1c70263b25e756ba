"""The headers of METADATA, from [project] and from Cargo.toml. Source: "Core metadata specifications", 2.4."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from wheelmatrix.project.requirements import requirement_text, requires_python_text

Header = tuple[str, str]

_SPECIAL = re.compile(r'[][()<>@,:;.\\"]')
"""What makes a name need quotes before an address. Source: RFC 822, 3.3, specials."""
_CARGO_URLS = (("Homepage", "homepage"), ("Documentation", "documentation"), ("Source Code", "repository"))


def project_headers(project: Mapping[str, Any]) -> Iterator[Header]:
    """Yield what [project] says, its types and requirements checked; apart from name, version, readme, files."""
    yield from (("Classifier", each) for each in project.get("classifiers", ()))
    yield from _requirements(project)
    if description := project.get("description"):
        yield "Summary", one_line(description)
    if keywords := project.get("keywords"):
        yield "Keywords", ",".join(keywords)
    yield from _people("Author", project.get("authors", ()))
    yield from _people("Maintainer", project.get("maintainers", ()))
    match project.get("license"):
        case str(expression):
            yield "License-Expression", expression
        case {"text": text}:
            yield "License", text
    if requires_python := project.get("requires-python"):
        yield "Requires-Python", requires_python_text(requires_python)
    yield from (("Project-URL", f"{label}, {url}") for label, url in project.get("urls", {}).items())


def cargo_headers(package: Mapping[str, Any], project: Mapping[str, Any]) -> Iterator[Header]:
    """Yield what Cargo.toml says where [project] leaves it to it, as maturin maps it.

    `package` is the crate in `cargo metadata`.
    """
    if leaves("description", project) and package.get("description"):
        yield "Summary", one_line(package["description"])
    if leaves("keywords", project) and package.get("keywords"):
        yield "Keywords", ",".join(package["keywords"])
    if leaves("authors", project) and package.get("authors"):
        joined = ", ".join(package["authors"])
        yield "Author", joined
        if "@" in joined:
            yield "Author-email", joined
    if leaves("license", project) and package.get("license"):
        yield "License", package["license"]
    if package.get("homepage"):  # maturin takes it even where [project] has urls of its own
        yield "Home-Page", package["homepage"]
    if leaves("urls", project):
        yield from (("Project-URL", f"{label}, {package[key]}") for label, key in _CARGO_URLS if package.get(key))


def leaves(field: str, project: Mapping[str, Any]) -> bool:
    """Return whether a field is Cargo's to say: there is no [project], or it calls the field dynamic and is silent."""
    return not project or (field in project.get("dynamic", ()) and field not in project)


def one_line(text: str) -> str:
    """Return a text with its lines trimmed and joined by blanks: Summary has one line."""
    return " ".join(line.strip() for line in text.strip().splitlines())


def _requirements(project: Mapping[str, Any]) -> Iterator[Header]:
    yield from (("Requires-Dist", requirement_text(each)) for each in project.get("dependencies", ()))
    extras: dict[str, list[str]] = {}
    for extra, requirements in project.get("optional-dependencies", {}).items():
        name = canonicalize_name(extra)
        extras.setdefault(name, []).extend(requirement_text(each, name) for each in requirements)
    yield from (("Requires-Dist", each) for texts in extras.values() for each in texts)
    yield from (("Provides-Extra", extra) for extra in extras)


def _people(header: str, people: Iterable[Mapping[str, str]]) -> Iterator[Header]:
    names = [each["name"] for each in people if "email" not in each]
    addresses = [_address(each.get("name", ""), each["email"]) for each in people if "email" in each]
    if names:
        yield header, ", ".join(names)
    if addresses:
        yield f"{header}-email", ", ".join(addresses)


def _address(name: str, email: str) -> str:
    if not name:
        return email
    if _SPECIAL.search(name):
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{escaped}"'
    return f"{name} <{email}>"
