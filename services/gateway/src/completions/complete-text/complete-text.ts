import { newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { AnswerStream } from '../../generations/answer-stream.js';
import { type Generation, Generations } from '../../generations/generations.js';
import { samplingOf } from '../../generations/sampling-fields.js';
import { tokenUsage } from '../../generations/token-usage.js';
import type { Caller } from '../../http/caller.js';
import { DONE } from '../../http/event-stream.js';
import { unixSeconds } from '../../http/schemas.js';
import { CompletionChunks } from '../completion-chunks.js';
import type { CompletionInput, CompletionView } from '../completion-operations.js';

/** Writes on from one or more texts, whole or piece by piece. */
@Injectable()
export class CompleteText {
  constructor(private readonly generations: Generations) {}

  async execute(input: CompletionInput, caller: Caller): Promise<CompletionView> {
    const prompts = promptsOf(input);
    const texts = prompts.map((prompt) => (input.echo === true ? prompt : ''));
    const onText = (choice: number, text: string): void => {
      texts[choice] += text;
    };
    const endings = await this.generations.followAll(generationsFor(input, prompts), caller, { onText });
    return {
      id: newId('cmpl-'),
      object: 'text_completion',
      created: unixSeconds(new Date()),
      model: input.model,
      choices: endings.map(({ finishReason }, index) => ({ index, text: texts[index] ?? '', logprobs: null, finish_reason: finishReason })),
      usage: tokenUsage(endings, input.n),
    };
  }

  async stream(input: CompletionInput, caller: Caller, out: AnswerStream): Promise<void> {
    const prompts = promptsOf(input);
    const includesUsage = input.stream_options?.include_usage === true;
    const chunks = new CompletionChunks({ id: newId('cmpl-'), created: unixSeconds(new Date()), model: input.model }, includesUsage);
    // An echo waits for the first text, so that a refusal is still an HTTP error.
    if (input.echo === true) void out.hold(prompts.map((prompt, choice) => chunks.text(choice, prompt)).join(''));
    const endings = await this.generations.followAll(generationsFor(input, prompts), caller, {
      onText: (choice, text) => out.write(chunks.text(choice, text)),
      onEnd: (choice, ending) => out.write(chunks.finish(choice, ending)),
    });
    await out.write(`${includesUsage ? chunks.usage(tokenUsage(endings, input.n)) : ''}${DONE}`);
  }
}

/** One prompt a choice: each is repeated for its answers. */
function promptsOf({ prompt, n }: CompletionInput): string[] {
  return (Array.isArray(prompt) ? prompt : [prompt]).flatMap((text) => Array.from({ length: n }, () => text));
}

function generationsFor(input: CompletionInput, prompts: readonly string[]): Generation[] {
  return prompts.map((value, index) => ({
    model: input.model,
    input: { $case: 'prompt', value },
    sampling: samplingOf(input, input.max_tokens, index % input.n),
  }));
}
