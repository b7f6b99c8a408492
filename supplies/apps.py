"""The app's declarations are registered here."""

from django.apps import AppConfig

ITEM_KINDS = (
    {"code": "masks", "label": "口罩", "settings": {"words": ["口罩"]}},
    {"code": "alcohol", "label": "酒精", "settings": {"words": ["酒精"]}},
    {"code": "disinfectant", "label": "消毒液", "settings": {"words": ["消毒液"]}},
    {"code": "thermometers", "label": "额温枪", "settings": {"words": ["额温枪", "测温枪"]}},
    {"code": "herbs", "label": "中药饮片", "settings": {"words": ["饮片"]}},
    {"code": "medicine", "label": "药品", "settings": {"words": ["胶囊", "颗粒", "口服液"]}},
    {"code": "kit", "label": "采样耗材", "settings": {"words": ["咽拭子", "采样套装"]}},
    {"code": "tube", "label": "采样管", "settings": {"words": ["采样管", "保存管"]}},
    {"code": "other", "label": "其他", "settings": {"words": []}},
)


class SuppliesConfig(AppConfig):
    name = "supplies"
    verbose_name = "物资"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, intake kinds, dictionaries)."""
        from parkportal.messaging import purposes
        from parkportal.records import figures, intake, terms, worklist
        from supplies import cost_book, register_book  # noqa: F401 - declare their jobs
        from supplies.doors import RECEIPTS_DOOR
        from supplies.figures import FIGURES
        from supplies.purposes import PURPOSES
        from supplies.worklist import SOURCES

        purposes.register(PURPOSES)
        figures.register(FIGURES)
        worklist.register(SOURCES)
        intake.register(RECEIPTS_DOOR)
        terms.declare("item_kind", *ITEM_KINDS)
