"""The sentence for everything that can be wrong with a file or a row: what is wrong, and what to do.

In the language of whoever asks. Codes come from ``domain/errors.py``, ``services/refusals.py``,
``import_rows.RowFault`` and ``workbook.FileFault``; a test holds that each that can occur has one here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.errors import Code
from app.exchange.layouts import Layout
from app.exchange.workbook import FileFault, FileRefused
from app.services.import_rows import Fault, RowFault
from app.services.refusals import No

FILE_WORDS: dict[str, Any] = {
    FileFault.EMPTY: _("The file is empty. Choose the file again."),
    FileFault.TOO_LARGE: _("The file is larger than %(most)s MB. Split it and import the parts."),
    FileFault.TYPE: _("This is neither an xlsx workbook nor a CSV file. Save it as one of these."),
    FileFault.OLD_FORMAT: _("The workbook has the old xls format or a password. Save it as xlsx without a password."),
    FileFault.ENCODING: _("The text cannot be read. Save the CSV as UTF-8 or GB 18030, or save it as xlsx."),
    FileFault.DAMAGED: _("The file is damaged. Open it in Excel or WPS, save it again and choose it again."),
    FileFault.MACROS: _("The workbook holds macros. Save it as xlsx without macros."),
    FileFault.HOSTILE: _("The workbook holds declarations that no spreadsheet program writes. It was not opened."),
    FileFault.BOMB: _("The workbook unpacks to more than can be read. Copy the rows into a new workbook."),
    FileFault.SLOW: _("The workbook takes too long to read. Copy the rows into a new workbook, or split it."),
    FileFault.ROWS: _("The file has more than %(most)s rows. Split it and import the parts."),
    FileFault.COLUMNS: _("The sheet has more than %(most)s columns. Copy the wanted ones into a new workbook."),
    FileFault.NO_SHEET: _("The workbook has no visible sheet."),
    FileFault.NO_ROWS: _("There are headings but no rows below them."),
    FileFault.HEADINGS_MISSING: _("The first row must hold the headings. Missing: %(headings)s"),
    FileFault.HEADING_TWICE: _("The heading %(heading)s stands there twice. Delete one of the columns."),
}

ROW_WORDS: dict[str, Any] = {
    RowFault.REQUIRED: _("must be filled in"),
    RowFault.FORMULA_EMPTY: _("is a formula without a value; paste the value"),
    RowFault.FORMULA_IDENTITY: _("must not be a formula; paste it as text"),
    RowFault.ERROR_VALUE: _("is an error value of the sheet; correct it"),
    RowFault.MERGED: _("lies under a merged cell; unmerge it and fill in every row"),
    RowFault.NUMBER_ROUNDED: _(
        "was stored as a number, of which Excel keeps 15 digits; format the column as text and type it again"
    ),
    RowFault.NOT_TEXT: _("must be text"),
    RowFault.WORD_UNKNOWN: _("is not in the list; possible: %(words)s"),
    RowFault.TOO_LONG: _("is longer than %(most)s characters"),
    RowFault.NOT_A_DATE: _("is not a date; write it as 2019-09-01"),
    RowFault.DATE_FUTURE: _("is later than today; check the year"),
    RowFault.PHONE: _("is not a telephone number"),
    RowFault.ROW_TWICE: _("is the same as in row %(row)s; delete one of them"),
    RowFault.SCHOOL_UNKNOWN: _("is no school you keep the register of; check the code"),
    RowFault.SCHOOL_CLOSED: _("belongs to %(name)s, which is closed"),
    RowFault.DISTRICT_UNKNOWN: _("is no registered district"),
    RowFault.BUREAU_MISSING: _("names the bureau of %(name)s, which is not registered; register it first"),
    RowFault.CENTRE_MISSING: _("names the municipal training centre, which is not registered; register it first"),
    RowFault.SERIES_UNFIT: _(
        "cannot change: hours of %(year)s are registered as “%(category)s”, which the policy of that series "
        "does not know"
    ),
    RowFault.TEACHER_ELSEWHERE: _("is registered at another school; ask the city administrator to move the teacher"),
    RowFault.TEACHER_UNKNOWN: _("and the name together are no registered teacher; check both"),
    RowFault.NAME_DIFFERS: _(
        "is “%(theirs)s” in the file and “%(ours)s” in the register, for the same ID number; the two must "
        "agree (%(rule)s)"
    ),
    RowFault.ACTIVITY_UNKNOWN: _("is no activity of yours; check the number"),
    Code.ID_LENGTH: _("must have 18 characters, this has %(length)s"),
    Code.ID_CHARACTERS: _("must be 17 digits and a digit or X"),
    Code.ID_DATE_IMPOSSIBLE: _("holds a date of birth that does not exist"),
    Code.ID_DATE_FUTURE: _("holds a date of birth that is yet to come"),
    Code.ID_CHECK_DIGIT: _("has a wrong check digit; compare it with the document"),
    Code.NAME_EMPTY: _("must be filled in"),
    Code.NAME_TOO_LONG: _("is longer than %(limit)s characters"),
    Code.NAME_CHARACTERS: _("holds invisible characters; type it again"),
    Code.SCHOOL_CODE: _("must be 10 digits"),
    Code.DISTRICT_CODE: _("must be the 6 digits of a district"),
    Code.HOURS_NOT_A_NUMBER: _("is not a number of hours"),
    Code.HOURS_NOT_POSITIVE: _("must be more than 0"),
    Code.HOURS_NEGATIVE: _("must not be negative"),
    Code.HOURS_TOO_MANY: _("is more than the activity gives"),
    Code.HOURS_TOO_FINE: _("has more than two decimal places"),
    Code.CATEGORY_UNKNOWN: _("has a category that the policy of that year does not know"),
    Code.YEAR_UNBOUND: _("lies in the year %(year)s, for which no policy is bound"),
    Code.LATE: _("had to be registered by %(due_on)s; late attendance is not recorded"),
    No.ATTENDED_OUTSIDE: _("lies outside the activity, which runs from %(first)s to %(last)s"),
    No.OTHER_SCHOOL: _("is a teacher of another school; this training is for the school's own staff"),
    No.TEACHER_LEFT: _("is a teacher who had left by that day"),
    No.OWN_ATTENDANCE: _("is yourself; a colleague has to register you"),
    No.HOURS_OVER_DAY: _("is more than one day has (%(most)s); register each day by itself"),
}


def file_text(refusal: FileRefused) -> str:
    """The sentence for a file that cannot be read."""
    return str(FILE_WORDS[refusal.code]) % refusal.facts


def fault_text(code: str, facts: Mapping[str, Any]) -> str:
    """What is wrong with a cell, to stand after its heading."""
    if code == RowFault.WORD_UNKNOWN and facts.get("suggestion"):
        return gettext("is not in the list; probably meant: %(word)s", word=facts["suggestion"])
    if code == Code.HOURS_TOO_MANY and facts.get("most") is not None:
        if facts.get("taken"):
            return gettext(
                "is more than the activity gives: %(most)s, of which %(taken)s are registered",
                most=facts["most"],
                taken=facts["taken"],
            )
        return gettext("is more than the activity gives: %(most)s", most=facts["most"])
    return str(ROW_WORDS[code]) % dict(facts)


def fault_line(layout: Layout, fault: Fault) -> str:
    """A fault as it stands in the errors workbook: heading and what is wrong."""
    told = fault_text(fault.code, fault.facts)
    return gettext("%(heading)s %(fault)s", heading=heading_of(layout, fault.field), fault=told)


def heading_of(layout: Layout, field: str) -> str:
    """The heading of a field, as in the workbook."""
    column = layout.by_field.get(field)
    return column.heading if column is not None else field
