import type { GenerateRequest, GenerateResponse } from '@conch/contracts/inference';
import type { CallOptions, PartialMessage } from '@conch/rpc';
import type { FakePeers } from '../gateway.fixture.js';

/** What a scripted model answers: texts in order, an error to throw where it stands, or a promise to wait for. */
export type Script = readonly (string | Error | Promise<unknown>)[];

/** A generation that a scripted model was asked for. */
export interface AskedGeneration {
  readonly request: PartialMessage<GenerateRequest>;
  readonly projectId: string;
  readonly timeoutMs: number | undefined;
}

/** A model that answers from a script, in place of the inference service. */
export class ScriptedModel {
  script: Script = ['Hello', ' there', '!'];
  finishReason = 'stop';
  contextLength = 10_000;
  readonly asked: AskedGeneration[] = [];
  /** Generations whose caller went away. */
  cancelled = 0;

  reset(): void {
    this.script = ['Hello', ' there', '!'];
    this.finishReason = 'stop';
    this.contextLength = 10_000;
    this.asked.length = 0;
    this.cancelled = 0;
  }

  readonly peer: FakePeers['generation'] = {
    generate: (request, call) => this.generate(request, call),
    countTokens: async ({ input }) => ({ tokens: (input?.value ?? '').length, contextLength: this.contextLength }),
    embed: async ({ model = '', texts = [] }) => ({
      embeddings: texts.map((text) => ({ vector: floats([3, 4, text.length]) })),
      promptTokens: texts.length * 2,
      model,
    }),
  };

  private async *generate(request: PartialMessage<GenerateRequest>, call: CallOptions): AsyncIterable<GenerateResponse> {
    const choice = this.asked.push({ request, projectId: call.projectId, timeoutMs: call.timeoutMs });
    let tokens = 0;
    for (const step of this.script) {
      if (step instanceof Error) throw step;
      if (typeof step !== 'string') await this.wait(step, call);
      else {
        tokens += 1;
        yield { text: step, finishReason: '', usage: undefined, modelVersionId: 'mv_1' };
      }
    }
    yield { text: '', finishReason: this.finishReason, usage: { promptTokens: 7, completionTokens: tokens }, modelVersionId: `mv_${Math.min(choice, 1)}` };
  }

  private async wait(step: Promise<unknown>, { signal }: CallOptions): Promise<void> {
    const gone = new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        this.cancelled += 1;
        reject(new Error('the caller went away'));
      });
    });
    await Promise.race([step, gone]);
  }
}

/** Numbers as the wire carries a vector. */
export function floats(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [at, number] of numbers.entries()) bytes.writeFloatLE(number, at * 4);
  return bytes;
}

/** The events of a body of server-sent events: their names, where they have one, and their data. */
export function eventsOf(body: string): { readonly name: string | null; readonly data: Record<string, unknown> | '[DONE]' }[] {
  return body
    .split('\n\n')
    .filter((frame) => frame !== '' && !frame.startsWith(':'))
    .map((frame) => {
      const lines = frame.split('\n');
      const data = lines.find((line) => line.startsWith('data: '))?.slice(6) ?? '';
      const name = lines.find((line) => line.startsWith('event: '))?.slice(7) ?? null;
      return { name, data: data === '[DONE]' ? data : (JSON.parse(data) as Record<string, unknown>) };
    });
}
