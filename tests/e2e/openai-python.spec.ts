import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { environmentFolder } from '@conch/testing';
import { ROOT, suiteStack } from '../stack/running-stack.js';

describe('the unmodified openai PyPI package', () => {
  it('goes from a file over a fine-tuning job to chat, embeddings and an answer that cites', async () => {
    const stack = suiteStack();
    const python = join(environmentFolder(), 'clients', 'bin', 'python');
    const scenario = join(ROOT, 'tests', 'e2e', 'clients', 'openai_scenario.py');
    const { stdout } = await promisify(execFile)(python, [scenario, join(ROOT, 'samples')], {
      env: { PATH: process.env['PATH'], OPENAI_BASE_URL: stack.baseURL, OPENAI_API_KEY: stack.apiKey, PYTHONUTF8: '1' },
    });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>;
    expect(seen).toMatchObject({ dimensions: 384, model: expect.stringMatching(/^ft:conch-tiny:[^:]+:python-sdk:/) });
  });
});
