import { startBareEngine } from './bare-engine.mjs';
import { withStack } from './bench-stack.mjs';
import { freshPrompts } from './prompts.mjs';
import { makeRandomModel, RANDOM_MODEL, SERVED_RANDOM_MODEL } from './random-model.mjs';
import { figure, quantile, table } from './report.mjs';
import { servedModel, tritonClient } from './served-model.mjs';
import { streamCompletion } from './streamed-completion.mjs';

const CONCURRENCY = [1, 8, 16];
const TOKENS = 64;
const ROUNDS = 3;
const PROMPT_CHARACTERS = 24;
/** Answers whose first token counts; they are short, since nothing after it does. */
const FIRST_TOKENS = 8;
const FIRST_SAMPLES = 48;
const SEED = 71;

/** What the way through gateway, inference and Triton costs. @param {(line: string) => void} tell @returns {Promise<import('./report.mjs').Result>} */
export async function measureOverhead(tell) {
  await makeRandomModel(tell);
  tell('starting a stack and importing the model into it');
  return withStack({ env: SERVED_RANDOM_MODEL }, async (connection) => {
    const prompts = freshPrompts(SEED, PROMPT_CHARACTERS);
    const stream = (/** @type {number} */ tokens) => streamCompletion(connection, { model: RANDOM_MODEL, prompt: prompts.next().value ?? '', tokens });
    await times(16, () => stream(TOKENS));
    const served = servedModel(connection.stateDir);
    const triton = await tritonClient(served);
    tell('starting the engine alone, on the same files');
    const engine = await startBareEngine(served.folder);
    try {
      await engine.run([prompts.next().value ?? ''], TOKENS);
      const rows = [];
      for (const concurrency of CONCURRENCY) {
        const speeds = await throughput(concurrency, engine, prompts, () => stream(TOKENS));
        const firsts = await firstTokens(
          concurrency,
          () => triton.firstTextMs(prompts.next().value ?? '', FIRST_TOKENS),
          async () => (await stream(FIRST_TOKENS)).firstTokenMs,
        );
        rows.push({ concurrency, ...speeds, ...firsts });
        tell(
          `${concurrency} at a time: ${figure(speeds.gateway / speeds.engine, 2)} of the engine's tokens/s, first token ${figure(firsts.gatewayMs - firsts.tritonMs)} ms later`,
        );
      }
      return resultOf(rows);
    } finally {
      triton.close();
      await engine.stop();
    }
  });
}

/** Tokens a second of the engine alone and through the gateway, in turns. @param {number} concurrency @param {import('./bare-engine.mjs').BareEngine} engine @param {Iterator<string>} prompts @param {() => Promise<{ tokens: number }>} stream */
async function throughput(concurrency, engine, prompts, stream) {
  const sums = { engineTokens: 0, engineSeconds: 0, gatewayTokens: 0, gatewaySeconds: 0 };
  for (let round = 0; round < ROUNDS; round += 1) {
    const alone = await engine.run(
      Array.from({ length: concurrency }, () => prompts.next().value ?? ''),
      TOKENS,
    );
    sums.engineTokens += alone.tokens;
    sums.engineSeconds += alone.seconds;
    const startedAt = performance.now();
    const answers = await times(concurrency, stream);
    sums.gatewaySeconds += (performance.now() - startedAt) / 1_000;
    sums.gatewayTokens += answers.reduce((sum, { tokens }) => sum + tokens, 0);
  }
  return { engine: sums.engineTokens / sums.engineSeconds, gateway: sums.gatewayTokens / sums.gatewaySeconds };
}

/** Medians of the time to the first token, in turns. @param {number} concurrency @param {() => Promise<number>} direct @param {() => Promise<number>} through */
async function firstTokens(concurrency, direct, through) {
  const tritonMs = [];
  const gatewayMs = [];
  for (let taken = 0; taken < FIRST_SAMPLES; taken += concurrency) {
    tritonMs.push(...(await times(concurrency, direct)));
    gatewayMs.push(...(await times(concurrency, through)));
  }
  return { tritonMs: quantile(tritonMs, 0.5), gatewayMs: quantile(gatewayMs, 0.5) };
}

/** @template T @param {number} count @param {() => Promise<T>} work @returns {Promise<T[]>} */
function times(count, work) {
  return Promise.all(Array.from({ length: count }, work));
}

/** @param {{ concurrency: number, engine: number, gateway: number, tritonMs: number, gatewayMs: number }[]} rows @returns {import('./report.mjs').Result} */
function resultOf(rows) {
  const header = ['Requests at a time', 'Engine alone, tokens/s', 'Gateway, tokens/s', 'Part of it', 'First token: Triton, ms', 'Gateway, ms', 'Added, ms'];
  const cells = rows.map(({ concurrency, engine, gateway, tritonMs, gatewayMs }) => [
    concurrency,
    figure(engine),
    figure(gateway),
    figure(gateway / engine, 2),
    figure(tritonMs),
    figure(gatewayMs),
    figure(gatewayMs - tritonMs),
  ]);
  const conditions = `The model of the first table, prompts of ${PROMPT_CHARACTERS} tokens, answers of ${TOKENS} tokens, ${ROUNDS} rounds in turns; the engine alone is OpenVINO GenAI in a process of its own on the same files. First tokens: medians of ${FIRST_SAMPLES} answers each, Triton asked with the inference service's own client.`;
  return { table: table(header, cells), conditions, figures: { rows, tokens: TOKENS, rounds: ROUNDS } };
}
