"""Columns that came later get a default in the database, since an INSERT of the release before them does not name them."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opsportal', '0005_retention'),
    ]

    operations = [
        migrations.AlterField(
            model_name='approval',
            name='needed',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name='environment',
            name='approval_hours',
            field=models.PositiveSmallIntegerField(db_default=24, default=24, help_text='A question that nobody answers in this time is rejected.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='hours to approve'),
        ),
        migrations.AlterField(
            model_name='environment',
            name='approvals_needed',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='How many people have to approve a change that asks for another person.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='approvals needed'),
        ),
        migrations.AlterField(
            model_name='historicalenvironment',
            name='approval_hours',
            field=models.PositiveSmallIntegerField(db_default=24, default=24, help_text='A question that nobody answers in this time is rejected.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='hours to approve'),
        ),
        migrations.AlterField(
            model_name='historicalenvironment',
            name='approvals_needed',
            field=models.PositiveSmallIntegerField(db_default=1, default=1, help_text='How many people have to approve a change that asks for another person.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(9)], verbose_name='approvals needed'),
        ),
        migrations.AlterField(
            model_name='run',
            name='glass_reason',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
    ]
