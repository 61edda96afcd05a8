import { join } from 'node:path';
import { readJson, writeJson } from './files.mjs';

/**
 * What the supervisor tells of one process.
 * @typedef {object} ProcessState
 * @property {string} name
 * @property {number | null} pid
 * @property {string | null} startTime the kernel's; with the pid it names one process for ever
 * @property {number | null} startedAt unix milliseconds
 * @property {number} port
 * @property {boolean} isHealthy
 * @property {number} restarts
 * @property {string} lastExit
 * @property {string} log
 */

/**
 * What the supervisor tells of the stack, for `status`, tests and tools.
 * @typedef {object} StackState
 * @property {'starting' | 'ready' | 'stopping' | 'stopped' | 'failed'} phase
 * @property {string} failure why it failed
 * @property {string} stateDir
 * @property {string | null} baseURL
 * @property {string[]} baseModels names of the models that it brings in
 * @property {Record<string, number>} ports
 * @property {{ pid: number, startedAt: number }} supervisor
 * @property {ProcessState[]} processes
 */

/** Where a stack's supervisor tells how it is. @param {string} stateDir */
export function stackFile(stateDir) {
  return join(stateDir, 'stack.json');
}

/** @param {string} stateDir @returns {StackState | null} */
export function readStack(stateDir) {
  return /** @type {StackState | null} */ (readJson(stackFile(stateDir)));
}

/** @param {StackState} state */
export function writeStack(state) {
  writeJson(stackFile(state.stateDir), state);
}

/** The lock that a stack's supervisor holds while it lives. @param {string} stateDir */
export function supervisorLock(stateDir) {
  return join(stateDir, 'supervisor.lock');
}
