"""Workbooks and platform files: layouts, reading, row errors. Knows words and columns, decides nothing about people."""
