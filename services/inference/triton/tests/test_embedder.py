"""The embedder's own reading of texts, without a server."""

from __future__ import annotations

import pytest
from conch_engine.embedder import Embedder
from conch_engine.errors import TextTooLong
from conftest import ENVIRONMENTS


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(ENVIRONMENTS / "embedder")


def test_reads_a_text_of_exactly_the_limit(embedder: Embedder) -> None:
    _, tokens = embedder.embed(embedder.encode(["hello", "word " * 254]))
    assert list(tokens) == [3, 256]


def test_reads_a_long_text_of_few_tokens(embedder: Embedder) -> None:
    assert len(embedder.encode(["a" + " " * 100_000 + "b"])[0]) == 4


def test_refuses_a_text_beyond_the_limit_with_its_place_and_numbers(embedder: Embedder) -> None:
    with pytest.raises(TextTooLong, match="TEXT_TOO_LONG: 1 257 256"):
        embedder.encode(["hello", "word " * 255])


def test_does_not_look_at_the_whole_of_an_endless_text(embedder: Embedder) -> None:
    with pytest.raises(TextTooLong, match=r"TEXT_TOO_LONG: 0 \d{4}\+ 256"):
        embedder.encode(["word " * 3_000_000])
