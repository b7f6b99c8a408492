"""What the desk says to a scan: one field of colour, one phrase, what to do, and where it stands now."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from parkportal.clock import park_now
from parkportal.given import given
from parkportal.identifiers import CODE_PREFIXES, CodeProblem, parse_code
from parkportal.printing.barcodes import grouped_code
from parkportal.states import Refused
from testing.actions import close_pool, collect, issue_tube, measure, undo_last
from testing.actions.badges import holder_of
from testing.actions.desk import Done
from testing.actions.desk_find import find_by_document, find_person, find_tube, where_done
from testing.actions.tubes import looks_like_a_tube
from testing.desk_words import (
    FIND,
    REASON,
    REMEDIES,
    TEMPERATURE,
    UNDO_REASONS,
    Answer,
    Meter,
    Scan,
    clock,
    meter_of,
    prompt,
    waiting,
)
from testing.models import SignUp, SignUpStatus
from testing.words import slot_words


def answer(scan: Scan, *, by: Any) -> Answer:
    """What the desk says to a scan. Nothing is changed unless the answer is a good one.

    After a colleague's badge was scanned, what follows is written as done by them.
    """
    try:
        if scan.badge:
            by = holder_of(code=scan.badge, session_id=scan.session_id)
        return _route(scan)(scan, by)
    except Done as done:
        return _done_before(scan, by, done)
    except Refused as refusal:
        return _refused(scan, by, refusal)


def _route(scan: Scan) -> Callable[[Scan, Any], Answer]:
    if scan.do == "undo":
        return _undo if scan.reason else _ask_why
    if scan.do == "issue":
        return _issue
    if scan.do == "close":
        return _close
    prefix = scan.text.strip()[:2].upper()
    if prefix == "GH" and not scan.do:
        return _hand_over
    if scan.step == REASON and prefix not in CODE_PREFIXES:
        return _undo if scan.text.strip() else _ask_why
    if scan.step == FIND or not scan.current or prefix == "RY" or prefix in CODE_PREFIXES and prefix != "YL":
        return _find
    return _measure if scan.step == TEMPERATURE and not looks_like_a_tube(scan.text) else _collect


def _hand_over(scan: Scan, by: Any) -> Answer:
    """A badge: the next scans are that colleague's. Whoever stands at the desk stays."""
    code = "".join(scan.text.upper().split())
    holder = holder_of(code=code, session_id=scan.session_id)
    told = _standing(scan, by) or waiting()
    lines = ("下面的每一步记在这位名下",)
    return replace(
        told, tone="done", sound="done", word="换手了", name=holder.name, tail="", lines=lines, badge=code, holder=holder.name, then=told
    )  # fmt: skip


def _ask_why(scan: Scan, by: Any) -> Answer:
    """Nothing is taken back without a reason; a code that is scanned instead leaves everything as it is."""
    lines = tuple(f"{key}　{words}" for key, words in UNDO_REASONS.items())
    return Answer("waiting", "为什么撤销", lines=lines, step=REASON, current=scan.current)


def _find(scan: Scan, by: Any) -> Answer:
    if not scan.current and (told := _tube(scan, by)):
        return told
    signup = _person(scan, by)
    scan = replace(scan, current=signup.code, found_at=scan.now, measured_at=None)
    if signup.status == SignUpStatus.CANCELLED:
        raise Refused("cancelled", "这份登记已经取消，请重新登记", said="登记已取消")
    if signup.is_door:
        return _door(signup)
    if signup.status == SignUpStatus.COLLECTED:
        raise Done("already_collected", "已经采过", signup_id=signup.pk)
    told = prompt(signup, scan, sound="done")
    if (
        signup.slot is not None
        and signup.slot.session_id != scan.session_id
        and signup.status == SignUpStatus.REGISTERED
    ):
        lines = (f"约的是 {slot_words(signup.slot)}，{signup.slot.session.point}", "可以照常采：直接录体温")
        return replace(told, tone="warn", sound="warn", word="约的不是这一场", lines=lines, then=told)
    return told


def _tube(scan: Scan, by: Any) -> Answer | None:
    """A tube that is scanned while nobody stands here is looked up: whose swabs lie in it. Nothing is changed."""
    text = "".join(scan.text.upper().split())
    if text.startswith("RY") or (len(text) == 18 and text[:17].isdigit()):
        return None
    found = find_tube(session_id=scan.session_id, text=text, by=by)
    if found is None:
        return None
    specimen, people = found
    size = f"，{specimen.pool.size} 合 1" if specimen.is_pool else ""
    names = "　".join(f"{one.name} {one.number_tail}" for one in people)
    lines = (f"{specimen.get_status_display()}，{given(specimen.session).point}{size}", names or "里面没有人")
    word = f"这支混采管 {len(people)} 人" if specimen.is_pool else "这支管有人了"
    name = grouped_code(specimen.barcode)
    return Answer("before", word, name=name, lines=lines, sound="before", code="tube_shown", then=waiting())


