"""A page may ask for bundled files only: no file of the server is read, no host called, whatever the HTML says."""

import socket
import threading
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.documents.assets import BASE_URL, AssetRefused, BundledAssets, to_pdf
from app.documents.certificate import page, render

WAYS_IN = [
    '<img src="{}">',
    '<link rel="stylesheet" href="{}">',
    '<style>@import url("{}");</style>',
    '<style>p {{ background: url("{}") }}</style><p>a</p>',
    '<style>li {{ list-style-image: url("{}") }}</style><ul><li>a</li></ul>',
    '<style>p::before {{ content: url("{}") }}</style><p>a</p>',
    '<style>@font-face {{ font-family: f; src: url("{}") }} p {{ font-family: f }}</style><p>a</p>',
    '<link rel="attachment" href="{}">',
    '<a rel="attachment" href="{}">a</a>',
    '<object data="{}">a</object>',
    '<embed src="{}">',
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    '<image xlink:href="{}" width="9" height="9"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="{}#a"/></svg>',
]


@pytest.fixture
def listener():
    """A server on loopback that counts who calls."""
    calls: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    closing = threading.Event()

    def answer() -> None:
        while not closing.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            with caller:
                calls.append(caller.recv(200))
                caller.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/canary.css", calls
    closing.set()
    thread.join()
    server.close()


@pytest.mark.parametrize("way", WAYS_IN)
def test_no_file_is_read_whatever_the_page_says(tmp_path, way):
    secret = tmp_path / "secret.txt"
    secret.write_text("p { color: red } CANARY-7F3A")
    for address in (
        secret.as_uri(),
        secret.as_uri().replace("file:", "FILE:"),
        f"file://localhost{secret}",
        str(secret),
    ):
        try:
            pdf = to_pdf(f"<html><body>{way.format(address)}</body></html>")
        except AssetRefused:
            continue
        assert _harmless(pdf, b"CANARY-7F3A")


@pytest.mark.parametrize("way", WAYS_IN)
def test_no_host_is_called_whatever_the_page_says(listener, way):
    address, calls = listener
    for form in (address, address.replace("http:", "HTTP:"), address.removeprefix("http:")):
        try:
            to_pdf(f"<html><body>{way.format(form)}</body></html>")
        except AssetRefused:
            continue
    assert calls == []


@pytest.mark.parametrize("way", WAYS_IN[:4])
def test_what_is_refused_stops_the_rendering_rather_than_leaving_a_naked_page(way):
    with pytest.raises(AssetRefused, match=r"file:///etc/hostname"):
        to_pdf(f"<html><body>{way.format('file:///etc/hostname')}</body></html>")


def test_hostile_values_on_a_certificate_fetch_nothing(certificate, listener, tmp_path, printed):
    address, calls = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-7F3A")
    for way in WAYS_IN:
        for target in (address, secret.as_uri()):
            markup = way.format(target)[:200]
            pdf = render([replace(certificate, name=markup, school=markup, policy_source=markup)])
            assert _harmless(pdf, b"CANARY-7F3A")
    assert calls == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "http://127.0.0.1/", "https://bundled.invalid/",
        BASE_URL + "certificates/../../config.py",
        BASE_URL + "certificates/certificate.css?x", BASE_URL + "certificates/certificate.html", "data:text/css,p{}",
        "ftp://127.0.0.1/a", "HTTPS://bundled.invalid/certificates/certificate.css", "",
    ],
)  # fmt: skip
def test_only_exact_addresses_are_admitted(address):
    with pytest.raises(ValueError, match="not bundled"):
        BundledAssets().fetch(address)


def test_bundled_files_are_answered_as_style_sheets():
    for name in ("certificates/certificate.css", "slips/slips.css"):
        answer = BundledAssets()(BASE_URL + name)
        assert answer.content_type == "text/css" and b"@page" in answer.read()


def test_a_certificate_asks_for_its_style_sheet_alone(certificate):
    html = page([certificate])
    assert html.count("href=") == 1 and "src=" not in html and "style=" not in html and "<script" not in html


def _harmless(pdf: bytes, canary: bytes) -> bool:
    reader = PdfReader(BytesIO(pdf))
    streams = [
        thing.get_data()
        for thing in (reader.get_object(at) for at in range(1, len(reader.xref[0]) + 1))
        if hasattr(thing, "get_data")
    ]
    return not reader.attachments and canary not in pdf and all(canary not in stream for stream in streams)
