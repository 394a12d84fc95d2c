import re
from pathlib import Path

HERE = Path(__file__).parent
README = HERE.parents[1] / "sandbox" / "README.md"


def test_every_test_that_the_readme_names_exists():
    named = set(re.findall(r"`(test_\w+)`", README.read_text()))
    written = {
        name for file in HERE.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)
    }
    assert named
    assert named <= written
