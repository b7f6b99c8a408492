"""Files that come in: the pages and the command are the same for every kind, the app that owns a kind opens a door.

In AppConfig.ready():

    intake.register(IntakeDoor(kind=REGISTER, roles=("committee",), holdings=register_holdings, commit=take_in_register))

A file is uploaded, judged and shown; nothing is written. Its good rows are then taken in, all of them, by a job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django import forms
from django.db.models import Model

from parkportal.records import terms
from parkportal.records.jobs import Progress
from parkportal.records.models import StoredFile
from parkportal.states import Refused
from parkportal.workbooks import intake as kinds
from parkportal.workbooks.intake import Holdings, IntakeKind, NoHoldings
from parkportal.workbooks.judgement import JudgedRow, Judgement

Params = dict[str, Any]


@dataclass(frozen=True)
class CommitReport:
    """What a commit wrote: rows new and changed, and a sentence if there is more to say (备案 3 家, 签收单 …)."""

    created: int = 0
    updated: int = 0
    words: str = ""


class Commit(Protocol):
    """Writes accepted rows (`row.values`, `row.action`, `row.changes`, `row.given`). Runs inside a transaction.

    Rows come in the file's order, in one call or, with `chunk`, in several; `progress` may be ticked between rows.
    A rule that says no raises Refused, and nothing of the call stays.
    """

    def __call__(
        self,
        rows: list[JudgedRow],
        *,
        by: Any,
        params: Params,
        source_file: StoredFile | None,
        progress: Progress | None,
    ) -> CommitReport: ...


def _nothing_held(user: Any, params: Params) -> Holdings:
    return NoHoldings()


def _no_params(options: Mapping[str, str], user: Any) -> Params:
    return {}


@dataclass(frozen=True)
class Planned:
    """What a good row would lead to beyond the row itself, for the preview: words, and a state's shape and word."""

    row: int
    name: str
    words: tuple[str, ...]
    shape: str
    word: str


@dataclass(frozen=True)
class PlanTable:
    """The same for a file: what its columns say, and its rows."""

    title: str
    heads: tuple[str, ...]
    rows: list[Planned]


class Plan(Protocol):
    """Computes what taking the file in would lead to; writes nothing."""

    def __call__(self, judgement: Judgement, user: Any, params: Params) -> PlanTable: ...


@dataclass(frozen=True)
class IntakeDoor:
    """The database side of a kind of file.

    `holdings(user, params)` is what the portal holds, within what `user` reaches (None = the command without --by);
    it raises Refused when the params lie outside. `params_form` asks for what the file cannot say (enterprise,
    warehouse): its fields' cleaned values become the params, model instances as their keys; it is made with
    `params_form(data, user=…, initial=…)`. `command_params(options, user)` does so for the command's options
    `enterprise` and `warehouse` and raises Refused. `success_url(params)` is where the rows can be seen afterwards,
    `place(params)` names the params (the enterprise, the warehouse). `chunk` rows are written in one transaction
    (None: all). `plan` shows in the preview what good rows lead to (a place, a round). `finds_written` False = the kind has no key, so rows written before an interruption are counted.
    `dictionaries` says which dictionary's words a column takes besides its own, `meanings` which further texts mean one
    of its own words.
    """

    kind: IntakeKind
    roles: tuple[str, ...]
    commit: Commit
    holdings: Callable[[Any, Params], Holdings] = _nothing_held
    params_form: type[forms.Form] | None = None
    command_params: Callable[[Mapping[str, str], Any], Params] = _no_params
    place: Callable[[Params], str] = lambda params: ""
    success_url: Callable[[Params], str] | None = None
    success_label: str = "去看看"
    guidance: tuple[str, ...] = ()
    row_words: str = "行"
    name_columns: tuple[str, ...] = ("姓名", "单位名称", "物资名称", "条码号")
    chunk: int | None = 1000
    finds_written: bool = True
    plan: Plan | None = None
    new_word: str = "新增"
    new_note: str = "平台里还没有的"
    held_note: str = "与平台现有的完全相同"
    example: str = field(default="")
    dictionaries: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, Callable[[], Mapping[str, str]]] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.kind.code

    def kind_now(self) -> IntakeKind:
        """The kind as it reads files today: with the words that staff have in their dictionaries."""
        words = {column: dict(terms.file_words(kind)) for column, kind in self.dictionaries.items()}
        words |= {column: dict(means()) for column, means in self.meanings.items()}
        return replace(self.kind, columns=self.kind.columns.widened(words)) if words else self.kind

    @property
    def title(self) -> str:
        return self.kind.title


_doors: dict[str, IntakeDoor] = {}


def register(door: IntakeDoor) -> None:
    """Called in AppConfig.ready(); also makes the kind itself known."""
    kinds.register(door.kind)
    _doors[door.code] = door


def get(code: str) -> IntakeDoor:
    """The door of a kind. Raises KeyError."""
    return _doors[code]


def doors_for(user: Any) -> list[IntakeDoor]:
    """The kinds that this person may bring in."""
    return [door for door in _doors.values() if user.has_role(*door.roles)]


def codes() -> list[str]:
    return sorted(_doors)


def params_of(form: forms.Form) -> Params:
    """The form's answers as they are kept: a model instance as its key."""
    return {
        name: value.pk if isinstance(value, Model) else value
        for name, value in form.cleaned_data.items()
        if name in form.fields and value not in (None, "")
    }


def scope_of(params: Params) -> str:
    """The params in one line: two files of one scope may be the same file twice."""
    return ",".join(f"{name}={params[name]}" for name in sorted(params))[:64]


def check_params(door: IntakeDoor, user: Any, params: Params) -> None:
    """Raises Refused when the params lie outside what the person reaches."""
    if not user.has_role(*door.roles):
        raise Refused("no_such_door", "没有这个导入。")
    door.holdings(user, params)
