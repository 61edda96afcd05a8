"""What can go wrong in the engine, as a stable code with words for a person."""

from __future__ import annotations

import errno


class EngineFault(Exception):
    """A fault that the engine understands: a stable code, a message that names the cause, and whether another attempt could end otherwise."""

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable


PHASE_CODES = {
    "fetch": "IMPORT_FETCH_FAILED",
    "check": "MODEL_CHECK_FAILED",
    "train": "TRAINER_FAILED",
    "merge": "MERGE_FAILED",
    "convert": "CONVERT_FAILED",
}


def classify(error: BaseException, phase: str) -> EngineFault:
    """The fault that an exception of a phase stands for; its causes are looked through first, since libraries wrap them."""
    chain = _chain(error)
    for link in chain:
        if isinstance(link, EngineFault):
            return link
    for link in chain:
        if _is_out_of_memory(link):
            return EngineFault(
                "OUT_OF_MEMORY", f"The machine ran out of memory while it was in '{phase}': {_words(link)}. Use a smaller batch, cutoff length or model."
            )
        if _is_out_of_disk(link):
            return EngineFault("OUT_OF_DISK", f"The disk is full: {_words(link)}. Free some space and start the job again.", retryable=True)
    return EngineFault(PHASE_CODES.get(phase, "TRAINER_FAILED"), f"{phase} failed: {_words(error)}")


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _is_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    # torch's CPU allocator raises a plain RuntimeError; CUDA's has a class of its own that need not be importable here.
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in text or "not enough memory" in text


def _is_out_of_disk(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return "no space left on device" in str(error).lower()


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:600]}" if text else type(error).__name__
