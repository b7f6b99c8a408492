"""Allowed moves, the conditional update, and what was known at a cut-off; told with responsibility boards."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from enterprises.actions import register_need
from enterprises.models import Board, BoardMove
from enterprises.tests.factories import make_account, make_board, make_enterprise
from parkportal.clock import at, end_of, park_now, park_today
from parkportal.states import GRACE, AlreadyMoved, Refused, status_as_of
from parkportal.tests.threads import at_once

pytestmark = pytest.mark.django_db
NOON = at(park_now().date().replace(2020, 2, 10)).replace(hour=12)


@pytest.fixture
def board():
    return make_board(make_enterprise(), status="generated", moved_at=NOON)


def test_a_move_sets_the_status_and_leaves_a_row(board):
    officer = make_account("supervisor")
    move = board.move_to("posted", by=officer, at=NOON + timedelta(hours=1), reason="照片已看")
    board.refresh_from_db()
    assert board.status == "posted"
    assert (move.from_status, move.to_status, move.by, move.reason) == ("generated", "posted", officer, "照片已看")
    assert board.last_move("posted") == move


def test_a_move_that_the_table_does_not_have_is_refused_by_name_and_changes_nothing(board):
    with pytest.raises(Refused) as refusal:
        board.move_to("verified")
    assert refusal.value.code == "forbidden_move"
    assert refusal.value.text == "现在是“已生成”，不能改为“已核验”。"
    board.refresh_from_db()
    assert board.status == "generated" and board.moves.count() == 1


def test_the_same_move_again_is_answered_already(board):
    board.move_to("posted")
    with pytest.raises(AlreadyMoved) as answer:
        board.move_to("posted")
    assert answer.value.facts["status"] == "posted" and board.moves.count() == 2


def test_every_move_of_the_table_is_possible_and_no_other():
    for before in Board.Status.values:
        for after in Board.Status.values:
            board = Board(status=before)
            assert board.can_move(after) == (after in Board.MOVES[before])


def test_a_thing_may_move_to_where_it_stands_only_where_the_table_names_it():
    need = register_need(enterprise=make_enterprise(), kind="other", description="口罩", by=None, due_on=park_today())
    with pytest.raises(AlreadyMoved):
        need.move_to("registered")
    need.move_to("passed", also={"department": "supplies"})
    need.move_to("passed", also={"department": "traffic"})
    assert list(need.moves.values_list("department", flat=True)) == ["", "supplies", "traffic"]


def test_a_stale_copy_loses_even_without_a_lock(board):
    stale = Board.objects.get(pk=board.pk)
    board.move_to("void")
    with pytest.raises(Refused) as refusal:
        stale.move_to("posted")
    assert refusal.value.code == "changed_meanwhile"
    assert stale.moves.count() == 2 and Board.objects.get(pk=board.pk).status == "void"


def test_a_correction_may_go_where_no_move_leads_and_says_so(board):
    board.move_to("posted")
    move = board.move_to("generated", correction=True, reason="照片是别家的")
    assert move.is_correction and Board.objects.get(pk=board.pk).status == "generated"


def test_the_database_refuses_a_status_that_does_not_exist(board):
    with pytest.raises(IntegrityError), transaction.atomic():
        Board.objects.filter(pk=board.pk).update(status="lost")


class TestAsOf:
    cut_off = end_of(NOON.date())

    def status(self, board):
        boards = Board.objects.filter(pk=board.pk).annotate(then=status_as_of(BoardMove.objects, self.cut_off))
        return boards.get().then

    def later(self, board, *, effective, recorded, to="posted"):
        BoardMove.objects.create(subject=board, to_status=to, effective_at=effective, recorded_at=recorded)

    def test_what_happened_before_the_cut_off_and_was_said_within_the_grace_counts(self, board):
        self.later(board, effective=self.cut_off - timedelta(hours=2), recorded=self.cut_off + GRACE)
        assert self.status(board) == "posted"

    def test_what_was_said_after_the_grace_does_not_change_the_printed_figure(self, board):
        late = self.cut_off + GRACE + timedelta(seconds=1)
        self.later(board, effective=self.cut_off - timedelta(hours=2), recorded=late)
        assert self.status(board) == "generated"

    def test_what_happened_after_midnight_belongs_to_the_next_day(self, board):
        after = self.cut_off + timedelta(seconds=1)
        self.later(board, effective=after, recorded=after)
        assert self.status(board) == "generated"

    def test_of_two_moves_at_one_instant_the_later_written_holds(self, board):
        self.later(board, effective=NOON, recorded=NOON)
        self.later(board, effective=NOON, recorded=NOON, to="verified")
        assert self.status(board) == "verified"

    def test_before_the_first_move_there_is_no_status(self):
        board = make_board(make_enterprise(), moved_at=self.cut_off + timedelta(days=3))
        assert self.status(board) is None


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_move_one_thing_at_once_one_wins():
    board = make_board(make_enterprise(), status="generated")
    copies = [Board.objects.get(pk=board.pk) for _ in range(8)]

    def post(n):
        try:
            with transaction.atomic():
                copies[n].move_to("posted")
            return "won"
        except Refused as refusal:
            return refusal.code

    answers = at_once(8, post)
    assert sorted(answers) == ["changed_meanwhile"] * 7 + ["won"]
    assert board.moves.filter(to_status="posted").count() == 1
