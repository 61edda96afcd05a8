import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../paths.mjs';
import { bars, sampled, sparkline } from './text.mjs';

/** @typedef {import('./conch-client.mjs').ConchClient} ConchClient */
/** @typedef {import('./screen.mjs').Screen} Screen */

export const BASE = 'conch-tiny';
const ROWS = join(ROOT, 'samples', 'magic_conch.json');
const CURVE_COLUMNS = 32;
const METHOD = join(ROOT, 'samples', 'magic_conch.method.json');

/** Uploads the sample, tunes the base model on it and shows the loss falling. @param {ConchClient} conch @param {Screen} screen @returns {Promise<{ model: string }>} */
export async function tune(conch, screen) {
  const rows = JSON.parse(readFileSync(ROWS, 'utf8'));
  screen.say(`One of its ${rows.length} rows: “${rows[0].instruction}” → “${rows[0].output}”`);
  const file = await screen.during(
    'samples/magic_conch.json, checked row by row',
    () => conch.upload(ROWS, 'fine-tune'),
    (uploaded) => uploaded.id,
  );
  const method = JSON.parse(readFileSync(METHOD, 'utf8'));
  const started = await conch.post('/fine_tuning/jobs', { model: BASE, training_file: file.id, suffix: 'magic-conch', seed: 7, method });
  const losses = await screen.during(`the job ${started.id}`, (tell) => follow(conch, screen, started.id, tell));
  const job = await conch.get(`/fine_tuning/jobs/${started.id}`);
  if (job.status !== 'succeeded') throw new Error(`The job ${job.id} ended as ${job.status}: ${job.error?.message ?? 'it gave no reason'}`);
  if (losses.length > 0) {
    screen.print();
    screen.say('How the loss fell:');
    const width = String(losses.at(-1)?.step ?? 0).length;
    const shown = sampled(losses, 8).map(({ step, loss }) => ({ label: `step ${String(step).padStart(width)}`, value: loss }));
    screen.lines(bars(shown, Math.min(50, screen.width - 24)), 'cyan');
  }
  screen.print();
  screen.say(`The tuned model is ${job.fine_tuned_model}`);
  return { model: job.fine_tuned_model };
}

/** @param {ConchClient} conch @param {Screen} screen @param {string} jobId @param {(line: string) => void} tell */
async function follow(conch, screen, jobId, tell) {
  /** @type {{ step: number, loss: number }[]} */
  const losses = [];
  for await (const { type, message, data } of conch.follow(jobId)) {
    if (type === 'message') {
      screen.remark(`· ${message}`);
      tell(message);
      continue;
    }
    const loss = Number(data?.['train_loss']);
    if (!Number.isFinite(loss)) continue;
    const step = Number(data?.['step']);
    losses.push({ step, loss });
    const curve = sparkline(
      losses.map((one) => one.loss),
      CURVE_COLUMNS,
    );
    tell(`step ${step} of ${data?.['total_steps']}  loss ${loss.toFixed(2)}  ${curve}`);
  }
  return losses;
}
