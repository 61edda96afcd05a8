/**
 * What every process of a stack is described with.
 * @typedef {object} StackContext
 * @property {string} stateDir
 * @property {Record<string, number>} ports
 * @property {ReturnType<typeof import('../supervisor/secrets.mjs').readSecrets>} secrets
 * @property {Record<string, string>} host the part of the caller's environment that processes get
 * @property {Record<string, Record<string, string>>} overrides settings for single processes, by name
 */

/**
 * One process of the stack: how it is run, what must be healthy before it, and where it is reached.
 * @typedef {import('../supervisor/managed-process.mjs').ProcessSpec & {
 *   after: string[],
 *   port: number,
 *   afterStart?: () => Promise<void>,
 * }} StackProcess
 */
