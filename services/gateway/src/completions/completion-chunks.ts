import type { z } from 'zod';
import type { Ending } from '../generations/generations.js';
import type { TokenUsage } from '../generations/token-usage.js';

/** Writes the chunks of one streamed completion; what all of them say alike is turned into JSON once. */
export class CompletionChunks {
  private readonly heading: string;
  private readonly afterText: string;
  private readonly usageField: string;

  constructor(about: { readonly id: string; readonly created: number; readonly model: string }, includesUsage: boolean) {
    const shared = JSON.stringify({ id: about.id, object: 'text_completion', created: about.created, model: about.model });
    this.heading = `data: ${shared.slice(0, -1)},`;
    this.usageField = includesUsage ? ',"usage":null' : '';
    this.afterText = `,"logprobs":null,"finish_reason":null}]${this.usageField}}\n\n`;
  }

  text(choice: number, text: string): string {
    return `${this.heading}"choices":[{"index":${choice},"text":${JSON.stringify(text)}${this.afterText}`;
  }

  /** The chunk that says how a choice ended. */
  finish(choice: number, { finishReason }: Ending): string {
    return `${this.heading}"choices":[{"index":${choice},"text":"","logprobs":null,"finish_reason":"${finishReason}"}]${this.usageField}}\n\n`;
  }

  /** The chunk that counts the tokens, and has no choices. */
  usage(usage: z.output<typeof TokenUsage>): string {
    return `${this.heading}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
  }
}
