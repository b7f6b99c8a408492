import django.db.models.deletion
import django.utils.timezone
import parkportal.clock
import parkportal.idempotency
import parkportal.privacy
import parkportal.records.models.files
import uuid
from django.conf import settings
from django.db import migrations, models

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):

    replaces = [('records', '0001_initial'), ('records', '0002_triggers')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='日期')),
                ('is_working', models.BooleanField(verbose_name='上班')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='说明')),
            ],
            options={
                'verbose_name': '工作日历',
                'verbose_name_plural': '工作日历',
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='ParkSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True, verbose_name='名称')),
                ('value', models.CharField(blank=True, max_length=200, verbose_name='值')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='说明')),
            ],
            options={
                'verbose_name': '园区设置',
                'verbose_name_plural': '园区设置',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='CodeCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=2)),
                ('day', models.DateField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': '编码序号',
                'verbose_name_plural': '编码序号',
                'constraints': [models.UniqueConstraint(fields=('prefix', 'day'), name='code_counter_prefix_day'), models.CheckConstraint(condition=models.Q(('last__lte', 99999)), name='code_counter_five_digits')],
            },
        ),
        migrations.CreateModel(
            name='FigureSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='指标')),
                ('day', models.DateField(verbose_name='日期')),
                ('as_of', models.DateTimeField(verbose_name='截至')),
                ('numerator', models.DecimalField(decimal_places=3, max_digits=16, null=True, verbose_name='分子')),
                ('denominator', models.DecimalField(decimal_places=3, max_digits=16, null=True, verbose_name='分母')),
                ('is_frozen', models.BooleanField(default=False, verbose_name='已定稿')),
            ],
            options={
                'verbose_name': '指标快照',
                'verbose_name_plural': '指标快照',
                'constraints': [models.UniqueConstraint(fields=('code', 'day', 'is_frozen'), name='figure_snapshot_code_day')],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('file', models.FileField(max_length=80, upload_to=parkportal.records.models.files.storage_name, verbose_name='文件')),
                ('name', parkportal.privacy.EncryptedTextField(verbose_name='文件名')),
                ('content_type', models.CharField(max_length=100, verbose_name='类型')),
                ('size', models.PositiveBigIntegerField(verbose_name='大小')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='指纹')),
                ('purpose', models.CharField(max_length=32, verbose_name='用途')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='上传时间')),
                ('expires_at', models.DateTimeField(blank=True, db_index=True, null=True, verbose_name='保留到')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='归谁')),
            ],
            options={
                'verbose_name': '文件',
                'verbose_name_plural': '文件',
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('form_token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('kind', models.CharField(max_length=48, verbose_name='种类')),
                ('title', models.CharField(max_length=120, verbose_name='名称')),
                ('status', models.CharField(choices=[('waiting', '排队中'), ('running', '进行中'), ('done', '已完成'), ('failed', '没有完成'), ('stopped', '已停下')], default='waiting', max_length=12, verbose_name='状态')),
                ('stop_asked', models.BooleanField(default=False)),
                ('done', models.PositiveIntegerField(default=0, verbose_name='已完成')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='总数')),
                ('params', parkportal.privacy.EncryptedJSONField(default=dict)),
                ('outcome', parkportal.privacy.EncryptedJSONField(blank=True, null=True)),
                ('message', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('claim', models.UUIDField(blank=True, editable=False, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='次数')),
                ('lock_key', models.CharField(blank=True, max_length=100, null=True, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('heard_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='归谁')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.storedfile')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.storedfile')),
            ],
            options={
                'verbose_name': '后台任务',
                'verbose_name_plural': '后台任务',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'running', 'done', 'failed', 'stopped'])), name='job_status')],
            },
        ),
        migrations.CreateModel(
            name='IntakeBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16, verbose_name='种类')),
                ('scope', models.CharField(blank=True, max_length=64, verbose_name='范围')),
                ('params', models.JSONField(blank=True, default=dict, verbose_name='参数')),
                ('name', parkportal.privacy.EncryptedTextField(verbose_name='文件名')),
                ('sha256', models.CharField(db_index=True, max_length=64, verbose_name='指纹')),
                ('as_of', models.DateField(verbose_name='导入日')),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='列对应')),
                ('status', models.CharField(choices=[('judging', '正在检查'), ('preview', '还没有写入'), ('taking_in', '正在导入'), ('taken_in', '已导入'), ('refused', '整份退回')], default='judging', max_length=12, verbose_name='状态')),
                ('preview', parkportal.privacy.EncryptedJSONField(blank=True, null=True)),
                ('created', models.PositiveIntegerField(default=0, verbose_name='新增')),
                ('updated', models.PositiveIntegerField(default=0, verbose_name='更新')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='无变化')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='退回')),
                ('skipped', models.PositiveIntegerField(default=0, verbose_name='跳过')),
                ('written', models.PositiveIntegerField(default=0, verbose_name='已写入')),
                ('outcome', models.JSONField(blank=True, default=dict, verbose_name='写入结果')),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('created_at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='上传时间')),
                ('taken_in_at', models.DateTimeField(blank=True, null=True, verbose_name='导入时间')),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.job')),
                ('annotated', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.storedfile')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='records.storedfile')),
            ],
            options={
                'verbose_name': '导入批次',
                'verbose_name_plural': '导入批次',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['kind', 'scope', 'sha256'], name='intake_same_file')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['judging', 'preview', 'taking_in', 'taken_in', 'refused'])), name='intake_batch_status'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'taken_in'), ('taken_in_at__isnull', False)), models.Q(models.Q(('status', 'taken_in'), _negated=True), ('taken_in_at__isnull', True)), _connector='OR'), name='intake_batch_taken_in_pair')],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=32, verbose_name='字典')),
                ('code', models.CharField(max_length=32, verbose_name='代码')),
                ('label', models.CharField(max_length=60, verbose_name='名称')),
                ('report_label', models.CharField(blank=True, help_text='周报和综述里用的叫法；空着就用名称。', max_length=60, verbose_name='报表名称')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='次序')),
                ('is_active', models.BooleanField(default=True, verbose_name='在用')),
                ('settings', models.JSONField(blank=True, default=dict, verbose_name='规则')),
            ],
            options={
                'verbose_name': '字典',
                'verbose_name_plural': '字典',
                'ordering': ['kind', 'position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'code'), name='term_kind_code', violation_error_message='这个字典里已经有这个代码。')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=parkportal.clock.park_now, verbose_name='时间')),
                ('address', models.CharField(blank=True, max_length=45, verbose_name='来自')),
                ('action', models.CharField(db_index=True, max_length=60, verbose_name='做了什么')),
                ('subject_type', models.CharField(blank=True, max_length=60, verbose_name='对象类别')),
                ('subject_id', models.CharField(blank=True, max_length=40, verbose_name='对象编号')),
                ('subject_label', models.CharField(blank=True, max_length=120, verbose_name='对象')),
                ('before', models.JSONField(blank=True, default=dict, verbose_name='之前')),
                ('after', models.JSONField(blank=True, default=dict, verbose_name='之后')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='原因')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁')),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['subject_type', 'subject_id'], name='audit_subject')],
            },
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16, verbose_name='种类')),
                ('header', models.CharField(max_length=100, verbose_name='表头')),
                ('field', models.CharField(max_length=40, verbose_name='对应')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='时间')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='谁定的')),
            ],
            options={
                'verbose_name': '列对应',
                'verbose_name_plural': '列对应',
                'constraints': [models.UniqueConstraint(fields=('kind', 'header'), name='column_mapping_kind_header')],
            },
        ),
        migrations.CreateModel(
            name='Parked',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(max_length=48)),
                ('subject', models.CharField(blank=True, max_length=64)),
                ('content', parkportal.privacy.EncryptedJSONField(default=dict)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '草稿',
                'verbose_name_plural': '草稿',
                'indexes': [models.Index(fields=['purpose', 'owner', 'subject'], name='parked_purpose_owner')],
            },
        ),
        append_only('records_auditentry'),
    ]
