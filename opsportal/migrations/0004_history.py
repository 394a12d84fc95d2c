"""Environments and calendars get a history, which begins with what they are now; the audit can only be added to."""

from django.utils import timezone

from opsportal.audit import append_only
import django.core.validators
import django.db.models.deletion
import opsportal.models.calendar
import opsportal.models.environment
import simple_history.models
from django.conf import settings
from django.db import migrations, models


def begin(apps, schema_editor):
    """The first line of each row's history: without it the first edit would have no before."""
    for name in ("Environment", "Calendar"):
        kept = apps.get_model("opsportal", f"Historical{name}")
        columns = [field.attname for field in kept._meta.fields if not field.name.startswith("history_")]
        for row in apps.get_model("opsportal", name).objects.values(*columns):
            kept.objects.create(**row, history_type="+", history_date=timezone.now())


def guard(apps, schema_editor):
    append_only.install(schema_editor.connection)


def unguard(apps, schema_editor):
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('opsportal', '0004_cache'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCalendar',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(db_index=True, max_length=100, verbose_name='name')),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[opsportal.models.calendar.validate_zone], verbose_name='time zone')),
                ('rules', models.TextField(blank=True, help_text='One a line: “Fri 16:00 - Mon 08:00”, “daily 22:00 - 06:00”, “2026-12-20 - 2027-01-03 Christmas”, “holidays DE-BY”.', max_length=10000, validators=[opsportal.models.calendar.validate_rules], verbose_name='rules')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical freeze calendar',
                'verbose_name_plural': 'historical freeze calendars',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalEnvironment',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.SlugField(help_text='Stack names begin with it, such as dev or prod-seoul.', max_length=40, validators=[django.core.validators.RegexValidator('^[a-z][a-z0-9-]*$', 'Use small letters, digits and -, a letter first.')], verbose_name='name')),
                ('account', models.CharField(help_text='Pinned: nothing is done when AWS answers from another account.', max_length=12, validators=[django.core.validators.RegexValidator('^\\d{12}$', 'An AWS account id has 12 digits.')], verbose_name='account id')),
                ('regions', models.JSONField(help_text='A JSON list; the first is where stacks are deployed.', validators=[opsportal.models.environment.validate_regions], verbose_name='regions')),
                ('role_arn', models.CharField(blank=True, help_text="The role the workers assume. Empty: the workers' own credentials.", max_length=200, validators=[django.core.validators.RegexValidator('^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+$', "This is not a role's ARN.")], verbose_name='role ARN')),
                ('service_role_arn', models.CharField(blank=True, help_text='The role CloudFormation works with. Empty: the rights of the role above.', max_length=200, validators=[django.core.validators.RegexValidator('^arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]+$', "This is not a role's ARN.")], verbose_name='CloudFormation service role ARN')),
                ('variables', models.JSONField(blank=True, default=dict, help_text='Values for the variables of blueprints, as a JSON object. Secrets go in as references to Secrets Manager or SSM, never as text.', validators=[opsportal.models.environment.validate_variables], verbose_name='variables')),
                ('protected', models.BooleanField(default=False, help_text='Every change is approved by a person other than the requester.', verbose_name='protected')),
                ('requester_may_approve', models.BooleanField(default=False, help_text="The requester may answer too, by typing the environment's name; that is kept on record.", verbose_name='one-person team')),
                ('changes_at_once', models.PositiveSmallIntegerField(default=10, help_text='How many steps may change this environment at the same time.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='changes at once')),
                ('approvals_needed', models.PositiveSmallIntegerField(default=1, help_text='How many people have to approve a change that asks for another person.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='approvals needed')),
                ('approval_hours', models.PositiveSmallIntegerField(default=24, help_text='A question that nobody answers in this time is rejected.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='hours to approve')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('approvers', models.ForeignKey(blank=True, db_constraint=False, help_text='Only members of this group may approve. Empty: whoever has the right to.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group', verbose_name='approvers')),
                ('calendar', models.ForeignKey(blank=True, db_constraint=False, help_text='Changes that fall into a freeze wait for its end.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='opsportal.calendar', verbose_name='freeze calendar')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical environment',
                'verbose_name_plural': 'historical environments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
