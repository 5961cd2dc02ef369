"""A strict Content Security Policy, under which everything must work."""

from __future__ import annotations

POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'"
)


def strict_csp(get_response):
    """Forbid every inline script and style, and everything from elsewhere."""

    def middleware(request):
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return middleware
