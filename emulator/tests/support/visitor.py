"""A browser without a window, which reads pages and posts their forms."""

from __future__ import annotations

import html.parser
import re
from urllib.parse import urljoin

import requests


class Form:
    """A form of a page: where it leads, what is in it, and its buttons by label."""

    def __init__(self, attributes):
        self.method = attributes.get("method", "get")
        self.fields = {}
        self.names = set()
        self.buttons = {}


class Page(html.parser.HTMLParser):
    """What a page shows, and the forms on it."""

    def __init__(self, response):
        super().__init__()
        self.status = response.status_code
        self.url = response.url
        self.headers = response.headers
        self.html = response.text
        self.forms = []
        self._form = self._button = self._select = self._area = None
        self.feed(self.html)
        hidden = r"<(title|datalist)\b.*?</\1>|<nav id=.*?</nav>"
        visible = re.sub(hidden, " ", self.html, flags=re.S)
        self.text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", visible)).split())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name, value = attributes.get("name"), attributes.get("value") or ""
        if tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button":
            self._button = {"name": name, "value": value, "text": ""}
            self._button["label"] = attributes.get("aria-label")
        elif tag == "select":
            self._form.names.add(name)
            self._select = name
        elif tag == "textarea":
            self._form.names.add(name)
            self._form.fields[name] = ""
            self._area = name
        elif tag == "option" and self._select:
            if "selected" in attributes or self._select not in self._form.fields:
                self._form.fields[self._select] = value
        elif tag == "input" and name:
            self._form.names.add(name)
            if attributes["type"] in ("checkbox", "radio"):
                if "checked" in attributes:
                    self._form.fields.setdefault(name, []).append(value or "on")
            else:
                self._form.fields[name] = value

    def handle_data(self, data):
        if self._button:
            self._button["text"] += data
        elif self._area:
            self._form.fields[self._area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "button" and self._button:
            label = self._button["label"] or self._button["text"].strip()
            self._form.buttons[label] = self._button
            self._button = None


class Visitor:
    """Somebody's browser at the portal: opens pages, fills forms, presses buttons."""

    def __init__(self, url, language="en"):
        self.url = url
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language
        self.page = None

    def open(self, path):
        """Go to a path of the portal."""
        self.page = Page(self.session.get(urljoin(self.url, path), timeout=20))
        return self.page

    def press(self, button, files=None, **typed):
        """Fill in the form that has a button, press it, and return the next page."""
        form = next(form for form in self.page.forms if button in form.buttons)
        assert typed.keys() <= form.names, form.names
        data = {**form.fields, **typed}
        chosen = form.buttons[button]
        if chosen["name"]:
            data[chosen["name"]] = chosen["value"]
        data = {name: value for name, value in data.items() if value is not None}
        if form.method == "get":
            response = self.session.get(
                self.page.url.partition("?")[0], params=data, timeout=20
            )
        else:
            response = self.session.post(
                self.page.url,
                data,
                files=files,
                headers={"Origin": self.url},
                timeout=20,
            )
        self.page = Page(response)
        assert self.page.status == 200, self.page.text
        return self.page
