"""The hooks of PEP 517 and PEP 660; the package above has them as attributes: `build-backend = "wheelmatrix"`."""

import atexit
import gc

from wheelmatrix.garbage import THRESHOLD

# Every hook is a process of its own, which does little more than to load modules. At its end they are left to the
# system: to take them apart costs a fifth of a hook.
gc.set_threshold(THRESHOLD)
atexit.register(gc.freeze)
