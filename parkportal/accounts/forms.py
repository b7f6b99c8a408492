"""What people type about accounts. A form judges input only; who may do what is decided by guards and actions."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator

from parkportal.accounts.models import Role, User
from parkportal.idempotency import TokenFormMixin
from parkportal.identifiers import IdentifierProblem, normal_name, normal_phone

USERNAME = RegexValidator(r"^[a-z][a-z0-9._-]{2,39}$", "用 3 到 40 个小写字母、数字、点或横线，字母开头。")
LONGEST_PASSWORD = 128
STAFF_ROLES = [(code, label) for code, label in Role.choices if code not in {Role.CONTACT, Role.PRINCIPAL}]


def password_field(label: str, *, new: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "w-name", "autocomplete": "new-password" if new else "current-password"}
        ),
    )


RULES_IN_WORDS = (
    "至少 10 个字，大写字母、小写字母、数字、符号用三种以上（16 个字以上不限）。"
    "不要用常见的密码，也不要和姓名、用户名相像。"
)


class SignInForm(forms.Form):
    username = forms.CharField(
        label="手机或用户名",
        max_length=64,
        widget=forms.TextInput(
            attrs={"class": "w-name", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = password_field("密码", new=False)


class DigitsForm(forms.Form):
    """Six digits; blanks that somebody pastes along are ignored."""

    digits = forms.CharField(
        label="验证器上的数字",
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": "six",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
                "maxlength": "12",
            }
        ),
    )

    def clean_digits(self) -> str:
        digits = "".join(self.cleaned_data["digits"].split()).replace("-", "")
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise forms.ValidationError("是 6 位数字。")
        return digits


class RecoveryForm(forms.Form):
    recovery = forms.CharField(
        label="备用码",
        max_length=20,
        widget=forms.TextInput(
            attrs={"class": "w-id", "autocomplete": "off", "autocapitalize": "none", "autofocus": True}
        ),
    )


class NewPasswordMixin(forms.Form):
    """A new password, twice. Subclasses say for whom by `self.user`."""

    user: User

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") is not None and data["again"] != data["password"]:
            self.add_error("again", "两次输入的密码不一样。")
        return data


class PasswordChangeForm(NewPasswordMixin):
    field_order = ["old", "password", "again"]
    old = password_field("现在的密码", new=False)
    password = password_field("新密码", new=True)
    again = password_field("再输一次新密码", new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = RULES_IN_WORDS

    def clean_old(self) -> str:
        if not self.user.check_password(self.cleaned_data["old"]):
            raise forms.ValidationError("现在的密码不对。")
        return self.cleaned_data["old"]

    def clean_password(self) -> str:
        password = super().clean_password()
        if self.user.check_password(password):
            raise forms.ValidationError("新密码不能和现在的一样。")
        return password


class AccountOpeningForm(NewPasswordMixin):
    """What somebody who was invited chooses: a user name and a password."""

    field_order = ["username", "password", "again"]
    username = forms.CharField(
        label="用户名",
        help_text="登录时用，小写字母开头，可以有数字。以后也可以用手机号登录。",
        max_length=40,
        validators=[USERNAME],
        widget=forms.TextInput(attrs={"class": "w-name", "autocomplete": "username", "autocapitalize": "none"}),
    )
    password = password_field("密码", new=True)
    again = password_field("再输一次密码", new=True)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = RULES_IN_WORDS

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username=username).exists():
            raise forms.ValidationError("这个用户名已经有人用了，换一个。")
        self.user.username = username
        return username


class StaffInvitationForm(TokenFormMixin):
    """Whom an administrator invites. What a role reaches (squad, point, lab, warehouse) is said in its own app.

    Enterprises' people are invited from the enterprise, which they get with the account.
    """

    field_order = ["name", "phone", "role"]
    name = forms.CharField(label="姓名", max_length=50, widget=forms.TextInput(attrs={"class": "w-name"}))
    phone = forms.CharField(
        label="手机",
        help_text="链接发到这个号码，3 天内有效，只能用一次。",
        max_length=24,
        widget=forms.TextInput(attrs={"class": "w-phone", "inputmode": "tel", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label="角色", choices=[("", "请选择"), *STAFF_ROLES], widget=forms.Select(attrs={"class": "w-name"})
    )

    def clean_name(self) -> str:
        try:
            return normal_name(self.cleaned_data["name"])
        except IdentifierProblem as problem:
            raise forms.ValidationError(str(problem)) from problem

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except IdentifierProblem as problem:
            raise forms.ValidationError(str(problem)) from problem


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label="角色",
        choices=Role.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "请选一个角色。"),
    )
