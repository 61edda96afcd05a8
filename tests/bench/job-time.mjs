import { execFile } from 'node:child_process';
import { createReadStream, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import OpenAI from 'openai';
import { ENV_DIR, ROOT } from '../../deploy/local/paths.mjs';
import { withStack } from './bench-stack.mjs';
import { figure, table } from './report.mjs';

const run = promisify(execFile);
const BASE = 'conch-tiny';
const POLL_MS = 25;
const JOB_TIMEOUT_MS = 600_000;
const FINAL = ['succeeded', 'failed', 'cancelled'];

/** @typedef {{ trainedSeconds: number, wholeSeconds: number, inputs: string, epochs: number }} Timed */

/** A fine-tuning job of the platform against LLaMA-Factory's own commands on the very same configuration. @param {(line: string) => void} tell @returns {Promise<import('./report.mjs').Result>} */
export async function measureJobTime(tell) {
  const copies = join(ROOT, '.conch', 'bench', 'job');
  rmSync(copies, { recursive: true, force: true });
  mkdirSync(copies, { recursive: true });
  try {
    tell('starting a stack and running the job');
    const job = await withStack({}, (connection) => timeJob(connection, copies));
    tell('running LLaMA-Factory by itself');
    const train = await timeCommand('train', join(job.inputs, 'train.yaml'));
    const merge = await timeCommand('export', join(job.inputs, 'export.yaml'));
    return resultOf(job, train, merge);
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

/** @param {import('./bench-stack.mjs').Connection} connection @param {string} copies @returns {Promise<Timed>} */
async function timeJob({ baseURL, apiKey, stateDir }, copies) {
  const openai = new OpenAI({ baseURL, apiKey });
  const file = await openai.files.create({ file: createReadStream(join(ROOT, 'samples', 'magic_conch.json')), purpose: 'fine-tune' });
  const method = JSON.parse(readFileSync(join(ROOT, 'samples', 'magic_conch.method.json'), 'utf8'));
  const before = new Set(attemptsIn(stateDir));
  const startedAt = performance.now();
  const { id } = await openai.fineTuning.jobs.create({ model: BASE, training_file: file.id, seed: 7, method });
  const attempt = await seen(() => attemptsIn(stateDir).find((name) => !before.has(name) && hasPhase(join(stateDir, 'work', name), 'train')));
  const work = join(stateDir, 'work', attempt);
  const inputs = copyInputs(work, join(copies, attempt));
  await seen(() => hasPhase(work, 'merge'));
  const trainedSeconds = (performance.now() - startedAt) / 1_000;
  const job = await untilEnd(openai, id);
  if (job.status !== 'succeeded') throw new Error(`the job ended as ${job.status}: ${job.error?.message ?? 'no reason'}`);
  return { trainedSeconds, wholeSeconds: (performance.now() - startedAt) / 1_000, inputs, epochs: method.supervised.hyperparameters.n_epochs };
}

/** @param {OpenAI} openai @param {string} id */
async function untilEnd(openai, id) {
  for (;;) {
    const job = await openai.fineTuning.jobs.retrieve(id);
    if (FINAL.includes(job.status)) return job;
    await delay(POLL_MS * 4);
  }
}

/** What the attempt trains on and with, copied to a place that stays, its configurations pointing there. @param {string} work @param {string} target */
function copyInputs(work, target) {
  cpSync(join(work, 'inputs'), join(target, 'inputs'), { recursive: true, dereference: true });
  for (const name of ['train.yaml', 'export.yaml']) writeFileSync(join(target, name), readFileSync(join(work, name), 'utf8').replaceAll(work, target));
  return target;
}

/** @param {string} stateDir */
function attemptsIn(stateDir) {
  return readdirSync(join(stateDir, 'work')).filter((name) => name.startsWith('att_'));
}

/** @param {string} work @param {string} phase */
function hasPhase(work, phase) {
  const events = join(work, 'events.jsonl');
  return existsSync(events) && new RegExp(`"phase":\\s*"${phase}"`).test(readFileSync(events, 'utf8'));
}

/** @template T @param {() => T | undefined | false} look @returns {Promise<T>} */
async function seen(look) {
  const giveUpAt = Date.now() + JOB_TIMEOUT_MS;
  while (Date.now() < giveUpAt) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    await delay(POLL_MS);
  }
  throw new Error(`the job did not get on within ${JOB_TIMEOUT_MS / 1_000} s`);
}

/** @param {'train' | 'export'} command @param {string} config */
async function timeCommand(command, config) {
  const startedAt = performance.now();
  await run(join(ENV_DIR, 'trainer', 'bin', 'llamafactory-cli'), [command, config], {
    // The runner's own setting: threads that spin while they wait would slow the peer down beside anything else on the machine.
    env: { OMP_WAIT_POLICY: 'PASSIVE', ...process.env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: process.env['CUDA_VISIBLE_DEVICES'] ?? '' },
    maxBuffer: 64 * 1024 ** 2,
  });
  return (performance.now() - startedAt) / 1_000;
}

/** @param {Timed} job @param {number} train @param {number} merge @returns {import('./report.mjs').Result} */
function resultOf({ trainedSeconds, wholeSeconds, epochs }, train, merge) {
  const rows = [
    ['Until the weights are trained', figure(train), figure(trainedSeconds), `${figure(trainedSeconds / train, 2)}×`],
    [
      'Until they are merged (Conch: also converted, compared and registered)',
      figure(train + merge),
      figure(wholeSeconds),
      `${figure(wholeSeconds / (train + merge), 2)}×`,
    ],
  ];
  const conditions = `\`magic_conch.json\` on conch-tiny with the sample’s own recipe (LoRA, ${epochs} epochs); LLaMA-Factory’s commands run the configuration that the job ran, with the same thread settings. The job’s time begins with the request that creates it.`;
  return { table: table(['What', 'LLaMA-Factory, s', 'Conch, s', 'Times as long'], rows), conditions, figures: { train, merge, trainedSeconds, wholeSeconds } };
}
