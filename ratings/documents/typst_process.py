"""Compiles one typst document: a program of its own, run by `typst_base`, which reads the order as JSON and answers with the PDF,
or with its pages as PNG files in JSON.

typst keeps what it has compiled in the memory of its process (50 MB for the Anhang, never given back), and a thread cannot be
stopped. So each document has a process that ends with it. It needs no settings and imports nothing of the portal.
"""

import base64
import json
import sys
from typing import Any

import typst


def main() -> int:
    """Write the PDF or the pictures to standard output, or typst's message to standard error and return 1."""
    order = json.load(sys.stdin)
    kind: dict[str, Any] = {"pdf_standards": "ua-1", "timestamp": int(order["timestamp"])}
    if order["dots_per_inch"]:
        kind = {"format": "png", "ppi": order["dots_per_inch"]}
    try:
        compiled = typst.compile(
            str(order["template"]),
            root=str(order["root"]),
            font_paths=[str(order["fonts"])],
            ignore_system_fonts=True,  # the same file on every machine
            sys_inputs=order["inputs"],
            **kind,
        )
    except RuntimeError as error:  # TypstError is one; a missing template is a plain one
        sys.stderr.write(f"{error}\n{getattr(error, 'diagnostic', '')}")
        return 1
    if order["dots_per_inch"]:
        pages = compiled if isinstance(compiled, list) else [compiled]
        json.dump([base64.b64encode(page).decode() for page in pages], sys.stdout)
    else:
        sys.stdout.buffer.write(compiled)
    return 0


if __name__ == "__main__":
    sys.exit(main())
