"""Edits, rights and sign-ins, told to the audit by signals, so that no way to make one goes unrecorded."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from guardian.models import GroupObjectPermission, UserObjectPermission
from simple_history.models import DeletedObject  # type: ignore[import-untyped]
from simple_history.signals import post_create_historical_record  # type: ignore[import-untyped]

from .. import audit, clock
from ..models import Audit, Environment, Policy
from ..web import addresses
from ..words import gettext as _

FIELDS: dict[type[Model], tuple[str, ...]] = {
    User: ("username", "first_name", "last_name", "email", "password", "is_active", "is_staff", "is_superuser"),
    Group: ("name",),
}
SETS = {
    User.groups.through: "groups",
    User.user_permissions.through: "user_permissions",
    Group.permissions.through: "permissions",
}
FAILURES_OF_ONE, FAILURES_AN_HOUR = 20, 500  # failures of a kind that are listed: of one address, and of all
HOUR = timedelta(hours=1)
BEFORE = "_before_this_edit"
DEEDS = {"+": "row.make", "~": "row.change", "-": "row.delete"}


def connect() -> None:
    post_create_historical_record.connect(kept)
    for model in FIELDS:
        pre_save.connect(remember, sender=model)
        post_save.connect(saved, sender=model)
        post_delete.connect(deleted, sender=model)
    for through in SETS:
        m2m_changed.connect(members, sender=through)
    for right in (UserObjectPermission, GroupObjectPermission):
        post_save.connect(given, sender=right)
        post_delete.connect(taken, sender=right)
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(failed)


def kept(instance: Model, history_instance: Any, **kwargs: Any) -> None:
    """Receives simple-history's signal: an environment or a calendar was made, changed or deleted.

    What happens to a policy is told where it is done, together with its environments.
    """
    if isinstance(instance, Policy):
        return
    deed = DEEDS[history_instance.history_type]
    changes = differences(instance, history_instance) if deed == "row.change" else {}
    if changes or deed != "row.change":
        audit.record(deed, instance, history_instance.history_user, changes)


def differences(row: Model, now: Any) -> dict[str, Any]:
    """Before and after by field; rows that a field points to by their names.

    What was before is the record with the number before: clocks of two hosts may differ.
    """
    earlier = type(now)._default_manager.filter(id=row.pk, history_id__lt=now.pk).order_by("-history_id")
    found = now.diff_against(earlier.first(), foreign_keys_are_objs=True).changes
    return {change.field: [shown(change.old), shown(change.new)] for change in found}


def shown(value: Any) -> Any:
    if isinstance(value, DeletedObject) and value.pk is None:
        return None
    return value if value is None or isinstance(value, bool | int | float | str | list | dict) else str(value)


def remember(sender: type[Model], instance: Model, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
    """Receives pre_save: keeps what the row is before it is changed; a sign-in's stamp is no edit."""
    if update_fields is None or set(update_fields) & set(FIELDS[sender]):
        row = sender._default_manager.filter(pk=instance.pk).values(*FIELDS[sender]).first()
        instance.__dict__[BEFORE] = row or {}


def saved(sender: type[Model], instance: Model, created: bool, **kwargs: Any) -> None:
    """Receives post_save of a user or a group."""
    before: Mapping[str, Any] = instance.__dict__.pop(BEFORE, None) or {}
    pairs = {name: [before.get(name), getattr(instance, name)] for name in FIELDS[sender]}
    changes = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]} if before else {}
    if created:
        audit.record("row.make", instance)
    elif changes:
        audit.record("row.change", instance, data=changes)


def deleted(instance: Model, **kwargs: Any) -> None:
    """Receives post_delete of a user or a group."""
    audit.record("row.delete", instance)


def members(sender: Any, instance: Model, action: str, reverse: bool, model: Any, pk_set: Any, **kwargs: Any) -> None:
    """Receives m2m_changed: the groups or rights of users and groups, told from either side."""
    if action not in ("post_add", "post_remove", "pre_clear") or pk_set == set():
        return
    field = SETS[sender]
    if pk_set is not None:
        others = model.objects.filter(pk__in=pk_set)
    else:
        others = model.objects.filter(**{field: instance}) if reverse else getattr(instance, field).all()
    for holder, moved in [(other, [instance]) for other in others] if reverse else [(instance, list(others))]:
        change(holder, field, action, moved)


def change(holder: Any, field: str, action: str, moved: list[Any]) -> None:
    """Record that `moved` were added to the holder's field, or taken from it."""
    named = {name(row) for row in moved}
    now = {name(row) for row in getattr(holder, field).all()}
    pair = [now - named, now] if action == "post_add" else [now | named, now - named]
    audit.record("row.change", holder, data={field: [sorted(side) for side in pair]})


def name(row: Any) -> str:
    return row.codename if isinstance(row, Permission) else str(row)


def given(instance: Any, created: bool, **kwargs: Any) -> None:
    """Receives post_save of a right on one environment."""
    if created:
        right("right.give", instance)


def taken(instance: Any, **kwargs: Any) -> None:
    """Receives post_delete of a right on one environment."""
    right("right.take", instance)


def right(action: str, row: Any) -> None:
    holder = getattr(row, "user", None) or row.group
    where = row.content_object if isinstance(row.content_object, Environment) else None
    audit.record(action, holder, data={"right": row.permission.codename}, environment=where)


def signed_in(sender: Any, user: Any, **kwargs: Any) -> None:
    """Receives Django's user_logged_in."""
    audit.record("sign.in", user, by=user)


def signed_out(sender: Any, user: Any, **kwargs: Any) -> None:
    """Receives Django's user_logged_out; without a user nobody was signed in."""
    if user:
        audit.record("sign.out", user, by=user)


def failed(sender: Any, credentials: Mapping[str, Any], request: Any = None, **kwargs: Any) -> None:
    """Receives Django's user_login_failed. Who guesses for hours fills no table: an hour lists so many, and says so."""
    left = room("sign.fail", addresses.client(request) if request else None)
    if left > 0:
        audit.record("sign.fail", by=credentials.get("username") or "—", data=last(left))


def room(action: str, address: str | None) -> int:
    """How many more failures of this kind are listed this hour: of this address, and of all."""
    lately = Audit.objects.filter(action=action, at__gte=clock.now() - HOUR)
    here = lately.filter(address=address or None)
    return min(FAILURES_AN_HOUR - lately.count(), FAILURES_OF_ONE - here.count())


def last(left: int) -> dict[str, str]:
    """What the last entry there is room for says besides."""
    return {"listed": str(_("no more of this hour"))} if left == 1 else {}
