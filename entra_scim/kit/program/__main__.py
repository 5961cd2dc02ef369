"""Run the steps with Azure's command line, as ``python3 <folder> [--check] …``."""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import subprocess
import sys
import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .graph import NO_ANSWER, Graph, Refusal
from .run import Notebook, Options, Run, Stop
from .steps import take_back, walk

_STATUS = {status.phrase: status.value for status in HTTPStatus}
_LONGEST = 400
_NOT_SIGNED_IN = re.compile(r"az login|AADSTS\d+|refresh token", re.IGNORECASE)


class AzureCli:
    """Sends requests to Graph with ``az rest``, as the person signed in with ``az login``.

    Or with a token, for a directory where Azure's command line may not do all of it.
    Bodies and headers go by files: what is on a command line, other processes see.
    """

    def __init__(self, graph: str, folder: Path, token: str) -> None:
        self._graph = graph
        self._folder = folder
        self._token = token

    def __call__(self, method: str, path: str, body: Any) -> dict[str, Any]:
        answer = self._folder / "answer.json"
        answer.unlink(missing_ok=True)
        command = ["az", "rest", "--only-show-errors", "--method", method]
        command += ["--url", f"{self._graph}/v1.0{path}"]
        command += ["--output-file", str(answer)]
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
            command.append("--skip-authorization-header")
        command += ["--headers", f"@{self._file('headers.json', headers)}"]
        if body is not None:
            command += ["--body", f"@{self._file('body.json', body)}"]
        # The command is az with arguments of our own, and no shell is between.
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            raise _refusal(done.stderr)
        text = answer.read_text("utf-8").strip() if answer.exists() else ""
        document: dict[str, Any] = json.loads(text) if text else {}
        return document

    def _file(self, name: str, document: Any) -> Path:
        path = self._folder / name
        path.write_text(json.dumps(document), "utf-8")
        return path


def _refusal(text: str) -> Refusal:
    """Return what ``az rest`` said: a reason phrase, and Graph's answer in brackets.

    Whatever else it says, such as where in its own code a connection failed, is cut
    to the line that says what happened.
    """
    said = re.search(r"ERROR: ([A-Z][A-Za-z' -]+)\((.*)\)\s*$", text, re.DOTALL)
    if said and said.group(1) in _STATUS:
        return Refusal(_STATUS[said.group(1)], _message(said.group(2)))
    errors = re.findall(r"^ERROR: (.+)$", text, re.MULTILINE) or [text.strip()]
    if errors[-1].strip() in _STATUS:
        return Refusal(_STATUS[errors[-1].strip()], "")
    is_sign_in = _NOT_SIGNED_IN.search(text)
    return Refusal(401 if is_sign_in else NO_ANSWER, errors[-1][:_LONGEST])


def _message(answer: str) -> str:
    try:
        error = json.loads(answer)["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return answer[:_LONGEST]


def notebook_in(folder: Path) -> Notebook:
    """Return a notebook that keeps its pages as files in a folder."""

    def path_of(name: str) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def keep(name: str, document: dict[str, Any]) -> str:
        number = 1
        while (path := path_of(f"{name}-{number}.json")).exists():
            number += 1
        path.write_text(json.dumps(document, indent=2), "utf-8")
        return str(path)

    def first(name: str) -> dict[str, Any] | None:
        path = path_of(f"{name}-1.json")
        if not path.exists():
            return None
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return document

    return Notebook(
        has=lambda name: path_of(name).exists(),
        note=lambda name: path_of(name).touch(),
        forget=lambda name: path_of(name).unlink(missing_ok=True),
        keep=keep,
        first=first,
    )


def secret_from(variable: str, prompt: str) -> str:
    """Return a secret from the environment, or typed without being shown."""
    text = os.environ.get(variable, "")
    if not text and sys.stdin.isatty():
        text = getpass.getpass(prompt)
    return text.strip()


def show_secret(value: str, ends: str) -> None:
    """Show a new client secret at once: if the run stops later, it is not lost."""
    print(f"\n  Client secret (shown once): {value}\n  It expires on:  {ends}\n")


def arguments(plan: dict[str, Any], given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bash entra-….sh",
        description=f"Set up Microsoft Entra for {plan['name']}.",
        epilog="It may be run again: it changes what differs, and nothing else.",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="list what differs and change nothing; the exit code is 1 if anything does",
    )
    parser.add_argument(
        "--app-id", default="", help="use this application, made by hand"
    )
    parser.add_argument("--name", default="", help="name of the application to make")
    parser.add_argument(
        "--undo", action="store_true", help="take back what former runs made, only"
    )
    parser.add_argument("--new-key", action="store_true", help="replace the access key")
    parser.add_argument("--new-secret", action="store_true", help="add a client secret")
    parser.add_argument(
        "--token", action="store_true", help="ask for a Graph token, and use that"
    )
    return parser.parse_args(given)


def main(given: list[str], plan: dict[str, Any]) -> int:
    """Run the steps, and return the exit code: 1 for differences, 2 for trouble."""
    options = arguments(plan, given)
    token = os.environ.get("ENTRA_KIT_TOKEN", "")
    if options.token and not token:
        token = secret_from("ENTRA_KIT_TOKEN", "Microsoft Graph token: ")
    home = Path(os.environ.get("ENTRA_KIT_FOLDER") or Path.home() / "entra-kit")
    with tempfile.TemporaryDirectory() as folder:
        pause = float(os.environ.get("ENTRA_KIT_PAUSE", "5"))
        run = Run(
            plan=plan,
            options=Options(
                check=options.check,
                app_id=options.app_id.strip().lower(),
                name=options.name.strip(),
                new_key=options.new_key,
                new_secret=options.new_secret,
            ),
            graph=Graph(AzureCli(plan["graph"], Path(folder), token), pause, print),
            notebook=notebook_in(home / plan["key"]),
            ask_key=lambda: secret_from(
                "ENTRA_KIT_ACCESS_KEY", "  SCIM access key (Enter keeps a saved one): "
            ),
            say=print,
            show_secret=show_secret,
        )
        try:
            if options.undo:
                take_back(run)
                print(
                    "\nUndone. Empty Connection in the tab, and revoke the key there."
                )
                return 0
            walk(run)
        except Stop as reason:
            print(f"\n{reason}", file=sys.stderr)
            return 2
    return report(run)


def report(run: Run) -> int:
    """Say how it ended, and what to paste where."""
    if run.options.check:
        count = len(run.differences)
        print(
            f"\n{count} differences. Nothing was changed."
            if count
            else "\nNo differences."
        )
        return 1 if count else 0
    print("\nEntra is set up. Paste in the tab, in step 1:")
    print(f"  Application (client) ID: {run.found['appId']}")
    print(f"  Directory (tenant) ID:   {run.found['tenant']}")
    print("Then assign people: Enterprise applications → Users and groups.")
    return 0


if __name__ == "__main__":
    try:
        path = Path(__file__).with_name("plan.json")
        sys.exit(main(sys.argv[1:], json.loads(path.read_text("utf-8"))))
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run this again to go on.")
