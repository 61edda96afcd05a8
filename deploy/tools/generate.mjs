#!/usr/bin/env node
/**
 * Generates what is made from the contracts in proto/: the TypeScript messages and the descriptor set that server reflection answers from.
 * `--check` changes nothing and fails when what is committed is not what the contracts give.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const isCheck = process.argv.includes('--check');
const buf = join(root, 'node_modules', '.bin', 'buf');
const generated = join('libs', 'contracts', 'src', 'gen');
const descriptors = join('libs', 'contracts', 'descriptors.binpb');

/** @param {string} command @param {string[]} args @param {string} cwd */
function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

run(buf, ['lint'], join(root, 'proto'));
if (!isCheck) {
  run(buf, ['generate'], join(root, 'proto'));
  run(buf, ['build', '-o', join(root, descriptors)], join(root, 'proto'));
} else {
  // Generates into a copy of the two folders that the generator's relative paths need, and compares.
  const scratch = mkdtempSync(join(tmpdir(), 'conch-gen-'));
  try {
    cpSync(join(root, 'proto'), join(scratch, 'proto'), { recursive: true });
    run('ln', ['-s', join(root, 'node_modules'), join(scratch, 'node_modules')], scratch);
    run(buf, ['generate'], join(scratch, 'proto'));
    run(buf, ['build', '-o', join(scratch, descriptors)], join(scratch, 'proto'));
    for (const path of [generated, descriptors]) {
      const diff = spawnSync('diff', ['-rq', join(root, path), join(scratch, path)], { encoding: 'utf8' });
      if (diff.status !== 0) {
        process.stderr.write(`${path} is not what proto/ gives; run \`npm run gen\` and commit the result.\n${diff.stdout}`);
        process.exit(1);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
