"""What cfn-lint finds in a template, kept by content: the same text is not read twice."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """`rule` is cfn-lint's number; those that begin with E are errors."""

    line: int
    rule: str
    text: str

    @property
    def is_error(self) -> bool:
        return self.rule.startswith("E")


def findings(body: str, regions: Sequence[str], cache: Path) -> list[Finding]:
    """Errors and warnings for these regions, by line. Takes about a second for a template not seen before."""
    name = hashlib.sha256(json.dumps([body, sorted(regions), version("cfn-lint")]).encode()).hexdigest()
    kept = cache / f"{name}.json"
    try:
        return [Finding(**each) for each in json.loads(kept.read_text())]
    except (OSError, ValueError, TypeError):
        found = _lint(body, regions)
    _keep(kept, found)
    return found


def _lint(body: str, regions: Sequence[str]) -> list[Finding]:
    from cfnlint.api import ManualArgs, lint  # takes a second to import, and the web never needs it

    logging.getLogger("cfnlint").setLevel(logging.WARNING)
    matches = lint(body, config=ManualArgs(regions=list(regions)))
    return sorted((Finding(m.linenumber, m.rule.id, m.message) for m in matches), key=lambda each: each.line)


def _keep(path: Path, found: Sequence[Finding]) -> None:
    """Another worker may write the same file: the last whole one stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{hashlib.sha256(str(found).encode()).hexdigest()[:8]}")
    fresh.write_text(json.dumps([asdict(each) for each in found]))
    fresh.replace(path)
