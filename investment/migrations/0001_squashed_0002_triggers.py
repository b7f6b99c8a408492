import django.db.models.deletion
import investment.models.leads
import investment.models.sharing
import parkportal.clock
import parkportal.idempotency
import parkportal.privacy
from django.conf import settings
from django.db import migrations, models

from parkportal.records.triggers import append_only


class Migration(migrations.Migration):

    replaces = [('investment', '0001_initial'), ('investment', '0002_triggers')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('records', '0001_squashed_0002_triggers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(error_messages={'unique': '已经有这栋楼。'}, max_length=40, unique=True, verbose_name='楼栋')),
                ('name_en', models.CharField(blank=True, max_length=60, verbose_name='英文名')),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='地址')),
                ('floors', models.PositiveSmallIntegerField(default=1, verbose_name='层数')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
            ],
            options={
                'verbose_name': '楼栋',
                'verbose_name_plural': '楼栋',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('floor', models.SmallIntegerField(verbose_name='楼层')),
                ('number', models.CharField(max_length=20, verbose_name='单元')),
                ('title', models.CharField(blank=True, max_length=80, verbose_name='一句话介绍')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='英文介绍')),
                ('area', models.DecimalField(decimal_places=1, max_digits=9, verbose_name='建筑面积（m²）')),
                ('rentable', models.DecimalField(decimal_places=1, max_digits=9, verbose_name='可租面积（m²）')),
                ('clear_height', models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True, verbose_name='层高（m）')),
                ('floor_load', models.PositiveIntegerField(blank=True, null=True, verbose_name='荷载（kg/m²）')),
                ('power', models.PositiveIntegerField(blank=True, null=True, verbose_name='电力（kVA）')),
                ('lift', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True, verbose_name='货梯（吨）')),
                ('water', models.CharField(blank=True, max_length=80, verbose_name='用水和排污')),
                ('water_en', models.CharField(blank=True, max_length=120, verbose_name='用水和排污（英文）')),
                ('limits', models.CharField(blank=True, max_length=80, verbose_name='环评限制')),
                ('limits_en', models.CharField(blank=True, max_length=120, verbose_name='环评限制（英文）')),
                ('fit_out', models.CharField(blank=True, max_length=60, verbose_name='装修')),
                ('fit_out_en', models.CharField(blank=True, max_length=80, verbose_name='装修（英文）')),
                ('rent', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='租金（元/m²·月）')),
                ('service_charge', models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name='物业费（元/m²·月）')),
                ('rent_free_months', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='免租期（月）')),
                ('available_on', models.DateField(blank=True, null=True, verbose_name='可租日期')),
                ('adaptable', models.CharField(blank=True, max_length=200, verbose_name='可定制改造')),
                ('adaptable_en', models.CharField(blank=True, max_length=300, verbose_name='可定制改造（英文）')),
                ('status', models.CharField(choices=[('free', '可租'), ('reserved', '预留'), ('let', '已租')], default='free', max_length=10, verbose_name='状态')),
                ('tenant', models.CharField(blank=True, max_length=100, verbose_name='租户或预留给')),
                ('version', models.PositiveIntegerField(default=1)),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='investment.building', verbose_name='楼栋')),
            ],
            options={
                'verbose_name': '单元',
                'verbose_name_plural': '单元',
                'ordering': ['building__name', '-floor', 'number'],
                'constraints': [models.UniqueConstraint(fields=('building', 'floor', 'number'), name='unit_number', violation_error_message='这层楼里已经有这个单元。'), models.CheckConstraint(condition=models.Q(('rentable__gt', 0), ('rentable__lte', models.F('area'))), name='unit_rentable_within_area', violation_error_message='可租面积要大于 0，且不超过建筑面积。'), models.CheckConstraint(condition=models.Q(('status__in', ['free', 'reserved', 'let'])), name='unit_status')],
            },
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.CharField(max_length=100, verbose_name='公司')),
                ('country', models.CharField(default='中国', max_length=40, verbose_name='国家或地区')),
                ('timezone', models.CharField(default='Asia/Shanghai', max_length=40, validators=[investment.models.leads.check_timezone], verbose_name='对方时区')),
                ('city', models.CharField(blank=True, max_length=40, verbose_name='对方城市')),
                ('language', models.CharField(default='中文', max_length=20, verbose_name='语言')),
                ('industry', models.CharField(blank=True, max_length=60, verbose_name='行业')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='来源')),
                ('person', models.CharField(blank=True, max_length=80, verbose_name='联系人')),
                ('phone', parkportal.privacy.EncryptedTextField(blank=True, verbose_name='电话')),
                ('email', parkportal.privacy.EncryptedTextField(blank=True, verbose_name='邮箱')),
                ('needs', models.TextField(blank=True, max_length=1000, verbose_name='需求')),
                ('investment', models.PositiveIntegerField(blank=True, null=True, verbose_name='意向投资（万元）')),
                ('currency', models.CharField(default='人民币', max_length=8, verbose_name='币种')),
                ('status', models.CharField(choices=[('clue', '线索'), ('intent', '意向'), ('talks', '洽谈'), ('visit', '考察'), ('signed', '签约'), ('landed', '落地'), ('shelved', '搁置'), ('lost', '流失')], default='clue', max_length=10, verbose_name='阶段')),
                ('visit_blocked', models.BooleanField(default=False, verbose_name='疫情暂缓考察')),
                ('visit_condition', models.CharField(blank=True, max_length=200, verbose_name='来访条件')),
                ('next_step', models.CharField(blank=True, max_length=120, verbose_name='下一步')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='下一步时间')),
                ('created_at', models.DateTimeField(default=parkportal.clock.park_now, verbose_name='登记时间')),
                ('version', models.PositiveIntegerField(default=1)),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='负责人')),
                ('units', models.ManyToManyField(blank=True, related_name='leads', to='investment.unit', verbose_name='看中的单元')),
            ],
            options={
                'verbose_name': '招商线索',
                'verbose_name_plural': '招商线索',
                'ordering': ['next_at', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['clue', 'intent', 'talks', 'visit', 'signed', 'landed', 'shelved', 'lost'])), name='lead_status', violation_error_message='状态不对。'), models.CheckConstraint(condition=models.Q(models.Q(('next_at__isnull', True), ('next_step', '')), models.Q(models.Q(('next_step', ''), _negated=True), ('next_at__isnull', False)), _connector='OR'), name='lead_next_step_pair', violation_error_message='下一步要写做什么和什么时候。')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('phone', '电话'), ('wechat', '微信'), ('email', '邮件'), ('voice', '语音'), ('video', '视频'), ('sms', '短信'), ('letter', '信函')], max_length=8, verbose_name='方式')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='时长（分钟）')),
                ('participants', models.CharField(blank=True, max_length=200, verbose_name='参加人')),
                ('summary', models.TextField(max_length=2000, verbose_name='纪要')),
                ('materials', models.CharField(blank=True, max_length=200, verbose_name='给了什么材料')),
                ('next_step', models.CharField(blank=True, max_length=120, verbose_name='约定的下一步')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='下一步时间')),
                ('recorded_at', models.DateTimeField(default=parkportal.clock.park_now)),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='记录人')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='investment.lead')),
            ],
            options={
                'verbose_name': '来往',
                'verbose_name_plural': '来往',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='LeadMove',
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
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='investment.lead')),
            ],
            options={
                'verbose_name': '阶段变动',
                'verbose_name_plural': '阶段变动',
                'ordering': ['effective_at', 'id'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='开始')),
                ('minutes', models.PositiveSmallIntegerField(default=30, verbose_name='时长（分钟）')),
                ('subject', models.CharField(max_length=120, verbose_name='内容')),
                ('interpreter', models.CharField(blank=True, max_length=40, verbose_name='翻译')),
                ('is_cancelled', models.BooleanField(default=False, verbose_name='取消')),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='meetings', to='investment.lead')),
            ],
            options={
                'verbose_name': '视频会谈',
                'verbose_name_plural': '视频会谈',
                'ordering': ['starts_at'],
            },
        ),
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(default=investment.models.sharing.new_address, editable=False, max_length=32, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('zh-hans', '中文')], default='en', max_length=7, verbose_name='语言')),
                ('offered_at', models.DateTimeField(blank=True, null=True, verbose_name='建议的视频时间')),
                ('expires_at', models.DateTimeField(default=investment.models.sharing.default_expiry, verbose_name='有效到')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='收回时间')),
                ('created_at', models.DateTimeField(default=parkportal.clock.park_now)),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='发出人')),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='links', to='investment.lead')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='links', to='investment.unit')),
            ],
            options={
                'verbose_name': '分享链接',
                'verbose_name_plural': '分享链接',
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='share_link_withdrawn_pair')],
            },
        ),
        migrations.CreateModel(
            name='ShareView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('page', '页面'), ('photo', '照片')], default='page', max_length=8)),
                ('at', models.DateTimeField(default=parkportal.clock.park_now)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='views', to='investment.sharelink')),
            ],
            options={
                'verbose_name': '浏览记录',
                'verbose_name_plural': '浏览记录',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='TimeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField(default=parkportal.clock.park_now)),
                ('token', parkportal.idempotency.TokenField(blank=True, editable=False, null=True, unique=True)),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='investment.sharelink')),
            ],
            options={
                'verbose_name': '约时间',
                'verbose_name_plural': '约时间',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Photo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('caption', models.CharField(blank=True, max_length=60, verbose_name='说明')),
                ('caption_en', models.CharField(blank=True, max_length=80, verbose_name='英文说明')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='次序')),
                ('added_at', models.DateTimeField(default=parkportal.clock.park_now)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.storedfile')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='investment.unit')),
            ],
            options={
                'verbose_name': '照片',
                'verbose_name_plural': '照片',
                'ordering': ['position', 'id'],
            },
        ),
        append_only('investment_leadmove'),
    ]
