"""One text in both languages, as packs hold it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    zh: str
    en: str

    def text(self, language: str) -> str:
        """The Chinese text for any `zh…` language, else the English one."""
        return self.zh if language.startswith("zh") else self.en
