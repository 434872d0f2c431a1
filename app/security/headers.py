"""Response headers of every answer: a strict policy for content, no sniffing, no framing, no caching.

Scripts need the request's nonce or come from our own host; styles come from our own host only.
"""

from __future__ import annotations

import mimetypes
import secrets

from flask import Flask, Response, g, request

# The browser's own PDF viewer shows evidence inside our page, so our host may frame itself.
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)

# A worker is held by its own answer's policy, not by its page's. The one that reads PDFs (a released file, nothing of
# ours) decodes JPEG 2000, as scanners write it, by WebAssembly; it may fetch from here, and do nothing else.
PDF_WORKER = "/vendor/pdfjs/pdf.worker.min.mjs"
PDF_WORKER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def csp_nonce() -> str:
    """This request's nonce, for the script tags of its page."""
    nonce: str | None = getattr(g, "csp_nonce", None)
    if nonce is None:
        nonce = g.csp_nonce = secrets.token_urlsafe(16)
    return nonce


def _add(response: Response) -> Response:
    headers = response.headers
    if request.endpoint == "static" and request.path.endswith(PDF_WORKER):
        headers["Content-Security-Policy"] = PDF_WORKER_POLICY
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=csp_nonce()))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "SAMEORIGIN")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(self)")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint != "static" and not request.path.startswith("/static/"):
        # Pages show people's records; no shared computer in a staff room keeps them.
        headers["Cache-Control"] = "no-store"
    return response


def init_headers(app: Flask) -> None:
    """Add the headers to every response and ``csp_nonce`` to every template."""
    # Unsniffed, a module runs only under its own type, and not every system knows this ending.
    mimetypes.add_type("text/javascript", ".mjs")
    app.after_request(_add)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
