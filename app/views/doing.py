"""Running an action on one record or a selection: who may, on which rows, one commit, and what is said after.

FAB runs actions by GET, on rows fetched without any filter, and fails with 500 on an unknown name.
"""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder.actions import ActionItem
from flask_babel import gettext, ngettext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from app.domain.errors import Code, Refused
from app.extensions import db
from app.security.actor import current_actor
from app.services import notices
from app.services.refusals import No
from app.views import labels, list_page
from app.views.access import asked_back, denied, holds
from app.views.actions import asks_of, read_posted
from app.views.addresses import arguments, with_query
from app.views.errors import page
from app.views.listing import Listing

# "All that match" stops here: a longer transaction would hold up everybody else. Filter, and do it in parts.
MOST_AT_ONCE = 2000
# What a dialog may hold, to be shown again after a refusal.
TYPED = ("reason", "reason_code", "hours", "category", "on", "override_reason")


def run(view: Any, name: str, pks: list[str], *, many: bool = False) -> Any:
    """Do ``name`` on the rows of ``pks``, or on all that match the list's filters where the form says so."""
    action = view.actions.get(name)
    if action is None or not (action.multiple if many else action.single):
        abort(404)
    if not holds(action.name, view.class_permission_name):
        return denied()
    if many and request.form.get("all_matching"):
        items = _all_possible(view, action)
        if len(items) > MOST_AT_ONCE:
            flash(gettext("At most %(most)s at once. Narrow the list first.", most=f"{MOST_AT_ONCE:,}"), "danger")
            return redirect(_back(view, None))
        told = request.form.get("told", "")
        if told.isascii() and told.isdigit() and len(items) > int(told[:9]):
            words = gettext(
                "Meanwhile it is possible for %(count)s records, more than you were told. Look, and confirm anew.",
                count=f"{len(items):,}",
            )
            flash(words, "warning")
            return redirect(_back(view, None))
    else:
        items = view.rows_of(pks[: MOST_AT_ONCE + 1])
    if not items:
        flash(gettext("Choose at least one record first."), "warning")
        return redirect(_back(view, None))
    single = None if many else items[0]
    if single is not None:
        seen = request.form.get("version")
        if seen is not None and seen != str(getattr(single, "version", seen)):
            return _conflict(view, single.id)
    barred = [] if name in view.told_by_services else [item for item in items if not view.may(name, item)]
    if barred:
        return _barred(view, action, items, barred, single)
    return _do(view, action, items, single)


def _all_possible(view: Any, action: ActionItem) -> list[Any]:
    """All that match the list's filters and for which the action is possible; one more than may be done at once."""
    listing = Listing(view, request.args)
    criterion = view.possible(action.name)
    if criterion is not None:
        listing.criteria.append(criterion)
    items = listing.all_rows(MOST_AT_ONCE)
    if criterion is None and len(items) > MOST_AT_ONCE:
        return items
    possible = view.open_to(items, [action.name])
    return [item for item in items if possible[item.id]]


def _barred(view: Any, action: ActionItem, items: list[Any], barred: list[Any], single: Any | None) -> Any:
    """Say that an action does not apply to some of the rows; none was touched."""
    if single is not None:
        words = gettext("“%(action)s” is not possible for %(record)s as it stands.", action=action.text, record=single)
        return page(403, detail=words)
    words = ngettext(
        "“%(action)s” is not possible for %(num)s of the %(count)s records chosen (%(record)s), so nothing was done.",
        "“%(action)s” is not possible for %(num)s of the %(count)s records chosen (%(record)s and others), "
        "so nothing was done.",
        len(barred),
        action=action.text,
        count=len(items),
        record=barred[0],
    )
    return _refused(view, action, words, _back(view, None), None)


