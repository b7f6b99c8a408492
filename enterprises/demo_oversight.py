"""The demo park's boards on the wall, inspections and services around them. Persons and firms are invented."""

import io
from datetime import date, time, timedelta
from typing import Any

from PIL import Image, ImageDraw

from enterprises.models import Board, BoardMove, Enterprise, Inspection
from parkportal.clock import at
from parkportal.demo import Stage
from parkportal.records.files import keep
from parkportal.records.models import StoredFile, Term

OUTDATED, REISSUED = (8, 17), 4  # places among the 70


def plant(stage: Stage, marked: list[Enterprise]) -> None:
    """70 boards; no draw of the seed, so that what later apps draw stays the same."""
    photo = _photo_of_a_wall()
    _boards(stage, marked, photo)
    _inspections(stage, marked, photo)


def _photo_of_a_wall() -> StoredFile:
    """A drawn picture of a board on a wall."""
    picture = Image.new("RGB", (600, 800), "#c9c4b6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 90, 480, 600), fill="white", outline="#888", width=2)
    draw.rectangle((150, 130, 450, 170), fill="#222")
    for row in range(6):
        y = 220 + row * 55
        draw.line((150, y + 40, 450, y + 40), fill="#999", width=1)
        draw.rectangle((150, y, 220, y + 12), fill="#777")
        draw.rectangle((250, y - 4, 330, y + 20), fill="#333")
        draw.rectangle((350, y, 450, y + 8), fill="#aaa")
    draw.rectangle((150, 550, 190, 590), fill="#222")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return keep(out.getvalue(), name="责任牌照片", purpose="board_photo", owner=None)


def _boards(stage: Stage, marked: list[Enterprise], photo: StoredFile) -> None:
    """70 boards on the wall: the resumed enterprises tagged 规上 or 重点; 63 of them verified."""
    by = stage.users["dudao"]
    duties = list(Term.objects.of("board_duty"))
    boards = []
    for n, unit in enumerate(marked):
        names = (unit.principal_name, unit.liaison_name, unit.liaison_name, "清洁班", "食堂班长", by.name)
        holders = [
            {"code": duty.code, "duty": duty.label, "name": name, "phone": "", "content": duty.settings["content"]}
            for duty, name in zip(duties, names, strict=True)
        ]
        status = Board.Status.POSTED if n % 10 == 9 else Board.Status.VERIFIED
        board = Board(enterprise=unit, number=1, status=status, holders=holders, photo=photo)
        board.created_at = at(_hung_on(unit), time(9))
        if n in OUTDATED:
            board.outdated_at, board.outdated_reason = at(date(2020, 2, 18), time(10, 20)), "责任牌上的人换了"
        boards.append(board)
    moves = _replaced_version(boards[REISSUED], by)
    Board.objects.bulk_create(boards)
    for board in boards:
        day, before = _hung_on(board.enterprise), ""
        for hours, status in ((9, Board.Status.GENERATED), (15, Board.Status.POSTED), (17, Board.Status.VERIFIED)):
            when = {"effective_at": at(day, time(hours)), "recorded_at": at(day, time(hours)), "by": by}
            moves.append(BoardMove(subject=board, from_status=before, to_status=status, **when))
            before = status
            if status == board.status:
                break
    BoardMove.objects.bulk_create(moves)


def _replaced_version(board: Board, by: Any) -> list[BoardMove]:
    """The first version of one board, void since the second one was made."""
    board.number = 2
    made_at = board.created_at - timedelta(hours=20)
    before = [{**board.holders[0], "name": "席若谷"}, *board.holders[1:]]
    old = Board.objects.create(
        enterprise=board.enterprise, number=1, status=Board.Status.VOID, holders=before, created_at=made_at
    )
    steps = (("", Board.Status.GENERATED, made_at), (Board.Status.GENERATED, Board.Status.VOID, board.created_at))
    return [
        BoardMove(subject=old, from_status=was, to_status=to, effective_at=when, recorded_at=when, by=by)
        for was, to, when in steps
    ]


def _hung_on(unit: Enterprise) -> date:
    """The day after it resumed, at the latest yesterday."""
    return min((unit.resumed_on or date(2020, 2, 10)) + timedelta(days=1), date(2020, 2, 17))


def _inspections(stage: Stage, marked: list[Enterprise], photo: StoredFile) -> None:
    """Twelve inspections by the supervisor: most in order, one overdue, one waiting to be seen again, one closed."""
    by, labels = stage.users["dudao"], [term.label for term in Term.objects.of("inspection_item")]
    lives = {2: ("rectifying",), 5: ("rectifying", "submitted"), 7: ("rectifying", "submitted", "closed")}
    lives[9] = ("rectifying", "submitted", "continued")
    for n, unit in enumerate(marked[:12]):
        life = lives.get(n, ("passed",))
        seen_at = at(date(2020, 2, 13 + n % 4), time(10, n * 3))
        bad = life[0] != "passed"
        inspection = Inspection.objects.create(
            enterprise=unit,
            inspected_at=seen_at,
            by=by,
            place=unit.place,
            met_name=unit.liaison_name,
            status=life[-1],
            due_on=date(2020, 2, 17 if n == 2 else 20) if bad else None,
            responsible=unit.liaison_name if bad else "",
            answers=[
                {"code": "", "label": label, "ok": not (bad and i == 2), "words": "没有分时" if bad and i == 2 else ""}
                for i, label in enumerate(labels)
            ],
        )
        inspection.photos.create(file=photo, by=by, at=seen_at)
        if bad:
            inspection.findings.create(
                item=labels[2], severity="grave", words="没有分时", demand="分三批供餐，隔位就餐"
            )
        before = ""
        for step, status in enumerate(life):
            when = seen_at + timedelta(hours=20 * step)
            inspection.moves.create(from_status=before, to_status=status, effective_at=when, recorded_at=when, by=by)
            before = status
