"""Between two tests that commit, the database is emptied by a few statements; Django's own way takes longer than most.

It stands here, for the tests of the previous release load it as well.
"""

from django.apps import apps
from django.core.management import sql
from django.core.management.color import no_style
from django.db import connection
from django.test import TransactionTestCase

KEPT = {"auth_permission", "django_content_type"}  # what migrations have made of the models themselves


def quickly(kept_rows=True):
    """From now on tests are followed by this; what they change of `KEPT` is made anew.

    `kept_rows`: whether to look for that. Nothing may have been written yet.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT
    made = kept() if kept_rows else None

    def empty(_case):
        nonlocal made
        connection.ops.execute_sql_flush(deletions(filled(tables)))
        if made is not None and kept() != made:
            permissions().delete()
            kinds().delete()
            kinds().model.objects.clear_cache()
            sql.emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
            made = kept()

    TransactionTestCase._fixture_teardown = empty


def deletions(tables):
    """What empties these tables; of PostgreSQL not TRUNCATE, as Django has it, which takes half a second for all."""
    if connection.vendor == "postgresql":
        return [f"DELETE FROM {connection.ops.quote_name(table)};" for table in tables]  # noqa: S608  Django's own names
    return connection.ops.sql_flush(no_style(), tables)


def filled(tables):
    """Those of the tables that hold a row: of eighty, a test fills some five."""
    name = connection.ops.quote_name
    question = " UNION ALL ".join(f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM {name(each)})" for each in tables)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(question)
        return [table for (table,) in cursor.fetchall()]


def kept():
    """The rows that stay between tests."""
    return list(kinds().order_by("pk").values_list()), list(permissions().order_by("pk").values_list())


def kinds():
    return apps.get_model("contenttypes.ContentType").objects.all()


def permissions():
    return apps.get_model("auth.Permission").objects.all()
