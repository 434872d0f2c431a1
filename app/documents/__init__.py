"""Printed papers: frozen plain values in, PDF bytes out.

Here live the certificate, the activation slip, their words, their fonts and the fetcher that admits bundled files only.
Nothing here knows a table, a request, a clock or a translation catalogue: what a paper says is an argument.
"""
