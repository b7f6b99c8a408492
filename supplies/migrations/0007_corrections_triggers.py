import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

import parkportal.quantities
from parkportal.records.triggers import Guard, append_only, guarded

REASONS = ("damaged", "lost", "later", "declined")
STANDS = (
    "NEW.occasion IS NOT NULL AND EXISTS (SELECT 1 FROM supplies_movement AS standing "
    "WHERE standing.occasion = NEW.occasion AND NOT EXISTS (SELECT 1 FROM supplies_movement AS undone "
    "WHERE undone.reverses_id = standing.id))"
)
FROZEN = (
    "EXISTS (SELECT 1 FROM supplies_allocationline AS other "
    "WHERE other.allocation_id = NEW.allocation_id AND other.is_frozen)"
)
WORDS = "the lines of an approved plan are frozen"


def the_one_reason_had_all(apps, editor):
    lines = apps.get_model("supplies", "DeliveryLine").objects
    for reason in REASONS:
        lines.filter(shortage=reason, received__lt=F("expected")).update(**{reason: F("expected") - F("received")})


def freeze_what_is_approved(apps, editor):
    lines = apps.get_model("supplies", "AllocationLine").objects
    lines.filter(allocation__status__in=["approved", "done"]).update(is_frozen=True)


class Migration(migrations.Migration):

    dependencies = [
        ("supplies", "0006_tokens"),
    ]

    operations = [
        *(
            migrations.AddField(
                model_name="deliveryline",
                name=name,
                field=parkportal.quantities.QuantityField(default=0, verbose_name=label),
            )
            for name, label in zip(REASONS, ("破损", "路上少了", "下次补送", "企业不要"), strict=True)
        ),
        migrations.RunPython(the_one_reason_had_all, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="deliveryline", name="delivery_line_shortage"),
        migrations.RemoveField(model_name="deliveryline", name="shortage"),
        migrations.AddConstraint(
            model_name="deliveryline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received__isnull", True),
                    ("expected", F("received") + F("damaged") + F("lost") + F("later") + F("declined")),
                    _connector="OR",
                ),
                name="delivery_line_shortage",
                violation_error_message="少收的要写原因，各原因合计要等于少收的数。",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliveryline",
            constraint=models.CheckConstraint(
                condition=models.Q(("damaged__gte", 0), ("declined__gte", 0), ("later__gte", 0), ("lost__gte", 0)),
                name="delivery_line_parts",
                violation_error_message="少收的数不能小于 0。",
            ),
        ),
        migrations.AddField(
            model_name="lot",
            name="manufacturer",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="生产厂家"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="allocationline",
            name="is_frozen",
            field=models.BooleanField(
                default=False,
                editable=False,
                help_text="Set by the approval; the database then refuses every change.",
                verbose_name="已冻结",
            ),
        ),
        migrations.RunPython(freeze_what_is_approved, migrations.RunPython.noop),
        migrations.AddField(
            model_name="deliverymove",
            name="changes",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='[{"line": 行, "before": {数量}, "after": {数量}}]，数量是文字。',
                verbose_name="更正了什么",
            ),
        ),
        migrations.AddField(
            model_name="movement",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="supplies.movement",
                verbose_name="更正的是",
            ),
        ),
        migrations.AlterField(
            model_name="movement",
            name="occasion",
            field=models.CharField(
                blank=True,
                db_index=True,
                help_text="One standing movement for each: e.g. the session it closes.",
                max_length=60,
                null=True,
                verbose_name="事由",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)),
                fields=("occasion",),
                name="movement_occasion_once",
                violation_error_message="这件事已经记过账。",
            ),
        ),
        # SQLite has built these tables anew, and their triggers went with the old ones.
        append_only("supplies_movement"),
        append_only("supplies_deliverymove"),
        guarded(Guard("supplies_occasion_once", "supplies_movement", "INSERT", STANDS, "this occasion is booked")),
        guarded(Guard("supplies_frozen_insert", "supplies_allocationline", "INSERT", FROZEN, WORDS)),
        guarded(
            Guard(
                "supplies_frozen_update", "supplies_allocationline", "UPDATE",
                "OLD.is_frozen OR NEW.allocation_id <> OLD.allocation_id", WORDS,
            )
        ),
        guarded(Guard("supplies_frozen_delete", "supplies_allocationline", "DELETE", "OLD.is_frozen", WORDS)),
        guarded(
            Guard("supplies_receipt_signed", "supplies_receipt", "INSERT", "NEW.method = 'typed'", "a typed name signs nothing")
        ),
    ]  # fmt: skip
