"""Code signatures: pages are compared with their hashes, and a signature that contradicts itself is refused."""

import gzip

import pytest
from macho_image import SHA1, SHA256, SHA384, Signed, macho_image
from small_tables import GOLDEN

from wheelmatrix.audit.macho_commands import commands, view
from wheelmatrix.audit.macho_signature import Signature, signature
from wheelmatrix.audit.strings import Damaged

LINKED = gzip.decompress((GOLDEN / "macho" / "plain_arm64.gz").read_bytes())


def signed(image: bytes) -> Signature:
    one = view(memoryview(image))
    place = commands(one).signature
    assert place is not None
    return signature(one, *place)


def test_what_zig_signed_is_intact_up_to_the_signature() -> None:
    found = signed(LINKED)

    (directory,) = found.directories
    assert (directory.hash_name, directory.page_bytes, directory.pages) == ("sha256", 0x4000, 4)
    assert (directory.is_ad_hoc, directory.is_linker_signed, directory.identifier) == (True, True, "plain_arm64")
    assert (directory.code_limit, found.ends_image, found.has_certificate) == (found.offset, True, False)
    assert found.bad_pages == ()


@pytest.mark.parametrize(("at", "page"), [(0x500, 0), (0x3FFF, 0), (0x4000, 1), (0xC001, 3)])
def test_a_changed_byte_spoils_its_page_and_no_other(at: int, page: int) -> None:
    image = bytearray(LINKED)
    image[at] ^= 1

    assert signed(bytes(image)).bad_pages == (page,)


@pytest.mark.parametrize(("hash_type", "name"), [(SHA1, "sha1"), (SHA256, "sha256"), (SHA384, "sha384")])
def test_every_hash_that_apple_used_is_compared(hash_type: int, name: str) -> None:
    image = macho_image(signed=Signed(hash_type=hash_type))
    changed = image.replace(b"libSystem", b"libsystem")

    assert signed(image).directories[0].hash_name == name
    assert (signed(image).bad_pages, signed(changed).bad_pages) == ((), (0,))


def test_an_unknown_hash_is_named_and_not_compared() -> None:
    found = signed(macho_image(signed=Signed(hash_type=9)).replace(b"libSystem", b"libsystem"))

    assert (found.directories[0].hash_name, found.bad_pages) == ("type 9", ())


def test_a_certificate_is_seen() -> None:
    found = signed(macho_image(signed=Signed(certificate=True, flags=0)))

    assert (found.has_certificate, found.directories[0].is_ad_hoc) == (True, False)


def test_what_is_covered_and_what_follows_is_told() -> None:
    short = signed(macho_image(signed=Signed(limit=64)))
    longer = signed(macho_image(signed=Signed(behind=b"x")))

    assert short.directories[0].code_limit == 64 < short.offset
    assert (short.ends_image, longer.ends_image) == (True, False)


def test_a_limit_of_64_bits_counts_from_the_version_that_has_it() -> None:
    assert signed(macho_image(signed=Signed(version=0x20100))).directories[0].code_limit > 0


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (Signed(magic=0xFADE0CC1), "begins with fade0cc1"),
        (Signed(slot=5), "with 0 code directories"),
        (Signed(page_bits=3), r"pages of 2\^3 bytes"),
        (Signed(page_bits=20), r"pages of 2\^20 bytes"),
        (Signed(pages=7), "of 7 pages, where"),
    ],
)
def test_a_signature_that_contradicts_itself_is_refused(how: Signed, said: str) -> None:
    with pytest.raises(Damaged, match=said):
        signed(macho_image(signed=how))


def test_two_directories_of_one_kind_are_refused() -> None:
    image = macho_image(signed=Signed(certificate=True))

    with pytest.raises(Damaged, match="with 2 code directories, 1 of them different"):
        signed(image.replace((0x10000).to_bytes(4, "big"), bytes(4)))
