"""Runs know when retention took lines of them, and the newest ended ones are found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opsportal", "0004_history")]
    operations = [
        migrations.AddField(model_name="run", name="purged_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(model_name="run", index=models.Index(fields=["ended_at"], name="run_ended")),
    ]
