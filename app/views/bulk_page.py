"""What the screen of a bulk approval says, and the page of one that was done: counts, marks and samples in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from markupsafe import Markup, escape
from sqlalchemy import select

from app.domain.hours import plain
from app.domain.policy import pack
from app.extensions import db
from app.models import BulkReview, Claim, ReviewSetting
from app.services.bulk import Barred, Plan
from app.services.clock import SHANGHAI
from app.services.unusual import SERIOUS, Mark, category_of, hours_of
from app.views.access import holds
from app.views.labels_claims import category_word
from app.views.whose import name_of

# Of each mark so many are named; the others are a count.
NAMED = 30

# (what it is, why to look)
MARKS: dict[Mark, tuple[Any, Any]] = {
    Mark.FLAGGED: (_("Found by the rules"), _("The same hours elsewhere, or more than a day holds (DUP-CLAIM, CEIL).")),
    Mark.LATE: (_("Past the deadline"), _("The deadline for this review is over; approving needs a written reason.")),
    Mark.FOREIGN: (_("In another language"), _("No translation stands beside the certificate (EVIDENCE).")),
    Mark.KIND_HOURS: (_("Far more hours than others of its kind"), _("At least twice the median of the selection.")),
    Mark.ACTIVITY_HOURS: (
        _("More hours than others for the same activity"),
        _("At least one and a half times the median of those with the same title and days."),
    ),
    Mark.REDUCED: (_("Changed by the school"), _("The first review recognised fewer hours, or another category.")),
    Mark.RETURNED: (_("Returned before"), _("It was mended and handed in again.")),
    Mark.SEVERAL: (_("Several of one teacher"), _("The selection holds more than one claim of the same person.")),
    Mark.FIRST_ORGANISER: (_("An organiser not met before"), _("No approved claim of these schools names it.")),
    Mark.PASSED: (_("The year is met already"), _("The teacher has passed without these hours.")),
}
BARRED: dict[Barred, Any] = {
    Barred.STATE: _("It is not waiting for your decision: decided already, withdrawn, or at another stage."),
    Barred.OWN: _("Nobody decides on a claim of their own."),
    Barred.BOTH_STAGES: _("You decided on it at the other stage; somebody else has to."),
    Barred.LATE: _("Its deadline is over; the reviewing authority may extend it."),
}


def values(made: Plan, leave: Collection[str], share: ReviewSetting) -> dict[str, Any]:
    """Everything the screen shows."""
    go = made.approved
    many = len(go)
    left = {claim.id for claim in made.left_out}
    return {
        "title": ngettext("Approve one claim?", "Approve %(num)s claims at once?", many)
        if many
        else gettext("Nothing here can be approved at once"),
        "many": many,
        "chosen": len(made.chosen),
        "button": ngettext("Approve one", "Approve %(num)s", many),
        "sums": _sums(go),
        "teachers": len({claim.teacher_id for claim in go}),
        "schools": len({claim.school_id for claim in go}),
        "marks": [_mark(mark, held, mark in leave) for mark, held in made.marks.items()],
        "left_out": len(left),
        "asks_reason": Mark.LATE in made.marks and Mark.LATE not in leave,
        "kept": named(made.kept),
        "kept_more": max(0, len(made.kept) - NAMED),
        "kept_count": len(made.kept),
        "kept_before": named(made.kept_before),
        "kept_before_count": len(made.kept_before),
        "share": share_words(share.sample_percent, share.sample_least),
        "barred": [(str(BARRED[why]), len(held), named(held)) for why, held in made.barred.items()],
        "barred_count": sum(len(held) for held in made.barred.values()),
    }


def _mark(mark: Mark, held: Sequence[Claim], is_left: bool) -> dict[str, Any]:
    word, why = MARKS[mark]
    return {
        "code": str(mark),
        "word": str(word),
        "why": str(why),
        "count": len(held),
        "claims": named(held),
        "more": max(0, len(held) - NAMED),
        "is_left": is_left,
        "is_serious": mark in SERIOUS,
    }


def named(claims: Sequence[Claim]) -> list[dict[str, str]]:
    """The first of some claims, each with the address at which its evidence is looked at."""
    return [
        {
            "number": claim.number,
            "teacher": name_of(claim),
            "title": claim.title,
            "hours": plain(hours_of(claim)),
            "url": look_url(claim.id),
        }
        for claim in claims[:NAMED]
    ]


def look_url(pk: int) -> str:
    """The desk with the claim open, or its page for who has no desk."""
    if holds("can_review", "ReviewView"):
        return url_for("ReviewView.desk", claim=pk)
    return url_for("ClaimView.show", pk=pk)


def _sums(claims: Sequence[Claim]) -> list[tuple[str, str, int]]:
    """(category, hours, how many claims), in the words of the packs."""
    hours: dict[str, Decimal] = defaultdict(Decimal)
    count: dict[str, int] = defaultdict(int)
    for claim in claims:
        word = category_word(pack(claim.policy), category_of(claim))
        hours[word] += hours_of(claim)
        count[word] += 1
    return [(word, plain(total), count[word]) for word, total in hours.items()]


def moment(at: datetime) -> str:
    """An instant as people here read it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def share_words(percent: int, least: int) -> str:
    return gettext("%(percent)s%%, at least %(least)s", percent=percent, least=least)


def unusual_words(item: BulkReview) -> str:
    """What the screen said when it was confirmed."""
    said = []
    for code, told in item.unusual.items():
        word = str(MARKS[Mark(code)][0]) if code in set(Mark) else code
        left = gettext(", left out") if told["left_out"] else ""
        said.append(gettext("%(word)s: %(count)s%(left)s", word=word, count=told["count"], left=left))
    return "\n".join(said)


def kept_words(item: BulkReview) -> Any:
    """The numbers kept aside, each leading to its claim where the reader reaches it."""
    numbers = [key.rpartition("|")[2] for key in item.kept]
    if not numbers:
        return "0"
    rows = db.session.execute(select(Claim.number, Claim.id).where(Claim.number.in_(numbers[:NAMED])))
    ids = {row.number: row.id for row in rows}
    link = Markup('<a href="{}">{}</a>')
    shown = [link.format(look_url(ids[one]), one) if one in ids else escape(one) for one in numbers[:NAMED]]
    more = [gettext("and %(count)s more", count=len(numbers) - NAMED)] if len(numbers) > NAMED else []
    return escape(gettext(", ")).join([*shown, *more])


def again_words(item: BulkReview, is_same: bool) -> str:
    """How to draw the sample again, and whether it came out the same just now."""
    how = gettext(
        "Write “seed|stage|round|number” for each claim drawn from, take the SHA-256 of it, and put them in order: the "
        "first %(many)s of %(count)s are the sample.",
        many=len(item.kept),
        count=len(item.chosen),
    )
    said = gettext("Drawn again just now: the same.") if is_same else gettext("Drawn again just now: NOT the same.")
    return f"{said} {how}"
