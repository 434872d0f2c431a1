"""The demonstration: an invented city of teachers, deterministic for a seed, a size and a day.

Nothing here is imported by the application itself; only ``flask demo load`` and the tests do. Rows are written in
bulk past the services, so everything that a service would have worked out is worked out by the same functions.
"""
