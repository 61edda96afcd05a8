import { newId } from '@conch/storage';
import { Injectable } from '@nestjs/common';
import type { AnswerStream } from '../../generations/answer-stream.js';
import type { FieldNames } from '../../generations/field-names.js';
import { type Generation, Generations } from '../../generations/generations.js';
import { samplingOf } from '../../generations/sampling-fields.js';
import { tokenUsage } from '../../generations/token-usage.js';
import type { Caller } from '../../http/caller.js';
import { DONE } from '../../http/event-stream.js';
import { unixSeconds } from '../../http/schemas.js';
import { ChatChunks } from '../chat-chunks.js';
import { templateTurn } from '../chat-messages.js';
import type { ChatCompletionView, ChatInput } from '../chat-operations.js';

/** Answers a conversation, whole or piece by piece. */
@Injectable()
export class CompleteChat {
  constructor(private readonly generations: Generations) {}

  async execute(input: ChatInput, caller: Caller): Promise<ChatCompletionView> {
    const asked = generationsFor(input);
    const texts = asked.map(() => '');
    const onText = (choice: number, text: string): void => {
      texts[choice] += text;
    };
    const endings = await this.generations.followAll(asked, caller, { onText, names: namesFor(input) });
    return {
      id: newId('chatcmpl-'),
      object: 'chat.completion',
      created: unixSeconds(new Date()),
      model: input.model,
      choices: endings.map(({ finishReason }, index) => ({
        index,
        message: { role: 'assistant', content: texts[index] ?? '', refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: finishReason,
      })),
      usage: tokenUsage(endings, endings.length),
      system_fingerprint: endings[0]?.modelVersionId ?? '',
    };
  }

  async stream(input: ChatInput, caller: Caller, out: AnswerStream): Promise<void> {
    const asked = generationsFor(input);
    const includesUsage = input.stream_options?.include_usage === true;
    const chunks = new ChatChunks({ id: newId('chatcmpl-'), created: unixSeconds(new Date()), model: input.model, includesUsage });
    const endings = await this.generations.followAll(asked, caller, {
      names: namesFor(input),
      onText: (choice, text, modelVersionId) => out.write(chunks.text(choice, text, modelVersionId)),
      onEnd: (choice, ending) => out.write(chunks.finish(choice, ending)),
    });
    await out.write(`${includesUsage ? chunks.usage(tokenUsage(endings, endings.length)) : ''}${DONE}`);
  }
}

function namesFor(input: ChatInput): FieldNames {
  return input.max_completion_tokens == null ? {} : { max_tokens: 'max_completion_tokens' };
}

function generationsFor(input: ChatInput): Generation[] {
  const value = JSON.stringify({ messages: input.messages.map(templateTurn) });
  const maxTokens = input.max_completion_tokens ?? input.max_tokens ?? undefined;
  return Array.from({ length: input.n ?? 1 }, (_, choice) => ({
    model: input.model,
    input: { $case: 'chatJson', value },
    sampling: samplingOf(input, maxTokens, choice),
  }));
}
