from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('opsportal', '0010_policies'),
    ]

    operations = [
        migrations.AddField(
            model_name='firing',
            name='key',
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AddConstraint(
            model_name='firing',
            constraint=models.UniqueConstraint(fields=('policy', 'key'), name='firing_key_once'),
        ),
    ]
