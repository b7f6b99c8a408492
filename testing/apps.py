"""The app's declarations are registered here."""

from django.apps import AppConfig


class TestingConfig(AppConfig):
    name = "testing"
    verbose_name = "检测"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, intake kinds, dictionaries)."""
        from parkportal.messaging import purposes as messaging_purposes
        from parkportal.records import figures as all_figures
        from parkportal.records import intake, terms
        from parkportal.records import worklist as all_worklists
        from supplies import holders
        from testing import (  # noqa: F401
            doors,
            exports,
            figures,
            groups,
            label_runs,
            missing,
            points,
            purposes,
            result_words,
            settlement,
            signup_door,
            worklist,
        )

        messaging_purposes.register(purposes.PURPOSES)
        all_figures.register(figures.ALL)
        all_worklists.register(worklist.ALL)
        holders.register_point_hands(points.staff_of)
        terms.declare("test_group", *groups.TERMS, rules=groups.RULES)
        terms.declare(result_words.KIND, *result_words.TERMS, title="检测结果的写法", rules=result_words.RULES)
        intake.register(doors.RESULTS_DOOR)
        intake.register(signup_door.SIGNUP_DOOR)
