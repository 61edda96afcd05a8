import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ENV_DIR } from '../../deploy/local/paths.mjs';

/** @typedef {{ run: (prompts: string[], tokens: number) => Promise<{ tokens: number, seconds: number }>, stop: () => Promise<void> }} BareEngine */

/** Starts the engine alone in a process of its own, on a serving folder. @param {string} folder @returns {Promise<BareEngine>} */
export async function startBareEngine(folder) {
  const child = spawn(join(ENV_DIR, 'serving', 'bin', 'python'), [join(import.meta.dirname, 'engine', 'bare_engine.py'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const endWithThis = () => child.kill('SIGKILL');
  process.once('exit', endWithThis);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the bare engine ended');
    return JSON.parse(value);
  };
  await next();
  return {
    run: async (prompts, tokens) => {
      child.stdin.write(`${JSON.stringify({ prompts, tokens })}\n`);
      return next();
    },
    stop: async () => {
      process.removeListener('exit', endWithThis);
      if (child.exitCode !== null) return;
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}
