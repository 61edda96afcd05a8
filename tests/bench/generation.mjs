import { withStack } from './bench-stack.mjs';
import { startPeer } from './fastapi-peer.mjs';
import { freshPrompts } from './prompts.mjs';
import { makeRandomModel, RANDOM_MODEL, RANDOM_MODEL_FOLDER, SERVED_RANDOM_MODEL } from './random-model.mjs';
import { figure, quantile, table } from './report.mjs';
import { streamCompletion } from './streamed-completion.mjs';

/** How many requests at a time, and how often that is measured: few requests are soon answered, so they get more rounds. */
const ROUNDS = new Map([
  [1, 3],
  [4, 2],
  [8, 1],
  [16, 1],
]);
/** A question of a line, and an answer of a paragraph. */
const PROMPT_CHARACTERS = 24;
const TOKENS = 96;
const SEED = 20_261;

/** @typedef {{ tokens: number, firstTokenMs?: number }} Answer */
/** @typedef {{ tokensPerSecond: number, firstTokenMs: number }} Speed */

/** Streamed completions through the gateway, and the same from one FastAPI process, in turns. @param {(line: string) => void} tell @returns {Promise<import('./report.mjs').Result>} */
export async function measureGeneration(tell) {
  await makeRandomModel(tell);
  tell('starting a stack and importing the model into it');
  return withStack({ env: SERVED_RANDOM_MODEL }, async (connection) => {
    tell('starting the FastAPI process; it tries how it runs best');
    const peer = await startPeer({ model: RANDOM_MODEL_FOLDER, tokens: TOKENS });
    try {
      const prompts = freshPrompts(SEED, PROMPT_CHARACTERS);
      const conch = async (/** @type {string} */ prompt) => streamCompletion(connection, { model: RANDOM_MODEL, prompt, tokens: TOKENS });
      const fastapi = async (/** @type {string} */ prompt) => ({ tokens: await peer.generate(prompt) });
      tell('warming up');
      await inParallel(Math.max(...ROUNDS.keys()), prompts, conch);
      await inParallel(1, prompts, fastapi);
      const rows = [];
      for (const [concurrency, rounds] of ROUNDS) {
        const ours = await speedOf({ concurrency, rounds }, prompts, conch);
        const theirs = await speedOf({ concurrency, rounds }, prompts, fastapi);
        const ratio = ours.tokensPerSecond / theirs.tokensPerSecond;
        rows.push({ concurrency, conch: ours, fastapi: theirs, ratio });
        tell(`${concurrency} at a time: ${figure(ours.tokensPerSecond)} against ${figure(theirs.tokensPerSecond)} tokens/s, ${figure(ratio)} times as many`);
      }
      return resultOf(rows, peer.about);
    } finally {
      await peer.stop();
    }
  });
}

/** @param {{ concurrency: number, conch: Speed, fastapi: Speed, ratio: number }[]} rows @param {import('./fastapi-peer.mjs').About} about @returns {import('./report.mjs').Result} */
function resultOf(rows, about) {
  const header = ['Requests at a time', 'FastAPI, tokens/s', 'Conch, tokens/s', 'Times as many', 'Conch, first token (median, ms)'];
  const cells = rows.map(({ concurrency, conch, fastapi, ratio }) => [
    concurrency,
    figure(fastapi.tokensPerSecond),
    figure(conch.tokensPerSecond),
    `${figure(ratio)}×`,
    figure(conch.firstTokenMs, 0),
  ]);
  const way = about.threaded ? 'requests side by side in threads' : 'requests one after the other';
  const conditions = `A model of Qwen2-0.5B's shape (494 million random weights); prompts of ${PROMPT_CHARACTERS} tokens, answers of ${TOKENS}, greedy, in turns. Conch: int8 weights on Triton, streamed through the gateway. FastAPI: Transformers' \`model.generate\` in the faster of float32 and bfloat16 (${about.dtype}), ${way}, on ${about.cores} cores.`;
  return {
    table: table(header, cells),
    conditions,
    figures: { rows, peer: about, tokens: TOKENS, rounds: Object.fromEntries(ROUNDS), promptTokens: PROMPT_CHARACTERS },
  };
}

/** @param {{ concurrency: number, rounds: number }} load @param {Iterator<string>} prompts @param {(prompt: string) => Promise<Answer>} ask @returns {Promise<Speed>} */
async function speedOf({ concurrency, rounds }, prompts, ask) {
  let tokens = 0;
  let seconds = 0;
  const firsts = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const answers = await inParallel(concurrency, prompts, ask);
    seconds += (performance.now() - startedAt) / 1_000;
    for (const answer of answers) {
      tokens += answer.tokens;
      firsts.push(answer.firstTokenMs ?? Number.NaN);
    }
  }
  return { tokensPerSecond: tokens / seconds, firstTokenMs: quantile(firsts, 0.5) };
}

/** @template T @param {number} count @param {Iterator<string>} prompts @param {(prompt: string) => Promise<T>} ask @returns {Promise<T[]>} */
function inParallel(count, prompts, ask) {
  return Promise.all(Array.from({ length: count }, () => ask(prompts.next().value)));
}
