"""The workspace as it is at the start: a few people, a few channels, and the app's bot."""

from sandbox.slack.records import User
from sandbox.slack.workspace import Workspace, add_channel

PEOPLE = (
    ("U0MINAKIM1", "mina", "Mina Kim"),
    ("U0JONASW01", "jonas", "Jonas Weber"),
    ("U0AMARA001", "amara", "Amara Obi"),
)
MAIL = "example.com"


def seeded() -> Workspace:
    workspace = Workspace()
    bot = User(workspace.bot_user, "opsbot", "Ops Bot", is_bot=True)
    people = [User(ident, name, real, f"{name}@{MAIL}") for ident, name, real in PEOPLE]
    workspace.users = {user.id: user for user in (bot, *people)}
    everyone = [user.id for user in people]
    for name in ("general", "ops", "deploys"):
        add_channel(workspace, name, [workspace.bot_user, *everyone])
    add_channel(workspace, "random", everyone)
    add_channel(workspace, "incidents", [workspace.bot_user, *everyone], is_private=True)
    return workspace
