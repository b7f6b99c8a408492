"""The files of testing: a laboratory's results 检测结果 (intake README §5), and a firm's list of whom to sign up."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from enterprises.intake import ROSTER, roster_key
from enterprises.models import DocumentType
from parkportal.workbooks.cells import BARCODE, NAME, TEXT, choice, word_table
from parkportal.workbooks.columns import ColumnTable, column
from parkportal.workbooks.days import INSTANT
from parkportal.workbooks.intake import Draft, Holdings, IntakeKind, Key, leave, refuse
from parkportal.workbooks.judgement import ACCEPTED, CREATE, JudgedRow
from parkportal.workbooks.numbers import CT
from testing.minors import is_minor
from testing.models import ResultValue

NEGATIVE = "阴性"
MAY_GET_RESULT = frozenset({"已接收", "检测中"})
HAS_RESULT = frozenset({"待审核", "已发布"})
VOID = "作废"
CT_POSITIVE = Decimal(37)
_CT_COLUMNS = ("CT值ORF1ab", "CT值N")

RESULT_WORDS = "阴性 ← 阴性(-) 未检出 ND Negative; 阳性 ← 阳性(+) 检出 Positive; 可疑 ← 灰区; 无效 ← 不合格"
RESULT = choice(RESULT_WORDS, bad="bad_result")
_VALUE_OF = {label: value for value, label in ResultValue.choices}
RESULT_CODES = {word: _VALUE_OF[label] for word, label in word_table(RESULT_WORDS).items()}

RESULTS_COLUMNS = ColumnTable((
    column("条码号", BARCODE, "条码 条形码 标本号 标本条码 样本编号 样本条码 管号", required=True),
    column("结果", RESULT, "检测结果 检验结果 核酸结果 结果判定", required=True),
    column("检验时间", INSTANT, "检测时间 检验日期 检测日期"),
    column("检验者", NAME, "检验人 检测人 检验人员 操作者"),
    column("CT值ORF1ab", CT, "ORF1ab ORF1ab-CT CT(ORF1ab) CT值(ORF1ab) CT值/ORF1ab"),
    column("CT值N", CT, "N N-CT CT(N) CT值(N) CT值/N"),
    column("备注", TEXT, "说明 附注"),
))  # fmt: skip


def _results_rules(draft: Draft) -> None:
    """A test lies in the past; a negative result with a low CT is doubtful."""
    tested = draft.value("检验时间")
    if tested and tested.date() > draft.context.as_of:
        draft.fail("检验时间", "future_date")
    for name in _CT_COLUMNS:
        cycles = draft.value(name)
        if draft.value("结果") == NEGATIVE and cycles is not None and cycles <= CT_POSITIVE:
            draft.warn(name, "ct_contradicts")


def results_key(values: Mapping[str, Any]) -> Key:
    """A tube is one by its barcode."""
    return (values["条码号"],)


def _settle_results(kind: IntakeKind, rows: list[JudgedRow], holdings: Holdings) -> None:
    """What the tube's state allows; then the same barcode twice among the rows that are still good."""
    keys = [results_key(row.values) for row in rows]
    tubes = holdings.present(list(dict.fromkeys(keys)))
    together: dict[Key, list[JudgedRow]] = {}
    for row, key in zip(rows, keys, strict=True):
        _settle_by_tube(row, tubes.get(key))
        if row.is_good:
            together.setdefault(key, []).append(row)
    for same in together.values():
        if len({row.values["结果"] for row in same}) > 1:
            for row in same:
                refuse(row, "条码号", "result_conflict")
        else:
            for row in same[1:]:
                leave(row)


def _settle_by_tube(row: JudgedRow, tube: Mapping[str, Any] | None) -> None:
    if tube is None:
        refuse(row, "条码号", "unknown_barcode")
    elif tube["status"] in HAS_RESULT:
        if tube.get("result") == row.values["结果"]:
            leave(row)
        else:
            refuse(row, "条码号", "result_conflict")
    elif tube["status"] not in MAY_GET_RESULT:
        refuse(row, "条码号", "tube_void" if tube["status"] == VOID else "tube_not_received")


RESULTS = IntakeKind(
    code="results",
    title="检测结果",
    columns=RESULTS_COLUMNS,
    rules=_results_rules,
    settle=_settle_results,
    key=results_key,
    key_column=lambda values: "条码号",
)


# --- sign-ups --------------------------------------------------------------------------------------------------------

SIGNED_UP = "已报名"  # beside what the roster holds of a person: whether the campaign has them already
_CODE_OF = {label: code for code, label in DocumentType.choices}

SIGNUP_COLUMNS = ColumnTable((
    *(replace(one, required=False) if one.name == "手机" else one for one in ROSTER.columns.columns),
    column("监护人", NAME, "监护人姓名 家长 家长姓名"),
))  # fmt: skip


def _signup_rules(draft: Draft) -> None:
    """As a roster's row; a phone may be missing, and who is under age needs somebody who answers for them."""
    ROSTER.rules(draft)
    kind, number = draft.value("证件类型"), draft.value("证件号码")
    is_read = kind and number and draft.good("证件类型", "证件号码", "监护人")
    if is_read and not draft.value("监护人") and is_minor(_CODE_OF[kind], number):
        draft.fail("监护人", "guardian_needed")


def _settle_signups(kind: IntakeKind, rows: list[JudgedRow], holdings: Holdings) -> None:
    """New is who is not signed up yet, known to the roster or not; who is signed up only brings the roster up to date."""
    ROSTER.settle(kind, rows, holdings)
    good = {roster_key(row.values): row for row in reversed(rows) if row.is_good}
    held = holdings.present(list(good))
    for key, row in good.items():
        if not held.get(key, {}).get(SIGNED_UP):
            row.outcome, row.action = ACCEPTED, CREATE


SIGNUPS = IntakeKind(
    code="signup",
    title="检测报名名单",
    columns=SIGNUP_COLUMNS,
    rules=_signup_rules,
    settle=_settle_signups,
    key=roster_key,
    key_column=lambda values: "证件号码",
    always=("证件类型", "性别"),
    firm_key="证件号码",
)
