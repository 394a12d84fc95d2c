"""The pages people read, and what can be held against the code: commands, links, paths, names of tests, variables."""

import re
from pathlib import Path

from config.env import ROOT, Env

PAGES = sorted(
    [*ROOT.glob("docs/*.md"), *(ROOT / name for name in ("README.md", "CHANGELOG.md"))]
    + [ROOT / folder / "README.md" for folder in ("cloudformation", "codedeploy", "packer", "sandbox")]
)
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")


def name(page):
    return str(page.relative_to(ROOT))


def blocks(page, language):
    """The contents of the page's fenced blocks in this language."""
    return [text for kind, text in BLOCK.findall(page.read_text()) if kind == language]


def commands():
    """Each line that a person may type: of all sh blocks, and what units of systemd start."""
    shell = [(page, line.strip()) for page in PAGES for text in blocks(page, "sh") for line in text.splitlines()]
    units = [(page, line) for page in PAGES for text in blocks(page, "ini") for line in text.splitlines()]
    started = [(page, line.partition("=")[2]) for page, line in units if line.startswith("ExecStart=")]
    return [(page, line) for page, line in [*shell, *started] if line]


def prose(page):
    """The page without its fenced blocks."""
    return BLOCK.sub("", page.read_text())


def links(page):
    """Where the page leads to within the repository: files and the headings in them."""
    found = [target.partition("#") for target in LINK.findall(prose(page)) if "://" not in target]
    return [((page.parent / path).resolve() if path else page, heading) for path, _, heading in found]


def headings(page):
    """The anchors of the page as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def named_paths(page):
    """What stands as code on the page and begins like a path of the repository."""
    top = {path.name for path in ROOT.iterdir() if path.name not in ("var", ".venv")}
    found = {text for text in CODE.findall(prose(page)) if PATH.fullmatch(text) and "/" in text}
    return sorted(text for text in found if text.split("/")[0] in top)


def named_tests(page):
    return {text for text in CODE.findall(prose(page)) if text.startswith("test_")}


def all_tests():
    """The modules of each test there is, by its name."""
    found = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for test in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE):
            found.setdefault(test, []).append(path.relative_to(ROOT))
    return found


def env_rows():
    """The rows that the table of environment variables has to have."""
    return [
        f"| `{name.upper()}` | {shown(field.default)} | {field.description} |"
        for name, field in Env.model_fields.items()
    ]


def shown(default):
    """A default as a person would write it."""
    if isinstance(default, Path):
        default = default.relative_to(ROOT)
    text = ",".join(default) if isinstance(default, list) else str(default)
    return f"`{text.lower() if isinstance(default, bool) else text}`" if text else "empty"
