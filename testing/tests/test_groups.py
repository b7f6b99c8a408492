"""Who is tested by which rule: the table of handbook §3."""

import pytest

from enterprises.actions.people import is_key_post, key_post_words
from testing.groups import Facts, group_of, groups_of, may_be_pooled, mode_of


@pytest.mark.parametrize(
    ("facts", "group", "mode"),
    [
        (Facts(), "C", "point"),
        (Facts(flags=frozenset({"three_classes"})), "A1", "door"),
        (Facts(flags=frozenset({"wuhan_contact"})), "A2", "door"),
        (Facts(had_contact=True), "A2", "door"),
        (Facts(symptoms=("咳嗽",)), "A3", "door"),
        (Facts(symptoms=("流涕",)), "A3", "door"),
        (Facts(flags=frozenset({"out_of_province"})), "B1", "point"),
        (Facts(from_outside=True), "B1", "point"),
        (Facts(flags=frozenset({"observation"})), "B2", "point"),
        (Facts(from_hubei=True), "B2", "point"),
        (Facts(is_key_project=True), "B3", "point"),
        (Facts(is_sishang=True), "B4", "point"),
        (Facts(is_key_post=True), "B5", "point"),
        (Facts(symptoms=("发热",), flags=frozenset({"observation"})), "A3", "door"),
        (Facts(flags=frozenset({"observation", "three_classes"})), "A1", "door"),
        (Facts(is_sishang=True, is_key_post=True), "B5", "point"),
        (Facts(is_sishang=True, is_key_project=True, from_outside=True), "B1", "point"),
    ],
)
def test_the_strongest_group_wins_and_any_a_goes_to_the_door(facts, group, mode):
    assert (group_of(facts), mode_of(group_of(facts))) == (group, mode)


def test_all_groups_are_known_the_strongest_first():
    facts = Facts(symptoms=("咳嗽",), is_sishang=True, flags=frozenset({"observation"}))

    assert groups_of(facts) == ["A3", "B2", "B4", "C"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("post", "is_key"),
    [("食堂厨师", True), ("测温员", True), ("保安", True), ("门卫", True), ("操作工", False), ("", False)],
)
def test_key_posts_are_known_by_their_words(post, is_key):
    assert is_key_post(post, key_post_words()) is is_key


@pytest.mark.parametrize(
    ("group", "shares"),
    [
        ("A1", False),
        ("A2", False),
        ("A3", False),
        ("B2", False),
        ("B1", True),
        ("B3", True),
        ("B4", True),
        ("B5", True),
        ("C", True),
    ],
)
def test_a_and_observation_never_share_a_tube(group, shares):
    assert may_be_pooled(group) is shares