def _do(view: Any, action: ActionItem, items: list[Any], single: Any | None) -> Any:
    count, key = len(items), single.id if single is not None else None
    back = _back(view, single)
    try:
        with notices.gathered(db.session):
            said = action.func(items, read_posted(request.form, asks_of(action)))
        db.session.commit()
    except Refused as refusal:
        db.session.rollback()
        if key is not None and refusal.code is No.STALE:
            return _conflict(view, key)
        is_late = refusal.code in (Code.LATE, Code.OVERRIDE_REASON_MISSING) and asks_of(action).may_override
        return _refused(view, action, labels.refusal_text(refusal), back, key, is_late=is_late)
    except IntegrityError as error:
        db.session.rollback()
        return _refused(view, action, labels.integrity_text(error, view.label_of)[0], back, key)
    except StaleDataError:
        db.session.rollback()
        if key is None:
            words = gettext("Somebody else changed one of these records meanwhile, so none was changed. Look again.")
            return _refused(view, action, words, back, None)
        return _conflict(view, key)
    if isinstance(said, Response):
        return said
    list_page.remember(view, items)
    flash(str(said or ngettext("Done: one record.", "Done: %(num)s records.", count)), "success")
    return redirect(back)


def _back(view: Any, item: Any | None) -> str:
    return asked_back() or str(view.home_of(item))


def _conflict(view: Any, pk: int) -> Any:
    item = view.rows_of([str(pk)])[0]
    facts = {"back_url": view.home_of(item), "decision": None, **view.note(item)}
    return render_template("errors/409.html", **facts), 409


def _refused(view: Any, action: ActionItem, words: str, back: str, pk: int | None, *, is_late: bool = False) -> Any:
    """Say no. Where something was typed, it is shown again, on the same rows, to mend and send."""
    asks = asks_of(action)
    if not (asks.needs_reason or asks.needs_hours or asks.needs_date):
        flash(words, "danger")
        return redirect(back)
    item = view.rows_of([str(pk)])[0] if pk is not None else None
    described = describe(view, action, item)
    if pk is None:
        described["is_late"] = is_late and bool(current_actor().authority_ids)
    elif "version" in request.form:
        described["version"] = request.form["version"]
    described |= {key: request.form.get(key, "")[:1000] for key in TYPED}
    url = (
        with_query(url_for(f"{view.name}.action_post"), arguments())
        if pk is None
        else url_for(f"{view.name}.action", name=action.name, pk=pk)
    )
    shown = view.render_template(
        "appbuilder/general/model/action.html",
        title=described["title"],
        action=described,
        action_url=url,
        refusal=words,
        back_url=back,
        rows=request.form.getlist("rowid"),
        all_matching=request.form.get("all_matching", ""),
    )
    return shown, 422


def describe(view: Any, action: ActionItem, item: Any | None) -> dict[str, Any]:
    """An action as the templates want it: its dialog, its words, its address."""
    asks = asks_of(action)
    described: dict[str, Any] = {
        "name": action.name,
        "title": str(action.text),
        "confirmation": str(action.confirmation or ""),
        "icon": action.icon or "",
        "kind": asks.kind,
        "needs_reason": asks.needs_reason,
        "needs_hours": asks.needs_hours,
        "needs_date": asks.needs_date,
        "reason_codes": asks.reason_codes() if asks.reason_codes else [],
        "category_choices": asks.category_choices() if asks.category_choices else [],
    }
    if asks.reason_label:
        described["reason_label"] = str(asks.reason_label)
    if asks.date_label:
        described["date_label"] = str(asks.date_label)
    if item is not None:
        described["url"] = url_for(f"{view.name}.action", name=action.name, pk=item.id)
        if hasattr(item, "version"):
            described["version"] = item.version
    return described | view.action_values(action.name, item)


def held_actions(view: Any) -> list[ActionItem]:
    """The actions of a view that the signed-in user's roles hold, in the order they are declared."""
    order = list(vars(type(view)))
    held = [one for one in view.actions.values() if holds(one.name, view.class_permission_name)]
    return sorted(held, key=lambda one: order.index(one.func.__name__) if one.func.__name__ in order else 999)
