"""The table of Django's database cache: sign-in limits count there, on whichever host, with Redis away too."""

from django.core.management import call_command
from django.db import migrations


def make(apps, schema_editor):
    call_command("createcachetable", "opsportal_cache", database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:  # the schema editor refuses to in a transaction on MariaDB
        cursor.execute("DROP TABLE opsportal_cache")


class Migration(migrations.Migration):
    dependencies = [("opsportal", "0003_roles")]
    operations = [migrations.RunPython(make, drop)]
