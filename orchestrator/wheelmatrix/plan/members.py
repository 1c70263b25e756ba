"""What the library and the programs of a build are called in the wheel."""

from wheelmatrix.bindings import BINDINGS
from wheelmatrix.model import Project, Target
from wheelmatrix.pack.names import dist_info_name
from wheelmatrix.plan.abis import Bound
from wheelmatrix.platforms import extension_suffix, library_name, stable_suffix
from wheelmatrix.project.layout import extension_name, generated_folder


def extension_of(lead: Bound, project: Project) -> str:
    """Return the library's name in the wheel; empty if there is none."""
    facts = BINDINGS[project.crate.bindings]
    if facts.is_module:
        return extension_name(project.module_name, project.is_mixed, _suffix(lead))
    if not facts.is_library:
        return ""
    folder = generated_folder(project.module_name, project.is_mixed)
    own = project.uniffi.library if project.uniffi else folder.rpartition("/")[2]
    return f"{folder}/{library_name(lead.cell.target, own)}"


def programs_of(target: Target, project: Project) -> dict[str, str]:
    """Return each program with its name in the wheel: installers put what is in `scripts` on the path."""
    folder = f"{dist_info_name(project.metadata.name, project.metadata.version)}.data/scripts"
    suffix = ".exe" if target.os == "windows" else ""
    return {name: f"{folder}/{name}{suffix}" for name in project.crate.programs}


def _suffix(lead: Bound) -> str:
    """Return the library's suffix; a Python that is here and is what will import it knows best."""
    installed = lead.cell.installed
    if lead.abi.kind in ("abi3", "abi3t"):
        return stable_suffix(lead.abi.kind, lead.cell.target)
    if installed is not None and installed.ext_suffix:
        return installed.ext_suffix
    return extension_suffix(lead.abi.interpreter, lead.cell.target)
