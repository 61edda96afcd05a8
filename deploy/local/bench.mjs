import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { NODE, ROOT } from './paths.mjs';

await bootstrap();
const child = spawn(NODE, [join(ROOT, 'tests', 'bench', 'main.mjs'), ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
