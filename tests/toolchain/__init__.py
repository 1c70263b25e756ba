"""What tests cross-compile with and run foreign Pythons with, from packages: nothing is installed, root is not needed.

    python -m tests.toolchain DIR --std aarch64-unknown-linux-gnu --python cp311-aarch64 cp311-win_amd64

prints JSON: the Rust toolchain, and per Python the `executable` (a script that starts it as any other), the `command`
that it runs and the `env` to set with it. What DIR holds already is left alone, so a second run only prints. Needs apt,
any Debian on x86_64 and its archive keys; for Rust's std also cargo and crates.io, for Windows PyPI and ziglang.
"""

from tests.toolchain.box import PYTHONS, provide
from tests.toolchain.cache import Unavailable, default_directory
from tests.toolchain.pythons import Unpacked
from tests.toolchain.rust import TRIPLES, Rust, rust

__all__ = ["PYTHONS", "TRIPLES", "Rust", "Unavailable", "Unpacked", "default_directory", "provide", "rust"]
