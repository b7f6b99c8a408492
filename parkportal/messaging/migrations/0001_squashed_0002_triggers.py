import django.db.models.deletion
import django.utils.timezone
import parkportal.clock
import parkportal.idempotency
import parkportal.messaging.models
import parkportal.privacy
from django.conf import settings
from django.db import migrations, models

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):

    replaces = [('messaging', '0001_initial'), ('messaging', '0002_triggers')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('out_id', models.CharField(max_length=64, unique=True, verbose_name='流水号')),
                ('channel', models.CharField(choices=[('sms', '短信'), ('email', '邮件'), ('call', '电话')], default='sms', max_length=8, verbose_name='渠道')),
                ('address', parkportal.privacy.EncryptedTextField(verbose_name='手机或邮箱')),
                ('recipient_hash', models.CharField(db_index=True, max_length=32)),
                ('text', parkportal.privacy.EncryptedTextField(verbose_name='原文')),
                ('received_at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='收到时间')),
            ],
            options={
                'verbose_name': '短信箱',
                'verbose_name_plural': '短信箱',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_hash', models.CharField(max_length=32, unique=True)),
                ('at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='退订时间')),
            ],
            options={
                'verbose_name': '退订',
                'verbose_name_plural': '退订',
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(db_index=True, max_length=48, verbose_name='用途')),
                ('kind', models.CharField(choices=[('code', '验证码'), ('notice', '通知'), ('promotion', '推广')], max_length=12, verbose_name='类型')),
                ('is_urgent', models.BooleanField(default=False, verbose_name='不分时段')),
                ('occasion', models.CharField(max_length=120, verbose_name='场合')),
                ('channel', models.CharField(choices=[('sms', '短信'), ('email', '邮件'), ('call', '电话')], default='sms', max_length=8, verbose_name='渠道')),
                ('address', parkportal.privacy.EncryptedTextField(blank=True, verbose_name='手机或邮箱')),
                ('recipient_hash', models.CharField(db_index=True, max_length=32)),
                ('label', models.CharField(blank=True, help_text='What staff read; names in it are masked', max_length=120, verbose_name='关于')),
                ('context_id', models.BigIntegerField(blank=True, null=True, verbose_name='事由编号')),
                ('template', models.CharField(max_length=48, verbose_name='模板')),
                ('params', parkportal.privacy.EncryptedJSONField(default=dict)),
                ('text', parkportal.privacy.EncryptedTextField(verbose_name='原文')),
                ('segments', models.PositiveSmallIntegerField(default=1, verbose_name='计条')),
                ('status', models.CharField(choices=[('waiting', '待发送'), ('sending', '发送中'), ('sent', '已发送'), ('delivered', '已送达'), ('failed', '失败'), ('withdrawn', '已撤回'), ('expired', '已过期'), ('unverified', '待核实')], default='waiting', max_length=12, verbose_name='状态')),
                ('created_at', models.DateTimeField(db_index=True, default=parkportal.clock.park_now, verbose_name='写入时间')),
                ('send_after', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='最早发送')),
                ('expires_at', models.DateTimeField(verbose_name='作废时间')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('lease_by', models.CharField(blank=True, max_length=80)),
                ('retry_at', models.DateTimeField(blank=True, null=True)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('asked_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('asks', models.PositiveSmallIntegerField(default=0, verbose_name='查询次数')),
                ('out_id', models.CharField(default=parkportal.messaging.models.new_out_id, max_length=64, unique=True, verbose_name='流水号')),
                ('provider_id', models.CharField(blank=True, max_length=64, verbose_name='回执号')),
                ('failure', models.CharField(blank=True, max_length=100, verbose_name='原因')),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办')),
                ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='收件账号')),
            ],
            options={
                'verbose_name': '消息',
                'verbose_name_plural': '消息',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['status', 'send_after'], name='message_due'), models.Index(fields=['purpose', 'recipient_hash', 'sent_at'], name='message_per_number')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'sending', 'sent', 'delivered', 'failed', 'withdrawn', 'expired', 'unverified'])), name='message_status', violation_error_message='状态不对。'), models.UniqueConstraint(fields=('purpose', 'recipient_hash', 'occasion'), name='message_once_per_occasion', violation_error_message='这件事已经给这个人写过消息。'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'sending'), _negated=True), ('lease_until__isnull', False), _connector='OR'), name='message_sending_has_lease')],
            },
        ),
        migrations.CreateModel(
            name='MessageMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_status', models.CharField(blank=True, max_length=24, verbose_name='从')),
                ('to_status', models.CharField(max_length=24, verbose_name='到')),
                ('effective_at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='生效时间')),
                ('recorded_at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='记录时间')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                ('is_correction', models.BooleanField(default=False, verbose_name='更正')),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办')),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='messaging.message', verbose_name='消息')),
            ],
            options={
                'verbose_name': '消息状态',
                'verbose_name_plural': '消息状态',
                'ordering': ['effective_at', 'id'],
                'abstract': False,
            },
        ),
        append_only('messaging_messagemove'),
    ]