def _person(scan: Scan, by: Any) -> SignUp:
    text = "".join(scan.text.upper().split())
    if len(text) == 18 and text[:17].isdigit():
        return find_by_document(session_id=scan.session_id, number=text, by=by)
    try:
        code = parse_code(scan.text)
    except CodeProblem as problem:
        raise _not_a_person(problem, scan.text) from problem
    if code.prefix != "RY":
        raise Refused("wrong_kind", f"这是{CODE_PREFIXES[code.prefix]}，请先扫人员码", said="扫错了码")
    return find_person(session_id=scan.session_id, code=str(code), by=by)


def _not_a_person(problem: CodeProblem, text: str) -> Refused:
    if problem.kind == "length" and problem.text.startswith("RY"):
        return Refused("dropped_digit", f"人员码应有 14 位，只读到 {len(problem.text)} 位", said="请再扫一次")
    if problem.kind == "prefix":
        return Refused("wrong_kind", "这不是人员码", said="扫错了码")
    return Refused("bad_code", f"{problem}", said="请再扫一次")


def _door(signup: SignUp) -> Answer:
    return Answer(
        "warn",
        "这位要上门采样",
        name=signup.name,
        tail=signup.number_tail,
        lines=(f"{signup.get_group_display()}，不在采样点采", REMEDIES["door_only"]),
        sound="warn",
        code="door_only",
        then=waiting(),
    )


def _code_of(scan: Scan, by: Any) -> str:
    """The code of who stands at the desk; a desk without network may have known only the ID number."""
    return scan.current if scan.current.startswith("RY") else _person(replace(scan, text=scan.current), by).code


def _measure(scan: Scan, by: Any) -> Answer:
    signup, is_normal = measure(
        session_id=scan.session_id, code=_code_of(scan, by), text=scan.text, by=by, token=scan.token, lane=scan.lane,
        found_at=scan.found_at, done_at=scan.done_at,
    )  # fmt: skip
    now = scan.now
    if is_normal:
        return prompt(signup, replace(scan, measured_at=now), sound="done", measured_at=now)
    lines = ("到旁边休息 10 分钟再测。试管先不发，下一位照常扫码。",)
    if signup.is_door:
        lines = ("休息后还是高：已转为上门采样并报管委会，请带到临时隔离点，不要让这位离开。",)
    return Answer(
        "warn",
        f"体温 {signup.temperature} ℃，请停一下",
        name=signup.name,
        tail=signup.number_tail,
        lines=lines,
        steps=(f"人员码 {clock(scan.found_at)}", f"体温 {signup.temperature} ℃"),
        sound="warn",
        code="fever",
        then=waiting(),
    )


def _issue(scan: Scan, by: Any) -> Answer:
    if not scan.current:
        raise Refused("nobody", "先扫人员码，再打印条码", said="先扫人员码")
    signup, barcode = issue_tube(session_id=scan.session_id, code=scan.current, by=by, token=scan.token, lane=scan.lane)
    told = prompt(signup, scan, sound="done")
    lines = (f"{grouped_code(barcode)}，两张", "一张竖贴在管上，一张贴登记单，贴好再扫")
    return replace(told, word="贴条码，再扫管", lines=lines, label=(barcode, signup.name, label_lines(signup)))


def label_lines(signup: SignUp) -> tuple[str, ...]:
    """女 27 and the day: what stands beside the bars."""
    born = signup.number[6:14] if signup.document_type == "id_card" and len(signup.number) == 18 else ""
    today = park_now().date()
    sex_age = ""
    if born.isdigit():
        had_birthday = f"{today:%m%d}" >= born[4:]
        age = today.year - int(born[:4]) - (0 if had_birthday else 1)
        sex_age = f"{'男' if int(signup.number[16]) % 2 else '女'}　{age}"
    return tuple(line for line in (sex_age, f"{today:%m-%d}") if line)


