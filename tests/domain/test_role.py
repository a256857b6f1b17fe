"""Who may do what, and why a role is not changed."""

from itertools import pairwise

import pytest

from bot.domain.role import GRANTED, Objection, Permission, Role, is_above, may, may_change, may_read, objection_to

RANKS = (None, Role.CONTRIBUTOR, Role.EDITOR, Role.OWNER)


def test_each_role_may_do_all_that_the_one_below_may_and_more():
    assert [len(GRANTED[role]) for role in RANKS] == [0, 1, 2, 3]
    for lower, higher in pairwise(RANKS):
        assert is_above(higher, lower) and not (lower and is_above(lower, higher))
    assert not any(is_above(role, role) for role in Role)


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (None, set()),
        (Role.CONTRIBUTOR, {Permission.WRITE}),
        (Role.EDITOR, {Permission.WRITE, Permission.PUBLISH}),
        (Role.OWNER, set(Permission)),
    ],
)
def test_a_role_is_allowed_what_the_table_says(role, permissions):
    assert {one for one in Permission if may(role, one)} == permissions


@pytest.mark.parametrize("is_own", [True, False])
@pytest.mark.parametrize("is_draft", [True, False])
def test_a_contributor_reads_what_is_public_or_their_own_and_changes_their_own_drafts(is_own, is_draft):
    assert may_read(Role.CONTRIBUTOR, is_public=not is_draft, is_own=is_own) is (is_own or not is_draft)
    assert may_change(Role.CONTRIBUTOR, is_draft=is_draft, is_own=is_own) is (is_own and is_draft)
    assert may_change(Role.EDITOR, is_draft=is_draft, is_own=is_own)
    assert not may_change(None, is_draft=is_draft, is_own=is_own)
    assert may_read(None, is_public=not is_draft, is_own=is_own) is not is_draft


@pytest.mark.parametrize("role", [*Role, None])
@pytest.mark.parametrize("was", [*Role, None])
@pytest.mark.parametrize("is_configured", [True, False])
@pytest.mark.parametrize("others", [0, 1])
def test_whoever_may_not_learns_nothing_and_the_last_owner_stays(role, was, is_configured, others):
    def objection(may_manage):
        return objection_to(role, was=was, is_configured=is_configured, other_owners=others, may_manage=may_manage)

    assert objection(False) is Objection.NOT_ALLOWED
    found = objection(True)
    if was is role:
        assert found is Objection.UNCHANGED
    elif is_configured:
        assert found is Objection.CONFIGURED
    elif was is Role.OWNER and not others:
        assert found is Objection.LAST_OWNER
    else:
        assert found is None
