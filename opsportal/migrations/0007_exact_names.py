"""On MariaDB and MySQL names are compared exactly, as SQLite and PostgreSQL do: “a”, “A”, “á” and “a ” are four names.

Their usual collations fold them, and a start with the key “a” would give the run of the key “A”. What later migrations
make inherits the database's collation. https://mariadb.com/kb/en/supported-character-sets-and-collations/
"""

from django.db import migrations


def compare_exactly(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "mysql":
        return
    exactly = "utf8mb4_nopad_bin" if connection.mysql_is_mariadb else "utf8mb4_0900_bin"
    as_wanted = f"CHARACTER SET utf8mb4 COLLATE {exactly}"
    schema_editor.execute(f"ALTER DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])} {as_wanted}")
    schema_editor.execute("SET FOREIGN_KEY_CHECKS = 0")
    for table in connection.introspection.table_names():
        schema_editor.execute(f"ALTER TABLE {connection.ops.quote_name(table)} CONVERT TO {as_wanted}")
    schema_editor.execute("SET FOREIGN_KEY_CHECKS = 1")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opsportal", "0006_defaults")]
    operations = [migrations.RunPython(compare_exactly, migrations.RunPython.noop)]
