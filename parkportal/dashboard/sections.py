"""What the enterprise file shows, and what is missing in it: a constant number of statements."""

from typing import Any

from django.db.models import Count, IntegerField, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from enterprises import serving, visiting
from enterprises.models import (
    Board,
    DailyReport,
    Employment,
    Enterprise,
    EnterpriseDocument,
    Filing,
    Inspection,
    PersonFlag,
)
from enterprises.models.boards import HANDLERS
from enterprises.models.inspections import INSPECTORS
from enterprises.models.kinds import UnitKind
from parkportal.accounts.models import in_force
from parkportal.clock import park_now, park_today
from parkportal.messaging.models import Message
from parkportal.quantities import rate_text
from parkportal.records import terms
from supplies.models import Delivery, DeliveryLine, asked_for_by
from testing.models import Result, ResultValue, SignUp, Specimen

FOLLOWERS = ("committee", "leader", "contact", "principal", "squad", "supervisor")
REPORT_DAYS = 14
SHOWN = 5


def file_of(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """The whole file within the person's scope."""
    follows = user.has_role(*FOLLOWERS)
    context: dict[str, Any] = {
        "enterprise": enterprise,
        "moves": enterprise.moves.select_related("by").order_by("-effective_at", "-id"),
        "follows": follows,
        "sees_people": user.has_role("committee", "contact", "principal", "squad", "supervisor"),
        "may_edit": _may_edit(enterprise, user),
        "is_committee": user.has_role("committee"),
        "now": park_now(),
        "today": park_today(),
    }
    if follows:
        family = list(Enterprise.objects.family_of(enterprise).order_by("pk"))
        context["merged_rows"] = [row for row in family if row.pk != enterprise.pk]
        context |= _work(enterprise, user) | visiting.section_of(enterprise, user)
        context |= serving.section_of(enterprise, user)
        context |= _papers(enterprise, family, user)
        context["missing"], context["asked"] = missing_in(enterprise, context)
        context["there"] = context["asked"] - len(context["missing"])
        context["deliveries"] = _deliveries(family, user)
        context["may_ask"] = asked_for_by(user).filter(pk=enterprise.pk).exists()
    return context


def _may_edit(enterprise: Enterprise, user: Any) -> bool:
    if user.has_role("committee"):
        return True
    own = user.has_role("contact", "principal")
    return own and Enterprise.objects.editable_by(user).filter(pk=enterprise.pk).exists()


def _work(enterprise: Enterprise, user: Any) -> dict[str, Any]:
    reports = list(
        DailyReport.objects.in_force().filter(enterprise=enterprise).select_related("reported_by")[:REPORT_DAYS]
    )
    last, counts = (reports[0] if reports else None), _counts(enterprise, user)
    filing = Filing.objects.visible_to(user).filter(enterprise=enterprise).select_related("filed_by").first()
    board = Board.objects.visible_to(user).current().filter(enterprise=enterprise).first()
    return {
        "reports": reports,
        "report": last,
        "report_rate": rate_text(last.on_duty, enterprise.headcount) if last else "—",
        "filing": filing,
        "board": board,
        "may_handle_board": user.has_role(*HANDLERS),
        "inspections": Inspection.objects.visible_to(user).filter(enterprise=enterprise)[:5],
        "may_inspect": user.has_role(*INSPECTORS),
        "contacts": enterprise.contacts.filter(in_force()).select_related("user"),
        "people": counts["people"],
        "tests": counts,
        "exemption": terms.labels("exemption").get(enterprise.exemption, "") if enterprise.exemption else "",
    }


def _papers(enterprise: Enterprise, family: list[Enterprise], user: Any) -> dict[str, Any]:
    """The written rules, the marks in force, and what was sent about the enterprise."""
    documents = EnterpriseDocument.objects.visible_to(user).current().filter(enterprise=enterprise)
    employed = Employment.objects.visible_to(user).current().filter(enterprise=enterprise).values("person")
    flags = PersonFlag.objects.in_force().filter(person__in=employed).values_list("kind")
    flags = flags.annotate(people=Count("person", distinct=True)).order_by("kind")
    about = Message.objects.visible_to(user).filter(about_id__in=[row.pk for row in family])
    return {
        "documents": {document.kind: document for document in documents},
        "document_kinds": terms.choices("document_kind"),
        "flags": [(terms.word("person_flag", kind), people) for kind, people in flags],
        "sishang_since": enterprise.listed_since,
        "sishang_printed": _printed(enterprise.sishang_kind),
        "sent": list(about.select_related("recipient")[:SHOWN]),
    }


def _counts(enterprise: Enterprise, user: Any) -> dict[str, int]:
    """How many people it has and how far their testing is, in one statement; positives are not counted here."""
    signups = SignUp.objects.visible_to(user).open().filter(enterprise=enterprise)
    tubes = Specimen.objects.filter(signup__enterprise=enterprise).collected_as_of(park_now())
    negative = Result.objects.in_force().filter(specimen__signup__enterprise=enterprise, value=ResultValue.NEGATIVE)
    employed = Employment.objects.visible_to(user).current().filter(enterprise=enterprise)
    own, of_tube = "enterprise", "signup__enterprise"
    columns = {
        "people": _count(employed, own),
        "signed_up": _count(signups, own, distinct="document_hash"),
        "tubes": _count(tubes, of_tube),
        "sampled": _count(tubes, of_tube, distinct="signup__document_hash"),
        "waiting": _count(tubes.filter(released_at__isnull=True), of_tube),
        "negative": _count(negative, "specimen__signup__enterprise"),
    }
    counts: Any = Enterprise.objects.filter(pk=enterprise.pk).values(**columns)[0]
    return counts


def _count(rows: Any, by: str, *, distinct: str = "") -> Coalesce:
    """How many of these rows, all of one enterprise, as a column."""
    counted = rows.order_by().values(by).annotate(count=Count(distinct or "pk", distinct=bool(distinct)))
    return Coalesce(Subquery(counted.values("count"), output_field=IntegerField()), 0)


def _deliveries(family: list[Enterprise], user: Any) -> dict[str, Any]:
    """What the enterprise was given and what is on its way; what came under a merged name is counted with it."""
    deliveries = Delivery.objects.visible_to(user).filter(enterprise__in=family)
    lines = DeliveryLine.objects.filter(delivery__in=deliveries.received())
    given = (
        lines.values("lot__item__name", "lot__item__unit").annotate(total=Sum("received")).order_by("lot__item__name")
    )
    return {"given": list(given), "open": list(deliveries.unsigned()[:5])}


def missing_in(enterprise: Enterprise, context: dict[str, Any]) -> tuple[list[tuple[str, str, str]], int]:
    """What the file lacks (words, verb, where to mend it), and how many things it is asked to hold."""
    edit = reverse("enterprises:enterprise_edit", args=[enterprise.pk])
    is_site = enterprise.kind == UnitKind.SITE
    lacks = [
        *((not value, f"{label}没有填", "填写", edit) for value, label in _facts(enterprise, is_site=is_site)),
        (not enterprise.liaison_phone, "联络员手机没有填", "填写", edit),
        (not enterprise.principal_phone, "负责人手机没有填", "填写", edit),
        (enterprise.headcount is None, "职工总数没有填", "填写", edit),
        (enterprise.has_canteen is None, "有没有食堂没有填", "填写", edit),
        (not context["people"], "花名册没有导入", "导入", reverse("enterprises:people_list", args=[enterprise.pk])),
        (not context["contacts"], "没有联络账号", "邀请", reverse("enterprises:contact_list", args=[enterprise.pk])),
        *(
            (code not in context["documents"], f"{label}没有交", "从模板写", _document(enterprise, code))
            for code, label in context["document_kinds"]
        ),
        (context["filing"] is None, "还没有复工备案", "", ""),
        (context["board"] is None, "责任牌没有生成", "生成", reverse("enterprises:board_create", args=[enterprise.pk])),
    ]
    return [(words, verb, href) for is_missing, words, verb, href in lacks if is_missing], len(lacks)


def _facts(enterprise: Enterprise, *, is_site: bool) -> list[tuple[str, str]]:
    """What an enterprise is asked for and a site is not, and the other way round."""
    if is_site:
        return [
            (enterprise.developer, "建设单位"),
            (enterprise.builder, "施工单位"),
            (enterprise.manager_phone, "工地负责人手机"),
        ]
    return [(enterprise.building, "楼栋"), (enterprise.legal_name, "法定代表人"), (enterprise.industry, "行业")]


def _document(enterprise: Enterprise, kind: str) -> str:
    return reverse("enterprises:document_create", args=[enterprise.pk, kind])


def _printed(kind: str | None) -> str:
    """How reports call the 四上 kind, where they call it otherwise: 规上批发零售业."""
    return terms.printed("sishang", kind) if kind else ""
