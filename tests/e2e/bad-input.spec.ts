import { afterAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { toFile } from 'openai';
import { z } from 'zod';
import { sdkFor, suiteStack } from '../stack/running-stack.js';
import { BASE, startMagicConchJob } from '../stack/tuning.js';

const ErrorBody = z.object({ error: z.object({ message: z.string().min(10), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }) });

describe('bad input', () => {
  const stack = suiteStack();
  const openai = sdkFor(stack);

  afterAll(async () => {
    // Whatever was sent, the stack stays up.
    expect((await openai.models.list()).data.map((model) => model.id)).toContain(BASE);
  });

  const upload = async (text: string, name = 'rows.jsonl') => openai.files.create({ file: await toFile(Buffer.from(text), name), purpose: 'fine-tune' });
  const chatRow = (role: string): string =>
    JSON.stringify({
      messages: [
        { role, content: 'Hello' },
        { role: 'assistant', content: 'Hi' },
      ],
    });

  it('refuses an empty file', async () => {
    await expect(upload('')).rejects.toMatchObject({ status: 400, param: 'file', message: expect.stringContaining('empty') });
  });

  it('names the line of a half-written row', async () => {
    const rows = [chatRow('user'), chatRow('user'), chatRow('user').slice(0, 30)].join('\n');
    await expect(upload(rows)).rejects.toMatchObject({ status: 400, message: expect.stringContaining('line 3') });
  });

  it('names line and field of an unknown role', async () => {
    await expect(upload(`${chatRow('user')}\n${chatRow('wizard')}\n`)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/line 2.*messages\[0\]\.role.*wizard/s),
    });
  });

  it('keeps nothing of an upload of 2 GB that is cut off in the middle, and stays up', async () => {
    const before = (await openai.files.list()).data.length;
    await cutOffUpload(2 * 1024 ** 3, 64 * 1024 * 1024);
    expect((await openai.files.list()).data).toHaveLength(before);
  });

  it('refuses an unknown base model and an unknown file by name', async () => {
    await expect(startMagicConchJob(openai, { model: 'no-such-model' })).rejects.toMatchObject({
      status: 400,
      param: 'model',
      message: expect.stringContaining('no-such-model'),
    });
    await expect(openai.fineTuning.jobs.create({ model: BASE, training_file: 'file-nothere' })).rejects.toMatchObject({ status: 400, param: 'training_file' });
  });

  it('reports all hyperparameters that are out of range together', async () => {
    const method = { type: 'supervised', supervised: { hyperparameters: { n_epochs: -3 }, engine: { learning_rate: 900, lora_rank: 0, warp: 9 } } };
    const refused: unknown = await startMagicConchJob(openai, { method: method as never }).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ status: 400 });
    for (const name of ['n_epochs', 'learning_rate', 'lora_rank', 'warp']) expect(String((refused as Error).message)).toContain(name);
  });

  it('refuses a wrong key, an unknown route and a body that is no JSON in the same shape', async () => {
    const raw = (path: string, init: RequestInit, key = stack.apiKey): Promise<Response> =>
      fetch(`${stack.baseURL}${path}`, { ...init, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } });
    const wrongKey = await raw('/models', {}, 'sk-conch-wrong');
    const unknownRoute = await raw('/no/such/route', {});
    const noJson = await raw('/chat/completions', { method: 'POST', body: '{"model": "conch-tiny", oops' });
    const noBody = await raw('/chat/completions', { method: 'POST' });
    expect([wrongKey.status, unknownRoute.status, noJson.status, noBody.status]).toEqual([401, 404, 400, 400]);
    expect(ErrorBody.parse(await wrongKey.json()).error.code).toBe('invalid_api_key');
    expect(ErrorBody.parse(await unknownRoute.json()).error.message).toContain('/no/such/route');
    expect(ErrorBody.parse(await noJson.json()).error.message).toMatch(/line 1, column \d+/);
    ErrorBody.parse(await noBody.json());
  });

  it('names what is wrong in a chat request', async () => {
    await expect(openai.chat.completions.create({ model: 'no-such-model', messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({
      status: 404,
      param: 'model',
    });
    await expect(openai.chat.completions.create({ model: BASE, messages: [] })).rejects.toMatchObject({ status: 400, param: 'messages' });
    await expect(openai.chat.completions.create({ model: BASE, messages: [{ role: 'user', content: 'x' }], temperature: 9 })).rejects.toMatchObject({
      status: 400,
      param: 'temperature',
    });
  });

  /** Announces `announcedBytes`, sends some of them, and hangs up. */
  function cutOffUpload(announcedBytes: number, sentBytes: number): Promise<void> {
    const head =
      '--cut\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n--cut\r\ncontent-disposition: form-data; name="file"; filename="big.jsonl"\r\n\r\n';
    const row = `${chatRow('user')}\n`;
    const piece = Buffer.from(row.repeat(Math.ceil((1024 * 1024) / row.length)));
    return new Promise((resolve, reject) => {
      const outgoing = request(`${stack.baseURL}/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'multipart/form-data; boundary=cut', 'content-length': announcedBytes },
      });
      outgoing.once('close', resolve);
      outgoing.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve() : reject(error)));
      outgoing.once('response', (response) => reject(new Error(`answered ${response.statusCode ?? 0} before the upload ended`)));
      outgoing.write(head);
      let sent = 0;
      const send = (): void => {
        while (sent < sentBytes) {
          sent += piece.length;
          if (!outgoing.write(piece)) return void outgoing.once('drain', send);
        }
        outgoing.destroy();
      };
      send();
    });
  }
});
