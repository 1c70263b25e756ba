"""Headers that lie: whatever is done to them, the reader raises nothing but AuditError, the rules nothing at all."""

import random
import time
from contextlib import suppress

from macho_image import ARM64, DYNAMIC, I386, PPC, X86_64, Signed, fat_image, macho_image
from small_tables import MAC_ARM, TABLES, expectation

from wheelmatrix.audit.macho import read
from wheelmatrix.audit.macho_rules import audit_macho
from wheelmatrix.errors import AuditError

ROUNDS = 5_000
"""100,000 were run by hand in November 2026."""
EXPECTED = expectation(target=MAC_ARM, mode="check")
HEADER_BYTES, SLOWEST_S = 1200, 1.0
WORDS = (0, 1, 8, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
ARM = macho_image(
    exports=("_PyInit_demo", "_other"), undefined=(("_PyList_New", DYNAMIC),), rpaths=("/a",), local=("_l",)
)
INTEL = macho_image(cpu=X86_64, signed=Signed(certificate=True))
SEEDS = (
    ARM,
    INTEL,
    macho_image(cpu=I386, word_bits=32, signed=None),
    macho_image(cpu=PPC, word_bits=32, big_endian=True),
    fat_image((X86_64, INTEL), (ARM64, ARM), align=4),
    fat_image((X86_64, INTEL), (ARM64, ARM), align=4, wide=True),
)


def mutated(image: bytes, dice: random.Random) -> bytes:
    """Return `image` with one to four bytes, bits, words or ends changed."""
    changed = bytearray(image)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(min(len(changed), HEADER_BYTES))
        match dice.randrange(4):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                changed[at] ^= 1 << dice.randrange(8)
            case 2:
                word = dice.choice((*WORDS, len(image), len(image) - 1, dice.getrandbits(32)))
                changed[at & ~3 : (at & ~3) + 4] = word.to_bytes(4, dice.choice(("little", "big")))
            case 3 if len(changed) > 8:
                del changed[dice.randrange(4, len(changed)) :]
    return bytes(changed)


def test_headers_that_lie_are_refused_or_read_but_never_crash_or_stall() -> None:
    dice = random.Random(20261126)
    slowest_s = 0.0

    for _ in range(ROUNDS):
        image = mutated(dice.choice(SEEDS), dice)
        started = time.perf_counter()
        with suppress(AuditError):
            read(image)
        audit_macho(image, EXPECTED, TABLES, name="demo.so", is_extension=dice.random() < 0.8)
        slowest_s = max(slowest_s, time.perf_counter() - started)

    assert slowest_s < SLOWEST_S
