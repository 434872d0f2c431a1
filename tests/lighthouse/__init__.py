"""Lighthouse against a running demonstration: ``python -m tests.lighthouse`` (see ``__main__.py``)."""
