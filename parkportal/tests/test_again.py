"""Small forms beside a button: what they refuse comes back on the page that the button stands on."""

import pytest
from django import forms
from django.urls import reverse

from parkportal.again import ReasonForm, agreed
from parkportal.states import Refused

pytestmark = pytest.mark.django_db


class NoteForm(forms.Form):
    when = forms.CharField()
    note = forms.CharField(required=False)


def refuse(code, **facts):
    def act(**values):
        raise Refused(code, "不行。", **facts)

    return act


@pytest.mark.parametrize(
    ("act", "beside", "field"),
    [
        (refuse("late", field="when"), None, "when"),
        (refuse("when"), None, "when"),
        (refuse("late", field="elsewhere"), None, "__all__"),
        (refuse("late"), "note", "note"),
        (refuse("late"), None, "__all__"),
    ],
)
def test_a_refusal_stands_beside_the_field_it_speaks_of(act, beside, field):
    form = NoteForm({"when": "明天"})

    assert agreed(form, act, beside=beside) == (False, None)
    assert form.errors == {field: ["不行。"]}


def test_an_action_is_not_asked_about_what_is_no_value():
    assert agreed(NoteForm({}), refuse("late")) == (False, None)
    assert agreed(NoteForm({"when": "明天"}), lambda when, note: when + note) == (True, "明天")


def test_a_reason_may_stay_away_only_where_nothing_is_said_for_it():
    assert ReasonForm({}, needs="").is_valid()
    assert ReasonForm({}, needs="作废要写原因。").errors == {"reason": ["作废要写原因。"]}


def test_the_page_is_drawn_again_for_the_same_person_with_its_own_links(client, sign_in, make_user):
    person = make_user("squad", name="韦可")
    sign_in(make_user("admin"))

    answer = client.post(reverse("accounts:user_deactivate", args=[person.pk]), {"reason": "离" * 201})
    page = answer.content.decode()

    assert answer.status_code == 422 and "<h1>韦可</h1>" in page and "为什么停用" in page
    assert 'href="#id_closed_reason"' in page and f'value="{"离" * 201}"' in page
    person.refresh_from_db()
    assert person.is_active


def test_links_that_change_the_query_lead_to_the_page_not_to_the_button(client, sign_in, make_user):
    sign_in(make_user("admin"))

    page = client.post(reverse("messaging:message_search"), {"phone": "123"}).content.decode()

    assert 'value="123"' in page and "要填完整的 11 位手机号。" in page
    assert f'href="{reverse("messaging:message_list")}?' in page and 'href="?' not in page
