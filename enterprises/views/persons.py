"""One person: entered, marked, ended, corrected; and the persons behind the counts of a daily report."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from enterprises.actions import correct_employment, correct_flag, employ_one, end_employment, end_flag, flag_person
from enterprises.forms import (
    CorrectEmploymentForm,
    CorrectFlagForm,
    EndEmploymentForm,
    EndFlagForm,
    FlagForm,
    PersonForm,
    ReportedPeopleForm,
)
from enterprises.models import DailyReport, Employment, Enterprise, PersonFlag
from parkportal.clock import park_today
from parkportal.editing import EditConflict, chosen, conflict_page, mark_of, spoken_by
from parkportal.guards import roles
from parkportal.records import terms
from parkportal.states import Refused

READ = ("committee", "contact", "principal", "squad", "supervisor")
WRITE = ("committee", "contact", "principal")


@roles(*READ)
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the portal knows of a person at an enterprise, masked; corrected rows stay visible."""
    rows = Employment.objects.visible_to(request.user).select_related("person", "enterprise", "corrects")
    employment = get_object_or_404(rows, pk=pk)
    person = employment.person
    flags = list(PersonFlag.objects.visible_to(request.user).filter(person=person).select_related("recorded_by"))
    today = park_today()
    for flag in flags:
        flag.words, flag.holds = terms.word("person_flag", flag.kind), flag.holds_on(today)
    context = {
        "employment": employment,
        "person": person,
        "flags": flags,
        "jobs": Employment.objects.visible_to(request.user).filter(person=person).select_related("enterprise"),
        "may_write": _own(request.user).filter(pk=pk, is_void=False).exists(),
        "today": today,
    }
    return render(request, "enterprises/person_detail.html", context)


@roles(*WRITE)
def person_create(request: HttpRequest, pk: int) -> HttpResponse:
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = employ_one(enterprise=enterprise, data=form.facts(), said=form.said(), by=request.user)
            messages.success(request, f"{job.person}在名单里了。")
            return redirect("enterprises:person_detail", pk=job.pk)
        except Refused as refused:
            form.add_error(refused.facts.get("field"), refused)
    context = {"form": form, "enterprise": enterprise, "title": "登记一个人", "submit": "登记"}
    context["lead"] = "和花名册的栏目一样；同一个证件再登记一次，就是改资料。"
    return render(request, "enterprises/person_form.html", context, status=422 if form.errors else 200)


@roles(*WRITE)
def person_flag(request: HttpRequest, pk: int) -> HttpResponse:
    """A new mark on a person."""
    job = _job(request, pk)

    def do(data: dict[str, Any]) -> None:
        flag_person(
            person=job.person, kind=data["kind"], starts_on=data["starts_on"], ends_on=data["ends_on"], source="逐人登记",
            by=request.user, token=data["token"],
        )  # fmt: skip

    return _one_form(request, FlagForm(request.POST or None), job, do, title="加标记", submit="加上")


@roles(*WRITE)
def flag_end(request: HttpRequest, pk: int, flag: int) -> HttpResponse:
    job, mark = _mark(request, pk, flag)
    form = EndFlagForm(request.POST or None, initial={"seen": mark_of(mark.ending())})

    def do(data: dict[str, Any]) -> None:
        said = chosen(request, {"on": data["on"], "reason": data["reason"]})
        end_flag(flag=mark, by=request.user, seen=data["seen"], spoken=spoken_by(form), **said)

    return _one_form(request, form, job, do, title="结束标记", submit="结束")


@roles(*WRITE)
def flag_correct(request: HttpRequest, pk: int, flag: int) -> HttpResponse:
    job, mark = _mark(request, pk, flag)
    form = CorrectFlagForm(request.POST or None, initial={**mark.days(), "seen": mark_of(mark.days())})

    def do(data: dict[str, Any]) -> None:
        days = chosen(request, {name: data[name] for name in mark.days()})
        correct_flag(
            flag=mark, by=request.user, reason=data["reason"], seen=data["seen"], spoken=spoken_by(form), **days
        )

    return _one_form(request, form, job, do, title="更正标记", submit="更正", lead="原来的一行留着，写明已更正。")


