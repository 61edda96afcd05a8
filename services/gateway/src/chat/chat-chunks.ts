import type { Ending } from '../generations/generations.js';
import type { TokenUsage } from '../generations/token-usage.js';
import type { z } from 'zod';

/** What all chunks of a stream say alike. */
export interface ChunkHeading {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly includesUsage: boolean;
}

/**
 * Writes the chunks of one streamed answer. What does not change is written once: tokens come by the hundred, and turning the same
 * object into JSON for each would cost more than all the rest of their way.
 */
export class ChatChunks {
  private readonly isBegun: boolean[] = [];
  private readonly beforeText: string[] = [];
  private readonly afterText: string;
  private heading = '';

  constructor(private readonly about: ChunkHeading) {
    this.afterText = `},"logprobs":null,"finish_reason":null}]${about.includesUsage ? ',"usage":null' : ''}}\n\n`;
  }

  /** The frames for a piece of text; the first of a choice come after the chunk that names the role. */
  text(choice: number, text: string, modelVersionId: string): string {
    const begun = this.begin(choice, modelVersionId);
    return `${begun}${this.beforeText[choice]}${JSON.stringify(text)}${this.afterText}`;
  }

  /** The chunk that says how a choice ended. */
  finish(choice: number, { finishReason, modelVersionId }: Ending): string {
    const begun = this.begin(choice, modelVersionId);
    const usage = this.about.includesUsage ? ',"usage":null' : '';
    return `${begun}${this.heading}"choices":[{"index":${choice},"delta":{},"logprobs":null,"finish_reason":"${finishReason}"}]${usage}}\n\n`;
  }

  /** The chunk that counts the tokens, and has no choices. */
  usage(usage: z.output<typeof TokenUsage>): string {
    return `${this.heading}"choices":[],"usage":${JSON.stringify(usage)}}\n\n`;
  }

  private begin(choice: number, modelVersionId: string): string {
    if (this.isBegun[choice] === true) return '';
    this.isBegun[choice] = true;
    const { id, created, model } = this.about;
    const shared = JSON.stringify({ id, object: 'chat.completion.chunk', created, model, system_fingerprint: modelVersionId });
    this.heading = `data: ${shared.slice(0, -1)},`;
    this.beforeText[choice] = `${this.heading}"choices":[{"index":${choice},"delta":{"content":`;
    return `${this.heading}"choices":[{"index":${choice},"delta":{"role":"assistant","content":"","refusal":null${this.afterText}`;
  }
}
