import { parseArgs } from 'node:util';
import { stateDirFrom } from './paths.mjs';
import { connectionOf } from './stack-client.mjs';
import { findProcesses } from './supervisor/leftovers.mjs';
import { holderOf } from './supervisor/lock.mjs';
import { readStack, supervisorLock } from './supervisor/stack-file.mjs';

const NOT_UP = 3;
const UNHEALTHY = 1;

const { values } = parseArgs({ options: { state: { type: 'string' }, json: { type: 'boolean' } } });
const stateDir = stateDirFrom(values.state);
const state = readStack(stateDir);
const isUp = holderOf(supervisorLock(stateDir)) !== null;

if (values.json === true) console.log(JSON.stringify({ isUp, ...state }, null, 2));
else if (state === null || !isUp) describeDown();
else describeUp(state);
process.exitCode = !isUp ? NOT_UP : state?.processes.every(({ isHealthy }) => isHealthy) ? 0 : UNHEALTHY;

function describeDown() {
  console.log(`Conch is not up (${stateDir}). \`npm run up\` starts it.`);
  if (state?.failure) console.log(`The last time it failed: ${state.failure}`);
  const left = findProcesses(stateDir);
  if (left.length > 0) console.log(`${left.length} processes of it are still there (${left.join(', ')}); \`npm run down\` or \`npm run up\` clears them.`);
}

/** @param {import('./supervisor/stack-file.mjs').StackState} up */
function describeUp(up) {
  const rows = up.processes.map((one) => [
    one.name,
    one.pid === null ? 'down' : one.isHealthy ? 'healthy' : 'unhealthy',
    String(one.pid ?? '-'),
    String(one.port),
    one.startedAt === null ? '-' : duration(Date.now() - one.startedAt),
    String(one.restarts),
    one.log,
  ]);
  console.log(`Conch is ${up.phase}, in ${stateDir}, kept by process ${up.supervisor.pid}.`);
  console.log(table([['process', 'health', 'pid', 'port', 'up for', 'restarts', 'log'], ...rows]));
  const connection = connectionOf(stateDir);
  if (connection !== null) console.log(`API  ${connection.baseURL}   key  ${connection.apiKey}`);
}

/** @param {string[][]} rows @returns {string} */
function table(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()).join('\n');
}

/** @param {number} milliseconds @returns {string} */
function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
