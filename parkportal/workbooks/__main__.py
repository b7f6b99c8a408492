"""`python -m parkportal.workbooks PATH < header words as JSON`: reads one file in a process of its own, prints JSON."""

import json
import resource
import sys

from parkportal.workbooks.limits import CPU_SECONDS, MEMORY_BYTES
from parkportal.workbooks.opening import open_file
from parkportal.workbooks.sheets import WorkbookRefused


def main() -> int:
    """Bounds this process, reads the file, prints {"read": …} or {"refused": code}."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        read = open_file(sys.argv[1], json.load(sys.stdin))
        answer = json.dumps({"read": read}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    except WorkbookRefused as refusal:
        answer = json.dumps({"refused": refusal.code}).encode()
    except (MemoryError, RecursionError):
        answer = b'{"refused": "too_big"}'
    sys.stdout.buffer.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
