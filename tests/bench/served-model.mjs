import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../deploy/local/paths.mjs';

/** @typedef {{ name: string, folder: string, address: string }} Served what Triton calls the model, its serving folder, and where Triton is */

/** How a stack serves the one generation model that was asked for so far. @param {string} stateDir @returns {Served} */
export function servedModel(stateDir) {
  const models = join(stateDir, 'triton-models');
  const name = readdirSync(models).find((entry) => entry.startsWith('gen-') && !entry.endsWith('.draft'));
  if (name === undefined) throw new Error(`no generation model is served from ${models}`);
  const folder = /key: "model_dir" value \{ string_value: "([^"]+)"/.exec(readFileSync(join(models, name, 'config.pbtxt'), 'utf8'))?.[1];
  if (folder === undefined) throw new Error(`${name} names no folder`);
  const { tritonGrpc } = /** @type {{ tritonGrpc: number }} */ (JSON.parse(readFileSync(join(stateDir, 'ports.json'), 'utf8')));
  return { name, folder, address: `127.0.0.1:${tritonGrpc}` };
}

/** Streams from Triton itself, with the client that the inference service has. @param {Served} served */
export async function tritonClient({ name, address }) {
  const load = (/** @type {string} */ path) => import(pathToFileURL(join(ROOT, 'services', 'inference', 'dist', 'triton', path)).href);
  const [{ TritonChannel }, { streamGeneration }] = await Promise.all([load('triton-channel.js'), load('triton-generation.js')]);
  const channel = new TritonChannel(address);
  /** @param {string} prompt @param {number} tokens @returns {Promise<number>} milliseconds until the first text */
  const firstTextMs = async (prompt, tokens) => {
    const startedAt = performance.now();
    let firstMs = 0;
    const sampling = { max_tokens: tokens, temperature: 0, ignore_eos: true };
    for await (const { text } of streamGeneration(channel, name, prompt, sampling, new AbortController().signal)) {
      if (text !== '' && firstMs === 0) firstMs = performance.now() - startedAt;
    }
    return firstMs;
  };
  return { firstTextMs, close: () => channel.close() };
}
