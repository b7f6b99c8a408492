"""The demo park's papers: rules and plans of some enterprises, two firms with one agent's phone, filters that staff keep."""

from enterprises.actions import hand_in_document, judge_document, note_doubts, save_filter
from enterprises.dictionaries import EMERGENCY, SYSTEM
from enterprises.document_templates import template_text
from enterprises.models import Enterprise
from parkportal.demo import Stage

FILTERS = (("引导开没有复工", "tier=GUIDE&status=not_resumed&status=planned"), ("A1 栋的企业", "building=A1栋"))
WITH_PAPERS = 18  # of the marked enterprises, the contacts' own left out: they write theirs themselves
UNSEEN = 5  # every so manyth waits to be looked at


def plant(stage: Stage, units: list[Enterprise], marked: list[Enterprise]) -> None:
    """No draw of the seed, so that what later apps draw stays the same."""
    by, supervisor = stage.users["guanwei1"], stage.users["dudao"]
    own = stage.notes["contact_enterprises"]
    for n, unit in enumerate([unit for unit in marked if unit not in own][:WITH_PAPERS]):
        for kind in (SYSTEM, EMERGENCY)[: 1 + n % 2]:
            document = hand_in_document(enterprise=unit, kind=kind, text=template_text(kind, unit), by=by)
            if n % UNSEEN:
                judge_document(document=document, is_good=True, note="", by=supervisor)
    _one_agents_phone(units)
    for name, query in FILTERS:
        save_filter(name=name, query=query, by=by)


def _one_agents_phone(units: list[Enterprise]) -> None:
    """Two firms that one agent entered with the own number: a pair that somebody has to look at."""
    first, second = [unit for unit in units if unit.status == Enterprise.Status.NOT_RESUMED and unit.liaison_phone][:2]
    second.set_liaison(second.liaison_name, first.liaison_phone)
    second.save(update_fields=["liaison_phone", "liaison_phone_hash"])
    note_doubts(units=[second.pk])
