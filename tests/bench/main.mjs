import { parseArgs } from 'node:util';
import { isIdle, machine } from './machine.mjs';
import { MEASUREMENTS } from './measurements.mjs';
import { writeResult } from './report.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { docs: { type: 'boolean' }, help: { type: 'boolean' } } });
const names = positionals.length === 0 ? Object.keys(MEASUREMENTS) : positionals;
const unknown = names.filter((name) => MEASUREMENTS[name] === undefined);

if (values.help === true || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no measurement ${unknown.join(', ')}.`);
  console.log('npm run bench -- [--docs] [measurement …]   without a name all of them, in this order:');
  for (const [name, { title }] of Object.entries(MEASUREMENTS)) console.log(`  ${name.padEnd(12)} ${title}`);
  console.log('--docs also puts the tables into docs/performance.md.');
  process.exit(unknown.length > 0 ? 1 : 0);
}

// What was started for a measurement ends with this process, which a signal would not tell it of.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

if (!isIdle()) console.log('This machine is busy with other things; the ratios below come from one run, but they are noisier than they need be.\n');
for (const name of names) {
  const measurement = /** @type {import('./measurements.mjs').Measurement} */ (MEASUREMENTS[name]);
  console.log(`${measurement.title}`);
  const startedAt = new Date();
  const result = await measurement.run((line) => console.log(`  ${line}`));
  const files = writeResult({ name, title: measurement.title, startedAt: startedAt.toISOString(), machine: machine(), ...result }, values.docs === true);
  console.log(`\n${result.table}\n\n${files.map((file) => `  written: ${file}`).join('\n')}\n`);
}
