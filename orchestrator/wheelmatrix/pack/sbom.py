"""A wheel's bill of materials: one CycloneDX document of its crates and of the libraries that were copied into it.

The same wheel has the same one: no time, no path of the machine, the serial number is made from the content.
Source: CycloneDX 1.5, JSON; PEP 770, which says where it lies.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from wheelmatrix.model import Grafted, Metadata, Package


def sbom(
    metadata: Metadata,
    packages: Sequence[Package],
    grafted: Sequence[Grafted],
    *,
    generator: str,
    triples: Iterable[str] = (),
) -> bytes:
    """Return the document; `packages` begin with the wheel's own crate, and may be empty, as `grafted` may.

    `generator`: the program and its version; `triples`: what was compiled for.
    """
    own = f"pkg:pypi/{_normal(metadata.name)}@{metadata.version}"
    refs = _refs(packages)
    tool, _, version = generator.partition(" ")
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": tool, "version": version}]},
            "component": {
                "type": "library",
                "bom-ref": own,
                "name": metadata.name,
                "version": metadata.version,
                "purl": own,
            },
            "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": each} for each in sorted(triples)],
        },
        "components": [*(_crate(each, refs) for each in packages), *map(_library, grafted)],
        "dependencies": list(_dependencies(own, packages, grafted, refs)),
    }
    serial = _serial_number(_text(document))
    first = {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": serial}
    return f"{_text(first | document)}\n".encode()


def _text(document: object) -> str:
    """Return JSON on one line: with `indent`, Python writes it itself, which takes ten times as long."""
    return json.dumps(document, ensure_ascii=False)


def _serial_number(text: str) -> str:
    """Return a UUID made from a text: version 8, whose bits are the maker's. Source: RFC 9562, section 5.8."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    variant = "89ab"[int(digest[16], 16) % 4]
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"


def _normal(name: str) -> str:
    """Return a project's name as PyPI's package URLs have it."""
    return "-".join(filter(None, name.lower().replace("_", "-").replace(".", "-").split("-")))


def _refs(packages: Iterable[Package]) -> dict[str, str]:
    """Return a reference for each id: the package URL, numbered where crates by path share one."""
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    for each in packages:
        seen[each.purl] = seen.get(each.purl, 0) + 1
        found[each.id] = each.purl if seen[each.purl] == 1 else f"{each.purl}#{seen[each.purl]}"
    return found


def _crate(package: Package, refs: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "library", "bom-ref": refs[package.id]}
    if package.authors:
        found["author"] = ", ".join(package.authors)
    found |= {"name": package.name, "version": package.version}
    if package.description:
        found["description"] = package.description
    found["scope"] = "required" if package.is_shipped else "excluded"
    if package.sha256:
        found["hashes"] = [{"alg": "SHA-256", "content": package.sha256}]
    if package.license:
        found["licenses"] = [_license(package.license)]
    found["purl"] = package.purl
    if package.links:
        found["externalReferences"] = [{"type": kind, "url": url} for kind, url in sorted(package.links.items())]
    return found


def _license(text: str) -> dict[str, Any]:
    """Return a licence as an SPDX expression, also where a `/` says OR as it did in old manifests; else its name."""
    try:
        return {"expression": canonicalize_license_expression(text.replace("/", " OR "))}
    except InvalidLicenseExpression:
        return {"license": {"name": text}}


def _library(grafted: Grafted) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "library", "bom-ref": f"file:{grafted.member}", "name": grafted.soname}
    if grafted.version:
        found["version"] = grafted.version
    found |= {"scope": "required", "hashes": [{"alg": "SHA-256", "content": grafted.sha256}]}
    if grafted.purl:
        found["purl"] = grafted.purl
    return {**found, "properties": [{"name": "wheelmatrix:member", "value": grafted.member}]}


def _dependencies(
    own: str, packages: Sequence[Package], grafted: Sequence[Grafted], refs: dict[str, str]
) -> Iterator[dict[str, Any]]:
    libraries = [f"file:{each.member}" for each in grafted]
    yield {"ref": own, "dependsOn": [*(refs[each.id] for each in packages[:1]), *libraries]}
    for package in packages:
        yield {"ref": refs[package.id], "dependsOn": sorted(refs[each] for each in package.needs if each in refs)}
    yield from ({"ref": each} for each in libraries)
