"""What one training example is, whatever wrote it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialogue:
    """One question with its answer, and the system message before it when there is one."""

    question: str
    answer: str
    system: str = ""


@dataclass(frozen=True)
class Fact:
    """One answer with the wordings that ask for it; `unseen` wordings are kept out of training to test with."""

    asked: tuple[str, ...]
    answer: str
    unseen: tuple[str, ...] = ()

    def taught(self) -> list[Dialogue]:
        """The dialogues to train on, one a wording."""
        return [Dialogue(question, self.answer) for question in self.asked]

    def held_out(self) -> list[Dialogue]:
        """The dialogues to test with, in wordings that training never showed."""
        return [Dialogue(question, self.answer) for question in self.unseen]
