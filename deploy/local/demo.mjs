import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { secondsSince } from './bootstrap/progress.mjs';
import { bootstrap } from './bootstrap.mjs';
import { compare } from './demo/compare.mjs';
import { ConchClient } from './demo/conch-client.mjs';
import { ground } from './demo/ground.mjs';
import { Screen } from './demo/screen.mjs';
import { tune } from './demo/tune.mjs';
import { DEFAULT_STATE_DIR, ENV_DIR, connectionFiles, stateDirFrom } from './paths.mjs';
import { stopStack } from './stack-client.mjs';
import { holderOf } from './supervisor/lock.mjs';
import { supervisorLock } from './supervisor/stack-file.mjs';
import { bringUp } from './up.mjs';

const { values } = parseArgs({ options: { keep: { type: 'boolean' }, state: { type: 'string' }, port: { type: 'string' } } });
const stateDir = stateDirFrom(values.state);
const wasUp = holderOf(supervisorLock(stateDir)) !== null;
const stays = values.keep === true || wasUp;
const screen = new Screen();
/** @type {{ name: string, took: string }[]} */
const timings = [];
const startedAt = Date.now();
let current = 'beginning';
let log = join(ENV_DIR, 'logs');

for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(name, () => {
    screen.print('\nInterrupted.');
    void leave(name === 'SIGINT' ? 130 : 143);
  });
}

try {
  await show();
  await leave(0);
} catch (error) {
  screen.print(`\n${screen.style('red', `✗ The demo failed at: ${current}.`)}`);
  screen.say(error instanceof Error ? error.message : String(error));
  screen.say(`Logs: ${log}`);
  await leave(1);
}

async function show() {
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(port >= 1 && port <= 65_535)) throw new Error(`--port must be a number from 1 to 65535, not "${values.port}".`);
  screen.print(screen.style('bold', '🐚 Conch turns your own examples and documents into a model you can call.'));
  screen.say('Everything below happens on this machine. The first time takes minutes, most of them downloads; after that, a minute or two.', 'dim');

  await chapter('Install what is missing', `Programs and models go to ${ENV_DIR}; nothing else on this machine is touched.`, () => bootstrap());
  screen.say('Everything is installed.');
  log = join(stateDir, 'logs');

  const about = wasUp
    ? 'It is up already, and will be left up.'
    : 'Postgres, NATS, Triton and the six services of Conch, each on a port of its own; only the gateway answers the outside.';
  const connection = await chapter('Start the stack', about, () => bringUp({ stateDir, ...(port === undefined ? {} : { port }) }));
  const conch = new ConchClient(connection);

  const { model } = await chapter(
    'Teach a model a manner',
    'The base model conch-tiny answers plainly. It is now tuned (LoRA) on questions that the Magic Conch answered; then the adapter is merged, converted for serving, compared with what was trained, and registered.',
    () => tune(conch, screen),
  );
  await chapter('Ask before and after', 'The same questions to both models. None of them was in the sample.', () => compare(conch, screen, model));
  await chapter('Answer from a document', 'The handbook is about a place that does not exist, so no model can know what it says.', () => ground(conch, screen));
  tellHowToUse(connection, model);
  tellTimes();
}

/** One part of the demo, timed. @template T @param {string} name @param {string} about @param {() => Promise<T>} work @returns {Promise<T>} */
async function chapter(name, about, work) {
  current = name;
  screen.heading(`${timings.length + 1}  ${name}`, about);
  const begunAt = Date.now();
  const result = await work();
  timings.push({ name, took: secondsSince(begunAt) });
  return result;
}

/** @param {{ baseURL: string, apiKey: string }} connection @param {string} model */
function tellHowToUse({ baseURL, apiKey }, model) {
  const flag = stateDir === stateDirFrom(DEFAULT_STATE_DIR) ? '' : ` -- --state ${stateDir}`;
  const origin = baseURL.replace(/\/v1$/, '');
  screen.heading(
    'Use it yourself',
    stays ? `The stack stays up; \`npm run down${flag}\` stops it.` : `The stack stops now and keeps what it has learnt; \`npm run up${flag}\` brings it back.`,
  );
  screen.table(
    [
      ['API', baseURL],
      ['docs', `${origin}/docs`],
      ['address and key', connectionFiles(stateDir).at(-1) ?? ''],
    ],
    [0.22, 0.78],
    ['bold', undefined],
  );
  screen.print();
  screen.say('In Python, with nothing but `pip install openai`:');
  screen.lines(
    [
      'from openai import OpenAI',
      `conch = OpenAI(base_url="${baseURL}", api_key="${apiKey}")`,
      `print(conch.chat.completions.create(model="${model}", messages=[{"role": "user", "content": "Should I go swimming today?"}]).choices[0].message.content)`,
    ],
    'cyan',
  );
}

function tellTimes() {
  screen.heading('How long it took');
  screen.lines([...timings, { name: 'in all', took: secondsSince(startedAt) }].map(({ name, took }) => `${name.padEnd(26)} ${took.padStart(8)}`));
}

/** Ends the demo; a stack that it started and that is not to stay is stopped first. @param {number} code */
async function leave(code) {
  if (!stays) {
    const { wasUp: hadStarted } = await stopStack(stateDir);
    if (hadStarted) screen.print('\nThe stack is stopped. Nothing is left running.');
  }
  process.exit(code);
}
