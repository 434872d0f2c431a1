"""What a view declares for the page of a record, beyond its columns. Mixed into ``SafeModelView``; no rule stands here.

``history_columns``    the fields the record's history tells of; empty: all that its pages show or edit
``history_children``   [Child(Affiliation, "teacher_id", ("school_id", "from_on")), …], rows told with the record
``has_history``        False for records that keep none (the trail itself, jobs)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from app.views.history import Child


class RecordHooks:
    """See the module."""

    history_columns: ClassVar[Sequence[str]] = ()
    history_children: ClassVar[Sequence[Child]] = ()
    has_history = True
