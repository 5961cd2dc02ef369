"""As much of ``az rest`` as the script uses, for the suite: it proves nothing of az.

``python az.py rest --method GET --url …``, see ``az rest --help``. What it writes to
stderr is what Azure's command line writes.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit


def main(given):
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["rest"])
    parser.add_argument("--only-show-errors", action="store_true")
    parser.add_argument("--skip-authorization-header", action="store_true")
    for name in ("method", "url", "output-file", "headers"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--body")
    options = parser.parse_args(given)
    url = urlsplit(options.url)
    connection = http.client.HTTPConnection(url.netloc)
    try:
        connection.request(
            options.method,
            options.url.partition(url.netloc)[2],
            body=options.body and content(options.body),
            headers=json.loads(content(options.headers)),
        )
        response = connection.getresponse()
        text = response.read()
    except OSError as error:
        sys.exit(f"ERROR: {error}")
    if response.status >= 400:
        sys.exit(f"ERROR: {response.reason}({text.decode()})")
    Path(options.output_file).write_bytes(text)


def content(argument):
    """Return what an argument means that names a file."""
    assert argument.startswith("@"), "Bodies and headers go by files."
    return Path(argument[1:]).read_bytes()


if __name__ == "__main__":
    main(sys.argv[1:])
