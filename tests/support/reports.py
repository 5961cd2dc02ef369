"""Reports of errors, and the secrets that they might tell."""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from pathlib import Path

from django.db import transaction
from django.views.debug import get_exception_reporter_class

import entra_scim
from entra_scim.connection import calls

KEEPERS = tuple(
    str(Path(entra_scim.__file__).parent / name)
    for name in (
        "backends.py",
        "connection/",
        "oidc/",
        "scim/authentication.py",
        "tab/",
    )
)
"""The code that has a secret in its hands."""


TAKES_THE_CODE = {
    (str(Path(entra_scim.__file__).parent / "oidc" / file), name)
    for file, name in (("callback.py", "setup"), ("answers.py", "take"))
}
"""Before that, the code is in the URL of the request, for those who report that."""


NEW_KEY = re.compile(r"entra_scim_[0-9A-Za-z]{49}")


PASSWORD = "the password of the Admin"


ALL_CALLS = bool(os.environ.get("REPORT_ALL_CALLS"))
"""Whether each call of a request fails, which takes minutes."""


def is_ours():
    """Tell whether it is a request's thread, and not one of the local Entra's."""
    thread = threading.current_thread()
    return thread is threading.main_thread() or (
        getattr(thread, "_target", None) is calls.exchange
    )


class Failure(Exception):
    """What no code foresees."""


class Tracer:
    """Sees which calls a request makes, and lets one of them fail."""

    def __init__(self, secrets, fails_at=None):
        self.secrets = secrets
        self.fails_at = fails_at
        self.calls = {}
        self.is_below = False

    def __enter__(self):
        self.before = sys.gettrace(), threading.gettrace()
        threading.settrace(self)
        sys.settrace(self)
        return self

    def __exit__(self, *error):
        before, before_in_threads = self.before
        sys.settrace(before)
        threading.settrace(before_in_threads)

    def __call__(self, frame, event, argument):
        caller, code = frame.f_back, frame.f_code
        if event != "call" or caller is None or not is_ours():
            return
        self.is_below |= code.co_filename.startswith(KEEPERS) and (
            (code.co_filename, code.co_name) not in TAKES_THE_CODE
        )
        outside = ("/django/test/", "/django/http/", "importlib")
        if not self.is_below or any(
            part in caller.f_code.co_filename for part in outside
        ):
            return
        call = (caller.f_code.co_filename, caller.f_code.co_name, code.co_qualname)
        if call == self.fails_at:
            raise Failure
        if call in self.calls or code.co_filename == __file__:
            return
        # A transaction or a context that cannot end spoils this test or a later one,
        # and has no secret; what clears the variables calls nothing before it does;
        # and a look-up in what was posted does not fail.
        endings = ("Atomic.", "_GeneratorContextManager.__exit__")
        if code.co_qualname.startswith(
            (*endings, "without_variables.", "MultiValueDict.")
        ):
            return
        if call[0].startswith(KEEPERS) or self.has_secret(frame.f_locals.values()):
            self.calls[call] = frozenset(functions_above(caller))

    def has_secret(self, values):
        return any(self.is_secret(value) for value in values)

    def is_secret(self, value):
        if type(value) in (dict, list, tuple):
            inner = value.values() if type(value) is dict else value
            return any(
                self.is_secret(one) for one in inner if type(one) in (str, bytes)
            )
        if type(value) is bytes:
            value = value.decode(errors="replace")
        return type(value) is str and any(one in value for one in self.secrets())


def functions_above(frame):
    """Yield the functions whose variables a report of a failure would read."""
    while frame is not None and frame.f_code.co_filename != __file__:
        yield frame.f_code
        frame = frame.f_back


def telling(calls):
    """Return calls that between them fail below each function once, late in its run.

    By then it holds most of its variables. The same ones in each run: a function that
    tells a secret does so in all of them, or the test means nothing.
    """
    chosen, seen = [], set()
    for call, functions in reversed(calls.items()):
        if not functions <= seen:
            chosen.append(call)
            seen |= functions
    return chosen


def shown(value):
    try:
        return repr(value)
    except Exception:  # half made, when the failure came
        return ""


def pages_of(settings, request, *error):
    """Return what Django shows and mails."""
    reporter = get_exception_reporter_class(request)(request, *error)
    settings.DEBUG = True
    yield reporter.get_traceback_html()
    settings.DEBUG = False
    yield reporter.get_traceback_text()
    settings.DEBUG = True


def variables_of(frames):
    """Return what other services read themselves: the variables of all frames."""
    while frames is not None:
        if frames.tb_frame.f_code.co_filename != __file__:
            for value in frames.tb_frame.f_locals.values():
                yield shown(value)
        frames = frames.tb_next


def assert_no_report_tells(begin, perform, secrets, settings):
    """Let each call of a request fail in turn.

    ``begin`` prepares the request and is not traced; ``secrets`` returns what it has
    to hide.
    """
    caught, rendered = [], []

    class Catcher(logging.Handler):
        def emit(self, record):
            sys.settrace(None)
            if record.exc_info:
                request = getattr(record, "request", None)
                caught.append((request, *record.exc_info))

    def run(fails_at=None):
        caught.clear()
        with transaction.atomic():
            begin()
            with Tracer(secrets, fails_at) as tracer:
                perform()
            hidden = secrets()
            for request, *error in caught:
                reports = [*variables_of(error[2])]
                # The rest of a page is the same for all, and takes long to make.
                if len(rendered) < 3 or fails_at[0].endswith("callback.py"):
                    reports += pages_of(settings, request, *error)
                    rendered.append(fails_at)
                for report in reports:
                    found = [one for one in hidden if one in report]
                    assert not found, (fails_at, found)
                    assert not NEW_KEY.search(report), fails_at
            transaction.set_rollback(True)
        return tracer.calls

    catcher = Catcher()
    logging.getLogger().addHandler(catcher)
    try:
        run()  # what is made once is made
        calls = run()
        assert caught == []
        for call in calls if ALL_CALLS else telling(calls):
            run(call)
        assert len(rendered) >= 3
    finally:
        logging.getLogger().removeHandler(catcher)