def _collect(scan: Scan, by: Any) -> Answer:
    signup, barcode = collect(
        session_id=scan.session_id, code=_code_of(scan, by), text=scan.text, by=by, token=scan.token, lane=scan.lane,
        done_at=scan.done_at,
    )  # fmt: skip
    now = scan.now
    meter = meter_of(getattr(signup, "pool", None))
    took = f"，用时 {int((now - scan.found_at).total_seconds())} 秒" if scan.found_at else ""
    return Answer(
        "done",
        "已采样",
        name=signup.name,
        tail=signup.number_tail,
        lines=(f"{signup.temperature} ℃　试管 {grouped_code(barcode)}", *_mixed(meter)),
        meter=meter,
        steps=(
            f"人员码 {clock(scan.found_at)}".strip(),
            f"体温 {clock(scan.measured_at)}".strip(),
            f"试管 {clock(now)}{took}",
        ),
        sound="done",
        delta=1,
        then=waiting(f"{signup.name}，{clock(now, '%H:%M')} 采样完成"),
    )


def _mixed(meter: Meter | None) -> tuple[str, ...]:
    if meter is None:
        return ()
    return (
        f"混采第 {meter.count} 位，共 {meter.size} 位" if meter.is_open else f"混采 {meter.count} 人，已封管，请换新管",
    )


def _close(scan: Scan, by: Any) -> Answer:
    """Close the mixed tube of this desk; whoever is at the desk stays."""
    pool = close_pool(session_id=scan.session_id, lane=scan.lane or 1, by=by, token=scan.token)
    told = _standing(scan, by) or waiting()
    words = f"{grouped_code(pool.specimen.barcode)}，{pool.count} 人"
    said = replace(told, tone="warn", sound="done", word="封好了这支混采管", name=words, tail="", meter=meter_of(pool))
    return replace(said, lines=("下一位用新管",) if pool.count else ("里面没有人，这支管作废",), then=told)


def _undo(scan: Scan, by: Any) -> Answer:
    words = scan.reason or UNDO_REASONS.get(scan.text.strip(), scan.text.strip())
    signup, was = undo_last(session_id=scan.session_id, by=by, token=scan.token, reason=words)
    scan = replace(scan, found_at=scan.found_at or park_now())
    told = prompt(signup, scan, sound="done")
    lines = told.lines
    if was in {SignUpStatus.COLLECTED, SignUpStatus.KITTED}:
        pool = getattr(signup, "left_pool", "")
        first = f"已从混采管 {grouped_code(pool)} 里去掉" if pool else "刚才那支管已经作废，请换一支新管"
        lines = (first, *told.lines)
    delta = -1 if was == SignUpStatus.COLLECTED else 0
    return replace(told, tone="warn", word="撤销了上一步", lines=lines, delta=delta, then=told)


def _done_before(scan: Scan, by: Any, done: Done) -> Answer:
    """When, where and by whom; nothing is counted twice."""
    signup, specimen = where_done(done.facts.get("signup_id"), code=scan.current)
    collected_at = given(specimen.collected_at)
    where = f"{given(specimen.session).point}{f' {specimen.lane} 号台' if specimen.lane else ''}"
    day = clock(collected_at, "%m-%d ") if collected_at.date() != park_now().date() else ""
    who = f"，{specimen.collected_by.name}采样" if specimen.collected_by else ""
    return Answer(
        "before",
        "已经采过",
        name=signup.name,
        tail=signup.number_tail,
        lines=(
            f"{day}{clock(specimen.collected_at, '%H:%M')} 在 {where}{who}",
            "没有重复计数，请让这位离开",
        ),
        steps=(f"试管 {grouped_code(specimen.barcode)}，{specimen.get_status_display()}",),
        sound="before",
        code="already_collected",
        then=waiting(),
    )


def _refused(scan: Scan, by: Any, refusal: Refused) -> Answer:
    """Why, what to do, and that nothing has changed; the desk stays where it was."""
    code = getattr(refusal, "code", "") or refusal.error_list[0].code
    kept = ""
    then = waiting()
    step, current = FIND, ""
    if scan.current and scan.step != FIND and code not in {"unknown_person", "door_only", "cancelled"}:
        standing = _standing(scan, by)
        if standing is not None:
            kept, step, current = f"{standing.name} 的登记还在，什么都没有改", scan.step, scan.current
            then = standing
    lines = [line for line in (REMEDIES.get(str(code), ""), kept) if line]
    return Answer(
        "refused",
        refusal.facts.get("said", "这样不行"),
        name=refusal.text.rstrip("。"),
        lines=tuple(lines),
        steps=then.steps,
        step=step,
        current=current,
        found_at=scan.found_at if current else None,
        measured_at=scan.measured_at if current else None,
        sound="refused",
        code=str(code),
        then=then,
    )


def _standing(scan: Scan, by: Any) -> Answer | None:
    """What the desk asks of the person who stands there; nothing when nobody does."""
    if not scan.current or scan.step == FIND:
        return None
    signup = SignUp.objects.at_desk(by, scan.session_id).filter(code=scan.current).first()
    return prompt(signup, scan) if signup is not None else None
