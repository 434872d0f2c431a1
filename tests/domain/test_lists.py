"""The uses a pack names: read with their clause, refused without."""

from pathlib import Path

import pytest

from app.domain.lists import stands_on, uses_of
from app.domain.policy import FOLDER, PackFault, load, packs
from app.domain.policy_uses import Who

PACK = (Path(FOLDER) / "guangdong-2021.toml").read_text(encoding="utf-8")


def test_every_shipped_pack_names_title_reviews_and_the_allowance():
    for policy in packs().values():
        found = uses_of([policy])
        assert found["title_review"].who is Who.ALL and found["private_allowance"].who is Who.PRIVATE
        assert all(use.source for use in policy.uses)


@pytest.mark.parametrize(
    ("was", "becomes", "reason"),
    [
        ('who = "private"', 'who = "poor"', "word_unknown"),
        ('who = "private"\nsource = "S1 §五（一）；R：S2 未另定"', 'who = "private"', "source_missing"),
        ('id = "registration"', 'id = "private_allowance"', "id_twice"),
        ('who = "private"', 'who = "private"\nwhom = "private"', "key_unknown"),
    ],
)
def test_a_use_that_makes_no_sense_is_refused(was, becomes, reason):
    assert was in PACK
    with pytest.raises(PackFault) as fault:
        load(PACK.replace(was, becomes, 1))
    assert fault.value.reason == reason and "use" in fault.value.place


def test_public_schools_do_not_stand_on_the_list_of_private_ones():
    uses = uses_of(packs().values())
    assert stands_on(uses["private_allowance"], "private") and not stands_on(uses["private_allowance"], "public")
    assert stands_on(uses["title_review"], "private") and stands_on(uses["title_review"], "public")


def test_the_words_of_the_first_pack_go_before():
    first, second = packs()["guangzhou-2019"], packs()["guangdong-2021"]
    assert uses_of([first, second])["private_allowance"].source == "S1 §五（一）"
