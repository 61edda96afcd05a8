/**
 * What a step works with.
 * @typedef {object} Work
 * @property {(command: string, args: string[], options?: CommandOptions) => Promise<void>} command runs a program, its output into the step's log; throws when it fails
 * @property {(line: string) => void} say tells what goes on, for the live line
 * @property {string} draft a path on the environment's disk that nothing else uses; whatever lies there goes away when the step ends
 */

/**
 * @typedef {object} CommandOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env]
 * @property {(line: string) => string | null} [reads] makes a program's line fit to be shown to people; null passes over it
 */

/** What a step cannot do without, of what the bootstrap does not install itself. @typedef {'python' | 'go'} Requirement */

/**
 * One step of the bootstrap. It is done when its fingerprint is that of the last time and its outputs are there.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} title what it gives, for people
 * @property {string[]} after steps that come before it
 * @property {'network' | 'compute'} lane what it mostly waits for; a lane takes so many steps at once
 * @property {Requirement[]} needs
 * @property {boolean} [isForTests] only done when tests ask
 * @property {() => string[]} inputs everything that the result depends on
 * @property {() => string[]} outputs paths that exist once it is done
 * @property {() => Promise<boolean>} [isEqual] whether what lies there, made by someone else, is what the step would make
 * @property {(work: Work) => Promise<void>} make
 */

/** How many steps of a lane run at once: downloads go beside one computation, and computations have the machine one after another. */
export const LANES = Object.freeze({ network: 2, compute: 1 });
