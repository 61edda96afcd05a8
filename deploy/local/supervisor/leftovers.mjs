import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Processes of a stack, found by the marks in their environment: whatever happened to the supervisor, they carry them.
 * @param {string} stackId the stack's absolute state folder
 * @param {string} [name] only processes of this name
 * @returns {number[]}
 */
export function findProcesses(stackId, name) {
  const found = [];
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const owner = ownerOf(pid, stackId);
    if (owner === null || (name !== undefined && owner !== name)) continue;
    if (stateOf(pid) !== 'Z') found.push(pid);
  }
  return found;
}

/**
 * Ends what is left of a stack: asks first, then kills, until nothing is left. Returns how many there were.
 * @param {string} stackId
 * @param {{ name?: string, graceMs?: number }} [options]
 */
export async function clearLeftovers(stackId, options = {}) {
  const { name, graceMs = 5_000 } = options;
  const first = findProcesses(stackId, name);
  if (first.length === 0) return 0;
  // SIGINT is Postgres's fast shutdown; the others take SIGTERM.
  for (const pid of first) signal(pid, ownerOf(pid, stackId) === 'postgres' ? 'SIGINT' : 'SIGTERM');
  const killAt = Date.now() + graceMs;
  const giveUpAt = killAt + 10_000;
  for (;;) {
    const left = findProcesses(stackId, name);
    if (left.length === 0) return first.length;
    if (Date.now() > killAt) for (const pid of left) signal(pid, 'SIGKILL');
    if (Date.now() > giveUpAt) throw new Error(`These processes of ${stackId} do not end: ${left.join(', ')}`);
    await delay(50);
  }
}

/** When a living process began, in the kernel's ticks: with the pid it names one process for ever. Null when it has ended, also when nobody has collected it yet. */
export function startTimeOf(/** @type {number} */ pid) {
  const stat = statOf(pid);
  return stat === null || stat[0] === 'Z' ? null : (stat[19] ?? null);
}

/** @param {number} pid @param {NodeJS.Signals} name */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}

/**
 * Which of the stack's processes one belongs to; null when it is not the stack's.
 * @param {number} pid
 * @param {string} stackId
 * @returns {string | null}
 */
function ownerOf(pid, stackId) {
  const marks = environmentOf(pid);
  if (marks.get('CONCH_STACK_ID') === stackId) return marks.get('CONCH_PROCESS') ?? '';
  return isPostgresChild(pid, stackId) ? 'postgres' : null;
}

/** Postgres's children write their titles over their environment; what still tells them is that they work in the stack's data folder. */
function isPostgresChild(/** @type {number} */ pid, /** @type {string} */ stackId) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(stackId + sep) && basename(readlinkSync(`/proc/${pid}/exe`)) === 'postgres';
  } catch {
    // Ended, a kernel thread, or another user's: not ours.
    return false;
  }
}

function stateOf(/** @type {number} */ pid) {
  return statOf(pid)?.[0] ?? 'Z';
}

/** @param {number} pid @returns {string[] | null} the fields after the program's name */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended between the listing and the look.
    return null;
  }
}

/** @param {number} pid @returns {Map<string, string>} */
function environmentOf(pid) {
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // Ended, or another user's: not ours either way.
    return new Map();
  }
  return new Map(
    text.split('\0').map((pair) => {
      const at = pair.indexOf('=');
      return /** @type {[string, string]} */ ([pair.slice(0, at), pair.slice(at + 1)]);
    }),
  );
}
