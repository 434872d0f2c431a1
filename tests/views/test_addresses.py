"""No argument of an address reaches ``url_for`` or overflows a column: whatever is typed, no page fails."""

from __future__ import annotations

import pytest

from tests.security.test_methods import every_rule

BIG = "9" * 20
STRANGE = (
    "endpoint=x&_scheme=http&_anchor=x&_method=POST&_external=1&self=x&values=x",
    "_external=1",
    "endpoint=HomeView.index",
    f"page={10**22}&page_ClaimView={10**22}&psize_ClaimView={10**22}&rows=new",
    f"school={'0' * 15}{BIG}&teacher={'0' * 12}9999999999&activity={BIG}&organiser=-{BIG}&year={BIG}&pk={BIG}",
    "q=%ED%A0%80&state=%FF&next=%00&code=%F0%9F%98%80",
)
KEYS = (BIG, "2147483648", "9223372036854775808")


@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "organiser", "city", "auditor", "system"))
def test_no_page_fails_by_its_arguments(app, client_for, duty):
    browser = client_for(duty)
    opened = 0
    for rule, address in every_rule(app):
        if "GET" not in rule.methods or rule.arguments:
            continue
        for query in STRANGE:
            answer = browser.get(f"{address}?{query}")
            assert answer.status_code < 500, f"{address}?{query}"
            if answer.status_code == 200 and answer.mimetype == "text/html":
                opened += 1
                assert 'href="http://localhost' not in answer.text, f"{address}?{query}"
    assert opened > 10


def test_no_key_is_too_long_to_be_unknown(app, client_for):
    browser = client_for("everything")
    asked = 0
    for rule, address in every_rule(app):
        if "GET" in rule.methods and rule.arguments and address.endswith("/1"):
            for key in KEYS:
                asked += 1
                assert browser.get(address[:-1] + key).status_code == 404, rule
    assert asked > 30


def test_a_page_turn_keeps_every_value_and_leaves_only_what_was_changed(client_for):
    page = client_for("city").get("/claims/list/?state=submitted&state=draft&endpoint=x&q=%E6%95%B0").text
    kept = "state=submitted&amp;state=draft&amp;endpoint=x&amp;q=%E6%95%B0"
    assert f'href="/claims/list/?{kept}&amp;_oc_ClaimView=number' in page
