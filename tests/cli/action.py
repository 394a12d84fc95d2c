"""The file of the action, which is no module of ours: loaded from where it lies."""

import importlib.util
import sys

from config.env import ROOT

FOLDER = ROOT / ".github/actions/opsportal"
FILE = FOLDER / "opsportal.py"


def loaded():
    spec = importlib.util.spec_from_file_location("opsportal_action", FILE)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


action = loaded()
