"""The app's declarations are registered here."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = "企业"

    def ready(self) -> None:
        """Register what this app declares (purposes, figures, worklist, dictionaries, invitations, jobs)."""
        from enterprises import dictionaries, doors, exports, figures, purposes, sending, worklist  # noqa: F401 - some declare jobs
        from enterprises.actions import contacts, people
        from enterprises.acts import WORDS
        from parkportal.accounts import invitations
        from parkportal.messaging import purposes as messaging_purposes
        from parkportal.records import audit_words, intake
        from parkportal.records import figures as all_figures
        from parkportal.records import worklist as all_worklists

        dictionaries.declare(key_post=people.recount_key_posts)
        audit_words.name(WORDS)
        messaging_purposes.register(purposes.ALL)
        all_figures.register(figures.ALL)
        all_figures.register_source(figures.of_added_kinds)
        all_worklists.register(worklist.ALL)
        invitations.register(contacts.PURPOSE, contacts.complete_invitation, contacts.describe_invitation)
        intake.register(doors.REGISTER_DOOR)
        intake.register(doors.ROSTER_DOOR)
