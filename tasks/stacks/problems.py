"""What is wrong with a blueprint, each with its file and line."""

from dataclasses import dataclass, field

from opsportal.errors import Invalid


@dataclass
class Problems:
    """Collects all that is wrong before anything is refused."""

    found: list[tuple[str, int, str]] = field(default_factory=list)

    def add(self, file: str, line: int, text: str) -> None:
        if (file, line, text) not in self.found:
            self.found.append((file, line, text))

    def raise_if_any(self) -> None:
        """Raises Invalid with one sentence a line."""
        if self.found:
            raise Invalid("\n".join(f"{file}:{line}: {text}" for file, line, text in sorted(self.found)), "blueprint")
