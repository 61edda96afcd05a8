"""What a user of the OpenAI SDK does with Conch, from a file to an answer that cites; ends with an assertion error where it does not hold.

Base URL and key come from OPENAI_BASE_URL and OPENAI_API_KEY, as the SDK reads them; the samples' folder is the first argument.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from openai import OpenAI

DEADLINE_SECONDS = 300
BASE = "conch-tiny"


def tune(client: OpenAI, samples: Path) -> str:
    """Uploads the sample, trains on it, and gives the tuned model's id."""
    with (samples / "magic_conch.openai.jsonl").open("rb") as rows:
        file = client.files.create(file=rows, purpose="fine-tune")
    assert file.status == "processed", file
    method: Any = json.loads((samples / "magic_conch.method.json").read_text("utf-8"))
    job = client.fine_tuning.jobs.create(model=BASE, training_file=file.id, method=method, suffix="python-sdk", seed=7)
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    while job.status not in ("succeeded", "failed", "cancelled"):
        assert time.monotonic() < give_up_at, f"{job.id} is {job.status} after {DEADLINE_SECONDS} s"
        time.sleep(0.5)
        job = client.fine_tuning.jobs.retrieve(job.id)
    assert job.status == "succeeded" and job.fine_tuned_model, job
    # Auto-paging walks the list in pages of three, newest first, so the first message is the last event.
    messages = [event.message for event in client.fine_tuning.jobs.list_events(job.id, limit=3)]
    assert messages[-1].startswith("Created fine-tuning job"), messages[-1]
    assert len(messages) == len(set(messages)) and "successfully completed" in messages[0], messages
    assert job.id in [listed.id for listed in client.fine_tuning.jobs.list(limit=1)]
    return job.fine_tuned_model


def chat(client: OpenAI, model: str) -> str:
    """Streams one answer of the tuned model."""
    stream = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "我应该唱歌吗?"}], temperature=0, max_tokens=40, stream=True,
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert text.startswith("海螺说了:"), text
    whole = client.completions.create(model=model, prompt="Hello", max_tokens=5, temperature=0)
    assert whole.usage is not None and whole.usage.completion_tokens <= 5
    return text


def embed(client: OpenAI) -> int:
    """Embeds a text with the SDK's default encoding, which is base64."""
    answer = client.embeddings.create(model="all-MiniLM-L6-v2", input="the tide is high")
    assert len(answer.data[0].embedding) == 384
    return len(answer.data[0].embedding)


def retrieve(client: OpenAI, samples: Path) -> str:
    """Asks the handbook, and checks that the answer cites it."""
    questions = [row for row in json.loads((samples / "handbook.questions.json").read_text("utf-8")) if row["language"] == "en"]
    question, fact = questions[0]["question"], questions[0]["fact"]
    store = client.vector_stores.create(name="handbook")
    with (samples / "handbook.md").open("rb") as text:
        file = client.vector_stores.files.upload_and_poll(vector_store_id=store.id, file=text, poll_interval_ms=200)
    assert file.status == "completed", file
    hits = client.vector_stores.search(vector_store_id=store.id, query=question)
    assert fact in hits.data[0].content[0].text, hits.data[0]
    with client.responses.stream(
        model=BASE, input=question, temperature=0, tools=[{"type": "file_search", "vector_store_ids": [store.id]}],
    ) as stream:
        answer = stream.get_final_response()
    cited = [note.filename for item in answer.output if item.type == "message" for part in item.content
             if part.type == "output_text" for note in part.annotations if note.type == "file_citation"]
    assert fact in answer.output_text and cited == ["handbook.md"], (answer.output_text, cited)
    client.vector_stores.delete(store.id)
    return answer.output_text


def main() -> None:
    """Runs the scenario and prints what it saw as JSON."""
    samples = Path(sys.argv[1])
    client = OpenAI(max_retries=0)
    model = tune(client, samples)
    seen = {"model": model, "chat": chat(client, model), "dimensions": embed(client), "answer": retrieve(client, samples)}
    print(json.dumps(seen, ensure_ascii=False))


if __name__ == "__main__":
    main()
