"""What is written when a sitting ends: a word on each gap, and the kits as counted."""

from typing import Any

from django import forms

from parkportal.idempotency import TokenFormMixin
from testing.actions.reconcile import Balance, KitCount, KitRow


class ReconcileForm(TokenFormMixin):
    """`gap-<code>` for each person or tube that does not fit; `left-<kind>` and `why-<kind>` for each kind of kit."""

    def __init__(self, *args: Any, counted: Balance, kits: list[KitRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = [
            (one, self._words(f"gap-{one.code}", f"{one.name}怎么了", "怎么了，如先走了、明天再来"))
            for one in counted.without_tube
        ]
        self.tubes = [
            (one, self._words(f"gap-{one.barcode}", f"{one.barcode}怎么了", "在哪里")) for one in counted.loose
        ]
        self.kits = [
            (row, self._left(row), self._words(f"why-{row.kind}", f"{row.label}差在哪里", "如掉地上 2 份、借给别的点"))
            for row in kits
        ]

    def _words(self, name: str, label: str, hint: str) -> forms.BoundField:
        widget = forms.TextInput(attrs={"class": "w-name", "placeholder": hint})
        self.fields[name] = forms.CharField(label=label, max_length=100, required=False, widget=widget)
        return self[name]

    def _left(self, row: KitRow) -> forms.BoundField:
        self.fields[f"left-{row.kind}"] = forms.IntegerField(
            label=f"{row.label}实有", required=False, min_value=0, max_value=999_999, initial=row.should_be_left,
            error_messages={"invalid": "要写整数。"},
            widget=forms.TextInput(attrs={"class": "w-number", "inputmode": "numeric", "autocomplete": "off"}),
        )  # fmt: skip
        return self[f"left-{row.kind}"]

    def told(self) -> dict[str, Any]:
        """The arguments of the action: `gaps` by code without the empty ones, `kits` by kind where one was counted, `token`."""
        data = self.cleaned_data
        gaps = {name.removeprefix("gap-"): words for name, words in data.items() if name.startswith("gap-") and words}
        left = {name.removeprefix("left-"): n for name, n in data.items() if name.startswith("left-") and n is not None}
        kits: dict[str, KitCount] = {kind: (n, data[f"why-{kind}"]) for kind, n in left.items()}
        return {"gaps": gaps, "kits": kits, "token": data["token"]}
