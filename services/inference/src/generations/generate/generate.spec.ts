import { describe, expect, it } from '@jest/globals';
import { GenerateRequest } from '@conch/contracts/inference';
import type { Deployment } from '../../deployments/deployment.entity.js';
import { aDeployment } from '../../deployments/deployment.fixture.js';
import type { GenerationPiece } from '../../triton/model-server.js';
import { ContextLengthExceeded, ModelServerLost } from '../../triton/triton.errors.js';
import { Generate, type GenerateParts } from './generate.js';

const piece = (text: string, finishReason: GenerationPiece['finishReason'] = null): GenerationPiece => ({
  text,
  finishReason,
  promptTokens: 3,
  completionTokens: 2,
});

/** A generation whose model server plays one script a try: pieces to send, and an error to throw after them. */
function generation(scripts: { pieces: GenerationPiece[]; error?: Error }[]): { generate: Generate; suspected: string[]; closed: boolean[] } {
  const suspected: string[] = [];
  const closed: boolean[] = [];
  let tries = 0;
  const parts = {
    catalog: {
      resolve: async () => ({ model: 'm', versionId: 'mv_1', projectId: 'p', servingDigest: 'sha256:x', weightFormat: 'fp32' }),
      folder: async () => ({ template: null, tokenizer: { encode: (text: string) => ({ ids: [...text] }) }, contextLength: 8, longestToken: 2, defaults: {} }),
    },
    ensure: { execute: async () => aDeployment() },
    ready: { execute: async (deployment: Deployment) => deployment },
    reconciler: { suspect: (name: string) => suspected.push(name) },
    server: {
      async *generate() {
        const script = scripts[tries];
        tries += 1;
        yield* script?.pieces ?? [];
        if (script?.error !== undefined) throw script.error;
      },
    },
    meter: { open: () => ({ count: () => undefined, close: async (isCancelled: boolean) => void closed.push(isCancelled) }) },
    maxOutputTokens: 16,
  } as unknown as GenerateParts;
  return { generate: new Generate(parts), suspected, closed };
}

async function run(generate: Generate, prompt = 'abc', sampling: { maxTokens?: number } = {}): Promise<string[]> {
  const texts: string[] = [];
  const request = GenerateRequest.fromPartial({ model: 'm', input: { $case: 'prompt', value: prompt }, sampling });
  for await (const sent of generate.execute({ projectId: 'p', requestId: 'r', request, signal: new AbortController().signal })) texts.push(sent.text);
  return texts;
}

describe(Generate.name, () => {
  it('passes the pieces on and closes the count', async () => {
    const { generate, closed } = generation([{ pieces: [piece('a'), piece('b', 'stop')] }]);
    expect(await run(generate)).toEqual(['a', 'b']);
    expect(closed).toEqual([false]);
  });

  it('tries again when the model server dies before anything was sent', async () => {
    const { generate, suspected } = generation([{ pieces: [], error: new ModelServerLost('killed') }, { pieces: [piece('a', 'stop')] }]);
    expect(await run(generate)).toEqual(['a']);
    expect(suspected).toEqual(['gen-rev_1']);
  });

  it('says so when it dies after something was sent', async () => {
    const { generate } = generation([{ pieces: [piece('a')], error: new ModelServerLost('killed') }, { pieces: [piece('a', 'stop')] }]);
    await expect(run(generate)).rejects.toThrow(ModelServerLost);
  });

  it('refuses a prompt that leaves no room for an answer', async () => {
    const { generate } = generation([]);
    await expect(run(generate, 'abcdefgh')).rejects.toThrow(/context of 8 tokens/);
  });

  it('names the prompt, and not messages, whoever refuses it', async () => {
    const { generate } = generation([{ pieces: [], error: new ContextLengthExceeded('The prompt has 9 tokens.') }]);
    const named = { param: 'prompt', message: expect.stringContaining('Shorten the prompt.') };
    await expect(run(generate)).rejects.toMatchObject(named);
    await expect(run(generate, 'abcdefgh')).rejects.toMatchObject(named);
    await expect(run(generate, 'x'.repeat(17))).rejects.toMatchObject(named);
  });

  it('refuses a prompt that is too long for its tokens to be counted, with or without a maximum', async () => {
    const { generate } = generation([{ pieces: [piece('a', 'stop')] }]);
    await expect(run(generate, 'x'.repeat(17))).rejects.toThrow('at least 9 tokens');
    await expect(run(generate, 'x'.repeat(17), { maxTokens: 1 })).rejects.toThrow('at least 9 tokens');
  });
});
