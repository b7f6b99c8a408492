"""The symptoms that staff keep in the dictionary: what the public sign-up asks, and who is sampled at home for them."""

import pytest
from django.utils.translation import override

from enterprises.symptoms import symptom_words
from parkportal.records import terms
from parkportal.records.models import Term
from testing.forms.signup import HealthForm
from testing.groups import Facts, group_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_notice():
    """One word of the seed stays, one is new."""
    terms.plant()
    Term.objects.filter(kind="symptom").exclude(code="fever").update(is_active=False)
    settings = {"english": "Pink eye"}
    Term.objects.create(kind="symptom", code="pink_eye", label="结膜充血", position=90, settings=settings)


@pytest.mark.parametrize(("language", "words"), [("zh-hans", ["发热", "结膜充血"]), ("en", ["Fever", "Pink eye"])])
def test_the_sign_up_asks_for_the_dictionarys_symptoms_in_two_languages(language, words):
    with override(language):
        offered = HealthForm().fields["symptoms"].choices
        assert list(offered) == list(zip(["发热", "结膜充血"], words, strict=True))
        assert symptom_words(["发热", "结膜充血"]) == words


def test_a_symptom_that_staff_added_is_taken_and_one_that_is_retired_is_not():
    said = {"origin": "changsha", "had_contact": "no"}
    form = HealthForm({**said, "symptoms": ["结膜充血"]})
    assert form.is_valid() and form.cleaned_data["symptoms"] == ["结膜充血"]
    assert group_of(Facts(symptoms=tuple(form.cleaned_data["symptoms"]))) == "A3"
    assert HealthForm({**said, "symptoms": ["咳嗽"]}).errors.keys() == {"symptoms"}
