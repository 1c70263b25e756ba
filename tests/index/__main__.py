"""`python -m tests.index [--latency S] [--light]`: the index as a process of its own.

Prints its URLs as a line of JSON, serves until its input ends, and prints what it saw as another.
"""

import argparse
import json
import sys

from tests.index.fake import FakeIndex
from tests.index.script import late


def main() -> None:
    """Serve the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.index", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, metavar="S", help="seconds before each file's answer")
    parser.add_argument("--light", action="store_true", help="keep no bytes and compute no digests")
    asked = parser.parse_args()
    script = {"*": [late(asked.latency)]}
    with FakeIndex(script, keeps_bytes=not asked.light, hashes=not asked.light, most_bytes=4 << 30) as index:
        print(json.dumps({"upload": index.upload_url, "simple": index.simple_url}), flush=True)
        sys.stdin.read()
        told = {
            "files": len(index.stored),
            "file_bytes": sum(file.size_bytes for file in index.stored.values()),
            "posts": len(index.posts),
            "reads": len(index.reads),
            "connections": index.connections,
            "most_in_flight": index.most_in_flight,
        }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
