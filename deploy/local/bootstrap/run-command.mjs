import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { ENV_DIR } from '../paths.mjs';
import { clearLeftovers } from '../supervisor/leftovers.mjs';
import { tailOf } from '../supervisor/logs.mjs';

const END_GRACE_MS = 3_000;
const SHOWN_LINES = 20;

/** Ends every program that steps of this environment have under way, those of a bootstrap that was killed too; else two would write to the same folders. */
export async function endCommands() {
  await clearLeftovers(ENV_DIR, { graceMs: END_GRACE_MS });
}

/**
 * Runs a program with its output in a log file, each line told as it comes; throws with the log's end when the program fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{ logFile: string, say: (line: string) => void, cwd?: string, env?: Record<string, string | undefined> }} options
 */
export async function runCommand(command, args, options) {
  const log = createWriteStream(options.logFile, { flags: 'a' });
  log.write(`$ ${[command, ...args].join(' ')}\n`);
  // The marks tell whose it and its children are; a group of its own, so that a terminal's Ctrl-C leaves their end to us.
  const env = { ...process.env, ...options.env, CONCH_STACK_ID: ENV_DIR, CONCH_PROCESS: 'bootstrap' };
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(log, { end: false });
    tellLines(stream, options.say);
  }
  const ending = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `it ended with ${signal ?? `exit code ${code}`}`));
  });
  log.end();
  await finished(log);
  if (ending !== null)
    throw new Error(`${[command, ...args].join(' ')}: ${ending}\n${tailOf(options.logFile, SHOWN_LINES)}\nThe whole output: ${options.logFile}`);
}

/** @param {import('node:stream').Readable} stream @param {(line: string) => void} say */
function tellLines(stream, say) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    // Progress bars end their lines with a carriage return.
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') say(line.trim());
  });
}
