"""The hooks of PEP 517 and PEP 660; the package above has them as attributes: `build-backend = "wheelmatrix"`."""

import gc

from wheelmatrix.garbage import THRESHOLD

gc.set_threshold(THRESHOLD)  # every hook is a process of its own
