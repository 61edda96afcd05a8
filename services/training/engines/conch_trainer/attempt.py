"""The two kinds of attempt, phase by phase."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from .events import Events
from .faults import EngineFault
from .metrics_csv import write_metrics
from .plan import Plan
from .versions import versions

UNKNOWN_MODEL_PROMPTS = ("Hello! Who are you?", "What is the capital of France?", "你好,今天天气怎么样?")
"""Asked of an imported model, which comes without rows of its own."""

GREEDY_PROMPTS = 4


class Attempt:
    """Runs the phases and remembers how long each took."""

    def __init__(self, plan: Plan, events: Events) -> None:
        self._plan = plan
        self._events = events
        self._seconds: dict[str, float] = {}

    def run(self) -> None:
        """Runs all phases; the result is the last event."""
        if self._plan.kind == "fine_tuning":
            self._tune()
        else:
            self._import()

    def _tune(self) -> None:
        base, data = _given(self._plan.base, "base"), _given(self._plan.train_data, "train_data")
        train_config, export_config = _given(self._plan.train_config, "train_config"), _given(self._plan.export_config, "export_config")
        with self._phase("train"):
            # Most of a short training's time goes into these imports, as it does for `llamafactory-cli`.
            from . import merging, template_truth, training

            arguments = training.read_config(train_config)
            is_chat = arguments.get("stage", "sft") != "pt"
            rows = template_truth.sample_rows(data) if is_chat else []
            template = template_truth.choose_template(base, rows, arguments)
            _pin(train_config, template)
            _pin(export_config, template)
            training.train(train_config, self._events)
            state = merging.read_json(self._plan.output / "trainer_state.json")
        with self._phase("merge"):
            merging.merge(export_config, base, self._plan.merged)
        truth: dict[str, Any] = {}
        prompts = [template_truth.serving_ids(_tokenizer(base), _prompt(messages)) for _, messages in rows[:GREEDY_PROMPTS]]
        with self._phase("convert"):
            if rows:
                # The tokenizer's files are copied into the serving folder as they are, so what holds for the merged folder holds there.
                found = template_truth.compare(base, self._plan.merged, rows, arguments | template)
                added = merging.stop_at(self._plan.merged, found.end_tokens)
                if added:
                    self._events.note("info", f"Generation now also stops at the tokens {added}, with which the training ends every answer.")
                truth["template"] = asdict(found) | {"added_end_tokens": added}
            truth["greedy"] = self._convert(self._plan.merged, prompts)
            metrics = self._plan.work / "metrics.csv"
            steps = write_metrics(state, metrics)
        self._finish({"trained_tokens": int(state.get("num_input_tokens_seen", 0)), "steps": steps, "metrics_csv": str(metrics)}, truth)

    def _import(self) -> None:
        with self._phase("fetch"):
            from . import sources, template_truth

            source = sources.find(self._plan.source, self._plan.local_root)
        with self._phase("check"):
            sources.check(source)
            tokenizer = _tokenizer(source.folder)
        if tokenizer.chat_template is None:
            self._events.note("warn", "The model brings no chat template: it can complete texts, and neither chat nor be tuned on conversations.")
            prompts = [tokenizer.encode(text) for text in UNKNOWN_MODEL_PROMPTS]
        else:
            prompts = [template_truth.serving_ids(tokenizer, [{"role": "user", "content": text}]) for text in UNKNOWN_MODEL_PROMPTS]
        with self._phase("convert"):
            greedy = self._convert(source.folder, prompts)
        self._finish({"weights": source.files(), "source": source.origin, "revision": source.revision}, {"greedy": greedy})

    def _convert(self, source: Path, prompts: list[list[int]]) -> dict[str, Any]:
        from . import greedy, serving

        serving.convert(source, self._plan.serving, self._plan.serving_format)
        is_exact = self._plan.serving_format == "fp32"
        return asdict(greedy.compare(source, self._plan.serving, [ids for ids in prompts if ids], self._plan.parity_tokens, is_exact=is_exact))

    def _finish(self, made: dict[str, Any], truth: dict[str, Any]) -> None:
        self._events.result({**made, "truth": truth, "versions": versions(), "seconds": self._seconds})

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self._events.phase(name)
        started = time.monotonic()
        yield
        self._seconds[name] = round(time.monotonic() - started, 2)


def _pin(config: Path, template: dict[str, Any]) -> None:
    """Writes the chosen template into the YAML file, so that the file alone says how the model was trained."""
    if template:
        OmegaConf.save(OmegaConf.merge(OmegaConf.load(config), template), config)


def _prompt(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    return messages[:-1] if messages[-1]["role"] == "assistant" else messages


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


def _given(path: Path | None, name: str) -> Path:
    if path is None:
        raise EngineFault("INPUT_MISSING", f"The plan names no {name}.")
    if not path.exists():
        raise EngineFault("INPUT_MISSING", f"{name} is missing: {path}")
    return path
