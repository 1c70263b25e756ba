import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from hypothesis import given
from hypothesis import strategies as st

from wheelmatrix.model import Grafted, Metadata, Package
from wheelmatrix.pack.sbom import sbom

METADATA = Metadata(
    name="My_Dist.x", version="1.0", requires_python="", text=b"", entry_points=b"", licenses=()
)  # fmt: skip
CRATE = Package(id="path+file:///me/c#1.0.0", name="c", version="1.0.0", purl="pkg:cargo/c@1.0.0", needs=("s", "d"))
SERDE = Package(
    id="s", name="serde", version="1.2.3", purl="pkg:cargo/serde@1.2.3", license="MIT/Apache-2.0", sha256="a" * 64,
    description="é", authors=("A", "B"), links={"vcs": "https://example.org/r", "website": "https://example.org/"},
)  # fmt: skip
DERIVE = Package(
    id="d", name="derive", version="1.0.0", purl="pkg:cargo/derive@1.0.0", license="mine", is_shipped=False
)
LIBRARY = Grafted(
    soname="libz.so.1", member="my_dist_x.libs/libz-0a1b.so.1", sha256="b" * 64, purl="pkg:deb/debian/zlib1g@1.3",
    version="1.3",
)  # fmt: skip


def written(*packages: Package, grafted: tuple[Grafted, ...] = (LIBRARY,), triples: tuple[str, ...] = ()) -> Any:
    return json.loads(sbom(METADATA, packages, grafted, generator="wheelmatrix 1.0", triples=triples))


@pytest.fixture(scope="module")
def schema() -> jsonschema.Draft7Validator:
    """Give what validates documents of CycloneDX 1.5: the schemas that a package for Python has with it."""
    found = importlib.util.find_spec("cyclonedx")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "schema/_res"
    texts = {name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text())
             for name in ("bom-1.5", "spdx", "jsf-0.82")}  # fmt: skip
    resources = [referencing.Resource.from_contents(text) for text in texts.values()]
    registry = referencing.Registry().with_resources((each.id() or "", each) for each in resources)
    return jsonschema.Draft7Validator(texts["bom-1.5"], registry=registry)


def test_documents_keep_the_schema(schema: jsonschema.Draft7Validator) -> None:
    for packages, grafted in (((CRATE, SERDE, DERIVE), (LIBRARY,)), ((), (LIBRARY,)), ((CRATE,), ())):
        schema.validate(written(*packages, grafted=grafted, triples=("aarch64-apple-darwin",)))


texts = st.text(min_size=1, max_size=20)


@given(name=texts, license_=st.text(max_size=20), authors=st.lists(texts, max_size=2), description=st.text(max_size=9))
def test_whatever_a_manifest_says_the_schema_is_kept(
    schema: jsonschema.Draft7Validator, name: str, license_: str, authors: list[str], description: str
) -> None:
    odd = replace(CRATE, name=name, license=license_, authors=tuple(authors), description=description)

    schema.validate(written(odd))


def test_the_wheel_leads_to_its_crate_and_the_libraries_in_it() -> None:
    found = written(CRATE, SERDE, DERIVE)

    assert found["metadata"]["component"]["purl"] == "pkg:pypi/my-dist-x@1.0"
    edges = {each["ref"]: each.get("dependsOn", []) for each in found["dependencies"]}
    assert edges["pkg:pypi/my-dist-x@1.0"] == ["pkg:cargo/c@1.0.0", "file:my_dist_x.libs/libz-0a1b.so.1"]
    assert edges["pkg:cargo/c@1.0.0"] == ["pkg:cargo/derive@1.0.0", "pkg:cargo/serde@1.2.3"]
    assert set(edges) == {each["bom-ref"] for each in found["components"]} | {"pkg:pypi/my-dist-x@1.0"}


def test_crates_and_libraries_are_described() -> None:
    crate, serde, derive, library = written(CRATE, SERDE, DERIVE)["components"]

    assert [each["scope"] for each in (crate, serde, derive, library)] == [
        "required",
        "required",
        "excluded",
        "required",
    ]
    assert serde["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert derive["licenses"] == [{"license": {"name": "mine"}}]
    assert serde["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert [each["type"] for each in serde["externalReferences"]] == ["vcs", "website"]
    assert (library["name"], library["version"], library["purl"]) == ("libz.so.1", "1.3", "pkg:deb/debian/zlib1g@1.3")


def test_the_same_content_has_the_same_bytes_and_another_one_another_serial_number() -> None:
    one = sbom(METADATA, (CRATE,), (), generator="wheelmatrix 1.0")

    assert one == sbom(METADATA, (replace(CRATE, id="path+file:///you/c#1.0.0"),), (), generator="wheelmatrix 1.0")
    assert b"/me/" not in one
    assert b"timestamp" not in one
    other = sbom(METADATA, (replace(CRATE, version="1.0.1"),), (), generator="wheelmatrix 1.0")
    assert json.loads(one)["serialNumber"] != json.loads(other)["serialNumber"]


def test_crates_of_one_name_by_path_are_told_apart() -> None:
    found = written(CRATE, replace(CRATE, id="twin", needs=()))

    assert [each["bom-ref"] for each in found["components"][:2]] == ["pkg:cargo/c@1.0.0", "pkg:cargo/c@1.0.0#2"]
