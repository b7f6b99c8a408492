"""Words that reviewers of providers refuse, or that say what a text message must not say (handbook §7)."""

from typing import Any

from django.conf import settings
from django.core import checks

from parkportal.messaging import purposes

REFUSED_WORDS = ("招商", "医疗", "党政", "房地产", "阳性", "阴性", "可疑", "确诊")


@checks.register
def message_words(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Templates are neutral, and the signature has 2 to 12 characters."""
    found: list[checks.CheckMessage] = [
        checks.Error(f"message purpose {purpose.code}: the template says {word}", id="messaging.E001")
        for purpose in purposes.all_purposes()
        for word in REFUSED_WORDS
        if word in purpose.template
    ]
    if not 2 <= len(settings.SMS_SIGNATURE) <= 12:
        found.append(checks.Error("SMS_SIGNATURE has 2 to 12 characters", id="messaging.E002"))
    return found
