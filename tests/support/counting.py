"""What somebody does by hand, counted: clicks, entries, changes of tab."""

from __future__ import annotations

import re
from collections import Counter


class Clock:
    """Counts what somebody does by hand, in whichever window."""

    def __init__(self, page):
        self.page = page
        self.clicks_in, self.entries_in = Counter(), Counter()
        self.changes_of_tab = 0

    @property
    def clicks(self):
        return self.clicks_in.total()

    @property
    def entries(self):
        return self.entries_in.total()

    def also(self, *, clicks=0, entries=0):
        """Count what the test does otherwise, or what only Microsoft's page asks for."""
        self.clicks_in[self.page] += clicks
        self.entries_in[self.page] += entries

    def click(self, selector):
        self.also(clicks=1)
        self.page.click(selector)

    def press(self, name, role="button"):
        self.also(clicks=1)
        pattern = re.compile(name)
        self.page.get_by_role(role, name=pattern).first.click()

    def enter(self, selector, text):
        self.also(entries=1)
        self.page.fill(selector, text)

    def paste(self, selector, *, and_wait=True):
        """Paste what was copied last. There is one clipboard."""
        self.also(entries=1)
        self.page.focus(selector)
        before = self.page.input_value(selector)
        self.page.keyboard.press("Control+V")
        if not and_wait:  # The page goes on by itself.
            return
        # The browser pastes after it has told of the key.
        self.page.wait_for_function(
            "before => document.activeElement.value !== before", arg=before
        )

    def change_to(self, page):
        self.changes_of_tab += 1
        self.page = page
        page.bring_to_front()
