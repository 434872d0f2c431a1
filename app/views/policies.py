"""The policy packs on screen: all of them, one as a table with its sources, two side by side, and the rules in words.

Packs are public rules and hold nobody's data. What they say is laid out in ``policy_page.py``; nothing is changed here.
"""

from __future__ import annotations

from typing import Any

from flask import abort, request, send_file, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.days import day_in_china
from app.domain.policy import FOLDER, Policy, packs
from app.domain.rules import Rule
from app.extensions import db
from app.services import bindings
from app.services.clock import now_utc
from app.views import policy_compare, policy_page
from app.views.access import guarded, holds
from app.views.bindings import frozen_pill
from app.views.labels_policies import series_word, text_of
from app.views.labels_rules import RULES

# Counting stops here: what matters is that there are some.
MOST_COUNTED = 10_000
YEARS = (2000, 2100)
# A pack's own text is for its reader's eyes: it is never run.
TOML = "text/plain; charset=utf-8"


class PolicyView(BaseView):
    """适用政策. ``can_list`` opens the packs and the rules, ``can_show`` one pack, two of them, and their text."""

    route_base = "/policies"
    default_view = "list"
    class_permission_name = "PolicyView"
    base_permissions = ("can_list", "can_show")
    list_title = _("Policies and rules")

    @expose("/list/", methods=["GET"])
    @guarded
    @permission_name("list")
    def list(self) -> Any:
        """Every pack: its sums, and for which years and series it is in force."""
        now = now_utc()
        in_force = bindings.in_force(bindings.bound(db.session), now)
        this_year = day_in_china(now).year
        rows = [policy_page.summary(one) | _use(in_force.get(one.id, {}), this_year) for one in _latest_first()]
        return self.render_template("policies/list.html", title=gettext("Policies and rules"), rows=rows)

    @expose("/show/<policy_id>", methods=["GET"])
    @guarded
    @permission_name("show")
    def show(self, policy_id: str) -> Any:
        """One pack as a table, every line with its clause."""
        policy = _pack(policy_id)
        chosen = bindings.bound(db.session)
        in_force = bindings.in_force(chosen, now_utc()).get(policy.id, {})
        year = _year(max(in_force, default=day_in_china(now_utc()).year))
        bind_url = ""
        if holds("can_add", "PolicyBindingView"):
            bind_url = url_for("PolicyBindingView.add", policy=policy.id, year=year)
        return self.render_template(
            "policies/show.html",
            title=text_of(policy.title),
            policy=policy,
            facts=policy_page.summary(policy),
            year=year,
            sections=policy_page.sections(policy, year),
            bound=[
                _bound_year(policy, chosen, of_year, series)
                for of_year, series in sorted(in_force.items(), reverse=True)
            ],
            counts_shown=holds("can_list", "PolicyBindingView"),
            bind_url=bind_url,
            others=[policy_page.summary(one) for one in packs().values() if one.id != policy.id],
        )

    @expose("/compare", methods=["GET"])
    @guarded
    @permission_name("show")
    def compare(self) -> Any:
        """Two packs side by side; what differs says so in a word."""
        known = [*packs().values()]
        a = packs().get(request.args.get("a", ""), known[-1])
        b = packs().get(request.args.get("b", ""), next(one for one in known if one.id != a.id))
        year = _year(day_in_china(now_utc()).year)
        paired = policy_compare.side_by_side(a, b, year)
        different = sum(pair.differs for section in paired for pair in section.pairs)
        only = request.args.get("only") == "differences"
        return self.render_template(
            "policies/compare.html",
            title=gettext("Two policies side by side"),
            a=a,
            b=b,
            names=(text_of(a.title), text_of(b.title)),
            known=[(one.id, text_of(one.title)) for one in known],
            year=year,
            only=only,
            different=different,
            sections=policy_compare.only_differences(paired) if only else paired,
        )

    @expose("/rules", methods=["GET"])
    @guarded
    @permission_name("list")
    def rules(self) -> Any:
        """Every rule in words, each at its own address."""
        return self.render_template(
            "policies/rules.html",
            title=gettext("The rules in words"),
            rules=[(str(rule), RULES[rule]) for rule in Rule],
        )

    @expose("/file/<policy_id>", methods=["GET"])
    @guarded
    @permission_name("show")
    def file(self, policy_id: str) -> Any:
        """The pack itself, as it is read."""
        policy = _pack(policy_id)
        name = f"{policy.id}.toml"
        return send_file(FOLDER / name, mimetype=TOML, as_attachment=True, download_name=name)


def _latest_first() -> list[Policy]:
    return sorted(packs().values(), key=lambda one: one.binds.first if one.binds is not None else 0, reverse=True)


def _pack(policy_id: str) -> Policy:
    if policy_id not in packs():
        abort(404)
    return packs()[policy_id]


def _year(otherwise: int) -> int:
    asked = request.args.get("year", otherwise, type=int) or otherwise
    return asked if YEARS[0] <= asked <= YEARS[1] else otherwise


def _use(years: dict[int, dict[str, bool]], this_year: int) -> dict[str, Any]:
    """Whether a pack is in force now, was, or is not bound at all; and the years an administrator bound it to."""
    if this_year in years:
        tone, words = "ok", gettext("In force in %(year)s", year=this_year)
    elif years:
        tone, words = "info", gettext("For other years")
    else:
        tone, words = "draft", gettext("Not bound")
    by_hand = [
        (year, series_word(chosen))
        for year, series in sorted(years.items())
        if (chosen := [one for one, is_by_hand in series.items() if is_by_hand])
    ]
    return {"tone": tone, "use": words, "by_hand": by_hand}


def _bound_year(
    policy: Policy, chosen: dict[tuple[int, str], str], year: int, series: dict[str, bool]
) -> dict[str, Any]:
    """One year in which a pack is in force: for whom, by whom it was bound, and whether that can still change."""
    counted = bindings.certificates_under(db.session, policy.id, year, MOST_COUNTED + 1)
    frozen = year if counted else None
    if frozen is None and policy.carry_out:
        found = [bindings.frozen_by(db.session, chosen, year, one) for one in series]
        frozen = next((one for one in found if one is not None), None)
    by_hand = [one for one, is_by_hand in series.items() if is_by_hand]
    by_itself = [one for one in series if one not in by_hand]
    return {
        "year": year,
        "by_itself": series_word(by_itself) if by_itself else "",
        "by_hand": series_word(by_hand) if by_hand else "",
        "certificates": f"{MOST_COUNTED:,}+" if counted > MOST_COUNTED else f"{counted:,}",
        "pill": frozen_pill(frozen),
    }
