"""Filters as Entra writes them, and as RFC 7644 does."""

from __future__ import annotations

import json
import re

_STRING = r'"(?:\\.|[^"\\])*"'
_OPERATOR = "(?:eq|ne|co|sw|ew|gt|ge|lt|le)"
_SELECTED_COMPARISON = re.compile(
    rf"(?P<string>{_STRING})"
    rf"|(?P<attribute>[\w:.-]+)\[(?P<selection>(?:{_STRING}|[^\]\"])*)\]"
    rf"(?:\.(?P<part>\w+))?\s+(?P<comparison>pr\b|{_OPERATOR}\s+(?:{_STRING}|[^\s()\[\]]+))",
    re.IGNORECASE,
)
_BARE_VALUE = re.compile(
    rf"(?P<string>{_STRING})"
    r"|(?P<left>\b(?:id|externalId|userName|manager)\s+eq\s+)"
    r"(?!'|(?:true|false|null|-?[\d.]+)(?![^\s()]))(?P<value>[^\s\"()\[\]]+)",
    re.IGNORECASE,
)


def normalize_filter(text: str) -> str:
    """Return a filter of Entra's in the grammar of RFC 7644 §3.4.2.2.

    Anything else stays as it is, for the parser to judge.
    """
    return _with_quotes(_with_selections(text))


def _with_selections(text: str) -> str:
    """Write ``emails[type eq "work"].value eq "x"`` as the standard does.

    Entra asks so where an e-mail address is the matching attribute, and leaves out
    ``.value`` where a mapping made by Microsoft's tutorial does. The filters of
    RFC 7644 have the comparison inside: ``emails[type eq "work" and value …]``.
    """

    def rewritten(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match["string"]
        comparison = f"{match['part'] or 'value'} {match['comparison']}"
        return f"{match['attribute']}[({match['selection']}) and {comparison}]"

    return _SELECTED_COMPARISON.sub(rewritten, text)


def _with_quotes(text: str) -> str:
    """Quote the value of ``externalId eq jyoung``, as Entra once sent it.

    Microsoft's older samples have it so, for what Entra matches people by.
    """

    def quoted(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match["string"]
        return match["left"] + json.dumps(match["value"])

    return _BARE_VALUE.sub(quoted, text)