@roles(*WRITE)
def employment_end(request: HttpRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)

    def do(data: dict[str, Any]) -> None:
        end_employment(employment=job, on=data["on"], reason=data["reason"], by=request.user)

    return _one_form(request, EndEmploymentForm(request.POST or None), job, do, title="离岗", submit="离岗")


@roles(*WRITE)
def employment_correct(request: HttpRequest, pk: int) -> HttpResponse:
    job = _job(request, pk)
    form = CorrectEmploymentForm(request.POST or None, initial={**job.facts(), "seen": mark_of(job.facts())})
    right = {}

    def do(data: dict[str, Any]) -> None:
        facts, reason = chosen(request, form.facts()), data["reason"]
        right["pk"] = correct_employment(
            employment=job, data=facts, reason=reason, seen=data["seen"], spoken=spoken_by(form), by=request.user
        ).pk

    lead = "原来的一行留着，写明已更正。"
    return _one_form(request, form, job, do, title="更正在岗资料", submit="更正", lead=lead, to=right)


@roles(*WRITE)
def report_people(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest report counts people in observation: who they are."""
    enterprise = get_object_or_404(Enterprise.objects.editable_by(request.user).current(), pk=pk)
    report = DailyReport.objects.in_force().filter(enterprise=enterprise).first()
    jobs = Employment.objects.visible_to(request.user).current().filter(enterprise=enterprise)
    jobs = jobs.select_related("person").order_by("person__pinyin_key", "pk")
    form = ReportedPeopleForm(request.POST or None, employments=jobs, initial={"kind": "observation"})
    day = report.day if report else park_today()
    if request.method == "POST" and form.is_valid():
        chosen = [job.person for job in jobs if str(job.person_id) in form.cleaned_data["people"]]
        kind = form.cleaned_data["kind"]
        for person in chosen:
            flag_person(person=person, kind=kind, starts_on=day, source=f"日报 {day:%Y-%m-%d}", by=request.user)
        messages.success(request, f"标好了 {len(chosen)} 人。")
        return redirect("enterprises:people_list", pk=pk)
    context = {"form": form, "enterprise": enterprise, "report": report, "day": day}
    return render(request, "enterprises/report_people.html", context, status=422 if form.errors else 200)


def _own(user: Any) -> Any:
    """Employments whose enterprise this person may write."""
    rows = Employment.objects.visible_to(user).filter(enterprise__in=Enterprise.objects.editable_by(user))
    return rows.select_related("person", "enterprise")


def _job(request: HttpRequest, pk: int) -> Employment:
    """The row that the form is about. One that somebody corrected meanwhile is met when the form comes back."""
    rows = _own(request.user)
    return get_object_or_404(rows if request.method == "POST" else rows.filter(is_void=False), pk=pk)


def _mark(request: HttpRequest, pk: int, flag: int) -> tuple[Employment, PersonFlag]:
    job = _job(request, pk)
    marks = PersonFlag.objects.visible_to(request.user).filter(person=job.person_id)
    marks = marks if request.method == "POST" else marks.filter(is_void=False)
    return job, get_object_or_404(marks.select_related("person"), pk=flag)


def _one_form(
    request: HttpRequest, form: Any, job: Employment, do: Callable[[dict[str, Any]], None], **words: Any
) -> HttpResponse:
    """A form about one person: done and back to the person, or shown with what is wrong."""
    to = words.pop("to", {})
    if request.method == "POST" and form.is_valid():
        try:
            do(form.cleaned_data)
            messages.success(request, f"{job.person}：{words['title']}，写好了。")
            return redirect("enterprises:person_detail", pk=to.get("pk", job.pk))
        except EditConflict as conflict:
            back = reverse("enterprises:person_detail", args=[job.pk])
            return conflict_page(request, conflict, title=f"{words['title']}：{job.person.masked_name}", back=back)
        except Refused as refused:
            field = refused.facts.get("field")
            form.add_error({"ends_on": "on"}.get(str(field), field) if field not in form.fields else field, refused)
    context = {"form": form, "enterprise": job.enterprise, "employment": job, **words}
    return render(request, "enterprises/person_form.html", context, status=422 if form.errors else 200)
