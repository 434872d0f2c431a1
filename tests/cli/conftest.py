"""Asking a command by a file, as whoever checks the rules from outside does."""

import json

import pytest
from click.testing import CliRunner


@pytest.fixture
def ask(tmp_path):
    def put(command, question):
        file = tmp_path / "question.json"
        file.write_bytes(question if isinstance(question, bytes) else json.dumps(question).encode())
        return CliRunner().invoke(command, [str(file)])

    return put
