"""The workspace as it is at the start: a few people, a few channels, and the app's bot."""

from collections.abc import Sequence

from sandbox.slack.idents import fixed
from sandbox.slack.records import User
from sandbox.slack.workspace import Workspace, add_channel

PEOPLE = (
    ("U0MINAKIM1", "mina", "Mina Kim"),
    ("U0JONASW01", "jonas", "Jonas Weber"),
    ("U0AMARA001", "amara", "Amara Obi"),
)
MAIL = "example.com"


def seeded(names: Sequence[str] = ()) -> Workspace:
    """With people of these names, or those above. The ids of people and channels are the same each time."""
    workspace = Workspace()
    bot = User(workspace.bot_user, "opsbot", "Ops Bot", is_bot=True)
    known = [(fixed("U", name), name, name.title()) for name in names] or PEOPLE
    people = [User(ident, name, real, f"{name}@{MAIL}") for ident, name, real in known]
    workspace.users = {user.id: user for user in (bot, *people)}
    everyone = [user.id for user in people]
    for name in ("general", "ops", "deploys"):
        add_channel(workspace, name, [workspace.bot_user, *everyone], id_=fixed("C", name))
    add_channel(workspace, "random", everyone, id_=fixed("C", "random"))
    add_channel(workspace, "incidents", [workspace.bot_user, *everyone], True, fixed("C", "incidents"))
    return workspace
