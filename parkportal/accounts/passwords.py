"""Rules for passwords beyond those that Django has."""

from typing import Any

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

KINDS_NEEDED = 3


class LongEnough(MinimumLengthValidator):
    """Django's rule in the park's language: its own catalogue has no Chinese for the present wording."""

    def get_error_message(self) -> str:
        return self.get_help_text()

    def get_help_text(self) -> str:
        return f"密码至少要有 {self.min_length} 个字。"


class MixedCharacters:
    """At least three of: capital letters, small letters, digits, other characters. From 16 characters on: free."""

    long_enough = 16

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) >= self.long_enough:
            return
        kinds = {self._kind(character) for character in password}
        if len(kinds) < KINDS_NEEDED:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return f"大写字母、小写字母、数字、符号，至少用三种；{self.long_enough} 个字以上的不限。"

    @staticmethod
    def _kind(character: str) -> str:
        if character.isdigit():
            return "digit"
        if not character.isalpha():
            return "sign"
        return "capital" if character.isupper() else "small"
