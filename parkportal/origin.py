"""From where an act comes: the address of the present request, and the column that keeps it on a move."""

from contextvars import ContextVar
from typing import Any

from django.db import models

current_address: ContextVar[str] = ContextVar("current_address", default="")


class OriginField(models.CharField):
    """From where somebody with an account did it; written with the row, whoever creates it.

    Empty for what the portal does by itself and for people without an account: they were told what is kept of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 45, "null": True, "blank": True, "editable": False, **kwargs})

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and getattr(model_instance, "by_id", None) and not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, current_address.get() or None)
        return super().pre_save(model_instance, add)
