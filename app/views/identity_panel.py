"""Whether a teacher's year can be transferred to another platform: the four particulars that must agree (IDENTITY).

What another platform holds is seen only when data of both meet, at an import; here stands what is known of ours.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app.domain.identity import IDENTITY_SOURCE, Particular, missing_particulars
from app.models import Teacher
from app.views import labels

# Who has a subject to state: a librarian or a laboratory keeper has none.
TEACHING = ("full_time", "teaching_research")


def values(teacher: Teacher) -> dict[str, Any]:
    """The panel's template values: a row for each of the four, and which of them are missing."""
    # No number is kept whose check digit is wrong, so that the masked one says as much as the whole.
    stated = {
        Particular.NAME: teacher.name,
        Particular.ID_NUMBER: teacher.id_number_masked,
        Particular.SUBJECT: teacher.subject or "",
        Particular.TITLE: teacher.title,
    }
    teaches = teacher.post in TEACHING
    missing = missing_particulars(stated, teaches=teaches)
    titles = labels.words_of("teacher", "title")
    notes = {
        Particular.ID_NUMBER: gettext("check digit right"),
        Particular.SUBJECT: "" if teaches or teacher.subject else gettext("not needed for this post"),
    }
    words = {
        Particular.NAME: gettext("Name"),
        Particular.ID_NUMBER: gettext("ID number"),
        Particular.SUBJECT: gettext("Subject taught"),
        Particular.TITLE: gettext("Professional title"),
    }
    return {
        "rows": [
            {
                "label": words[one],
                "value": str(titles.get(stated[one], stated[one])) if one is Particular.TITLE else stated[one],
                "note": notes.get(one, ""),
                "is_missing": one in missing,
            }
            for one in Particular
        ],
        "missing": [words[one] for one in missing],
        "source": IDENTITY_SOURCE,
    }
