"""Rights are rights on environments: who had them on runs and approvals has them now on all environments."""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

OLD = {"view_run": "view_environment", "start_run": "operate_environment", "answer_approval": "approve_environment"}
ROLES = {
    "Viewers": ("view_environment",),
    "Operators": ("view_environment", "operate_environment"),
    "Approvers": ("view_environment", "approve_environment"),
    "Administrators": (
        "view_environment",
        "operate_environment",
        "approve_environment",
        "add_environment",
        "change_environment",
        "delete_environment",
        "add_calendar",
        "change_calendar",
        "delete_calendar",
        "view_calendar",
        "view_audit",
        "export_audit",
        "add_user",
        "change_user",
        "view_user",
        "add_group",
        "change_group",
        "view_group",
    ),
}


def forward(apps, schema_editor):
    for label in ("auth", "opsportal"):
        create_permissions(installed.get_app_config(label), verbosity=0, using=schema_editor.connection.alias)
    Permission, Group, User = (apps.get_model("auth", name) for name in ("Permission", "Group", "User"))
    ours = Permission.objects.filter(content_type__app_label__in=("opsportal", "auth"))
    for old, new in OLD.items():
        right = ours.get(codename=new)
        for holder in User.objects.filter(user_permissions__codename=old):
            holder.user_permissions.add(right)
        for holder in Group.objects.filter(permissions__codename=old):
            holder.permissions.add(right)
    for name, codenames in ROLES.items():
        group, fresh = Group.objects.get_or_create(name=name)
        if fresh:
            group.permissions.set(ours.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("opsportal", "0002_team"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="approval",
            options={"ordering": ["-id"], "verbose_name": "approval", "verbose_name_plural": "approvals"},
        ),
        migrations.AlterModelOptions(
            name="run", options={"ordering": ["-id"], "verbose_name": "run", "verbose_name_plural": "runs"}
        ),
        migrations.RunPython(forward, migrations.RunPython.noop),
    ]
