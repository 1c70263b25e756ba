"""The guardian's own program: started by its path, alone, without site-packages; see `guardian`.

Without arguments it reads lines: `+GROUP START` (watch this process group), `-GROUP` (forget it). When its input ends,
which is when the orchestrator ends however it ends, it ends what is still watched: first politely, so that `make` takes
away what it has half written, two seconds later not.

With arguments it is how children start: it writes the line of its own group into the pipe and becomes the program. It
holds the pipe open till then: so an orchestrator that is killed between the fork and the line is no way out.

Imports nothing of the package, and little else: it has to be there at once.
"""

import os
import sys
import time

try:
    # All that `signal` wraps in enumerations, which take longer to load than Python takes to start.
    import _signal as signal  # type: ignore[import-not-found]
except ImportError:
    import signal

if sys.platform == "win32":
    import subprocess

_GRACE_S = 2.0
_POLL_S = 0.05


def main() -> None:
    """Watch until the input ends, then end what is left."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    watched: dict[int, str] = {}
    for line in sys.stdin.buffer:
        group, _, start = line[1:].decode().strip().partition(" ")
        if line[:1] == b"+":
            watched[int(group)] = start
        else:
            watched.pop(int(group), None)
    # A leader that is gone may have left its group behind; one that started at another time is somebody else's.
    _end([group for group, start in watched.items() if start_of(group) in ("", start)])
    os._exit(0)  # somebody waits, and there is nothing to tidy


def become(descriptor: int, lc_ctype: str, path: str, argv: list[str]) -> None:
    """Tell the guardian of this process, which leads its group, and become the program at `path`.

    The program gets what the launcher got: the signals that Python ignores are heard again, and LC_CTYPE, which Python
    sets in the C locale (PEP 538), is again `lc_ctype`: `=` and its value, or empty if there was none.
    """
    try:
        os.write(descriptor, f"+{os.getpid()} {start_of(os.getpid())}\n".encode())
    except OSError:
        sys.stderr.write("wheelmatrix: the guardian is gone\n")
    os.close(descriptor)
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.environ.pop("LC_CTYPE", None)
    if lc_ctype:
        os.environ["LC_CTYPE"] = lc_ctype[1:]
    try:
        os.execve(path, argv, os.environ)  # noqa: S606  # becoming the program is the purpose
    except OSError as error:
        sys.stderr.write(f"{path} cannot be started: {error.strerror}\n")
        raise SystemExit(126 if isinstance(error, PermissionError) else 127) from None


def start_of(pid: int) -> str:
    """Return when a process started, in clock ticks since boot; empty: it is gone, or this system does not say.

    Source: proc_pid_stat(5), field 22.
    """
    fields = _stat(pid)
    return fields[19].decode() if fields else ""


if sys.platform == "win32":

    def _end(groups: list[int]) -> None:
        for group in groups:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(group)], check=False)

else:

    def _end(groups: list[int]) -> None:
        began_s = time.monotonic()
        left = [group for group in groups if _sent(group, signal.SIGTERM)]
        while left and time.monotonic() - began_s < _GRACE_S:
            time.sleep(_POLL_S)
            left = [group for group in left if group_lives(group)]
        for group in left:
            _sent(group, signal.SIGKILL)

    def group_lives(group: int) -> bool:
        """Return whether a process group has a member that runs.

        The dead count for the system until somebody reaps them, which takes seconds under a container's own init, or
        for ever without one: where /proc tells them apart they are not waited for.
        Source: proc_pid_stat(5): state is field 3, the process group field 5.
        """
        if not _sent(group, 0):
            return False
        if sys.platform != "linux":
            return True
        try:
            pids = [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208  # no pathlib here
        except OSError:
            return True
        members = (fields for fields in map(_stat, pids) if fields and int(fields[2]) == group)
        return any(fields[0] not in (b"Z", b"X") for fields in members)

    def _sent(group: int, number: int) -> bool:
        """Send a signal; False: there is no such group, or (macOS) none but its dead."""
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _stat(pid: int) -> list[bytes]:
    """Return the fields of a process from the third on; the second, its name, may hold blanks and parentheses."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123  # pathlib would double the start-up time
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        become(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
