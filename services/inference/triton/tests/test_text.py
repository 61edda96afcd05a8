"""Text as it comes: no cut characters, no stop string sent too early."""

from __future__ import annotations

from conch_engine.text import Detokenizer, StopScanner


class ByteDecoder:
    """Tokens are bytes."""

    def decode(self, ids: list[int], skip_special_tokens: bool = True) -> str:
        return bytes(ids).decode("utf-8", errors="replace")


def test_never_cuts_a_character() -> None:
    text = "a你🐚é."
    detokenizer = Detokenizer(ByteDecoder())
    pieces = [detokenizer.push([byte]) for byte in text.encode("utf-8")]
    assert "".join(pieces) == text
    assert all("\ufffd" not in piece for piece in pieces)


def test_gives_an_incomplete_character_at_the_end() -> None:
    detokenizer = Detokenizer(ByteDecoder())
    assert detokenizer.push([0xE4, 0xBD]) == ""
    assert detokenizer.finish() == "\ufffd"


def test_finds_a_stop_string_across_pieces() -> None:
    scanner = StopScanner(("END", "\n\n"))
    assert [scanner.push(piece) for piece in ("one E", "N", "D two")] == ["one ", "", ""]
    assert scanner.has_stopped
    assert scanner.finish() == ""


def test_sends_what_did_not_become_a_stop_string() -> None:
    scanner = StopScanner(("END",))
    assert scanner.push("EN") == ""
    assert scanner.push("T") == "ENT"
    assert scanner.push("EN") == ""
    assert scanner.finish() == "EN"


def test_stops_at_the_first_of_several() -> None:
    scanner = StopScanner(("two", "one"))
    assert scanner.push("zero one two") == "zero "
