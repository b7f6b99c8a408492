"""Who belongs to a squad, and who takes over which enterprises."""

from collections.abc import Iterable
from typing import Any

from django import forms

from enterprises.models import Enterprise, Squad
from parkportal.accounts.models import User, in_force
from parkportal.editing import SeenFormMixin, mark_of
from parkportal.keys import KeysField


def members_of(squad: Squad) -> Any:
    return User.objects.filter(is_active=True, pk__in=squad.members.filter(in_force()).values("user")).order_by("name")


def offer(field: forms.Field, people: Iterable[User]) -> None:
    """These people stand in the list, read once for all the forms of a page; what is sent is still looked up."""
    named = [(user.pk, str(user)) for user in people]
    field.choices = [("", field.empty_label), *named]  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """A new member: somebody with the squad's role who is not in this squad."""

    user = forms.ModelChoiceField(User.objects.none(), label="加成员", empty_label="选一个账号")

    def __init__(self, *args: Any, squad: Squad, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.with_role("squad").order_by("name")
        if not self.is_bound:  # whoever was added a moment ago may be sent again
            people = people.exclude(pk__in=squad.members.filter(in_force()).values("user"))
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        offer(self.fields["user"], people)


class ToMemberForm(forms.Form):
    """To one of the members."""

    to = forms.ModelChoiceField(User.objects.none(), label="交给", empty_label="选一位成员")

    def __init__(self, *args: Any, squad: Squad, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = members_of(squad)  # type: ignore[attr-defined]


class LeaderForm(SeenFormMixin, ToMemberForm):
    """Who leads, and who led when the form was drawn."""

    def __init__(self, *args: Any, squad: Squad, **kwargs: Any) -> None:
        super().__init__(*args, squad=squad, **kwargs)
        self.fields["to"].label = "队长"
        self.initial["seen"] = mark_of(squad.led())


class GiveForm(ToMemberForm):
    """The ticked enterprises to one member."""

    pick = KeysField(Enterprise.objects.none(), label="企业", error_messages={"required": "请先勾选要交接的企业。"})

    def __init__(self, *args: Any, squad: Squad, **kwargs: Any) -> None:
        super().__init__(*args, squad=squad, **kwargs)
        self.fields["pick"].queryset = Enterprise.objects.current().filter(squad=squad)  # type: ignore[attr-defined]


class HandOverForm(ToMemberForm):
    """A member's whole list to another member."""

    giver = forms.ModelChoiceField(User.objects.none(), label="谁的", empty_label="选一位")

    def __init__(self, *args: Any, squad: Squad, **kwargs: Any) -> None:
        super().__init__(*args, squad=squad, **kwargs)
        self.fields["giver"].queryset = members_of(squad)  # type: ignore[attr-defined]
