"""The rules of the yearly verification: pure Python, standard library only.

Nothing here knows Flask, a database, a clock or a language. Functions take plain values and return plain
values or raise `Refused` with a code; the words for a code stand in `views/labels.py`.
"""
