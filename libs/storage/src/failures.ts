import { Refusal } from '@conch/errors';

const SERIALIZATION_STATES = new Set(['40001', '40P01']);
const UNAVAILABLE_STATES = new Set(['53300', '57P01', '57P02', '57P03', '25P03']);
const UNAVAILABLE_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
// What node-postgres itself says about a connection; these errors carry no code.
const UNAVAILABLE_MESSAGES = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'connection is closed',
  'server conn crashed',
];

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}

/** Says whether Postgres rolled the transaction back because it met another one, so that running it again is right. */
export function isSerializationFailure(thrown: unknown): boolean {
  return SERIALIZATION_STATES.has(codeOf(thrown));
}

/** Says whether the database could not be reached, or the connection was lost. */
export function isConnectionFailure(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false;
  // Node tries every address of a host and reports all failures in one error.
  if ('errors' in thrown && Array.isArray(thrown.errors) && thrown.errors.some(isConnectionFailure)) return true;
  const code = codeOf(thrown);
  if (UNAVAILABLE_STATES.has(code) || UNAVAILABLE_CODES.has(code) || /^08...$/.test(code)) return true;
  const message = 'message' in thrown && typeof thrown.message === 'string' ? thrown.message : '';
  return code === '' && UNAVAILABLE_MESSAGES.some((part) => message.includes(part));
}

/** Says whether an insert or update met a unique constraint, by default any, else the one that is named. */
export function isUniqueViolation(thrown: unknown, constraint?: string): boolean {
  if (codeOf(thrown) !== '23505') return false;
  if (constraint === undefined) return true;
  return typeof thrown === 'object' && thrown !== null && 'constraint' in thrown && thrown.constraint === constraint;
}

/** The refusal for a database that did not come back within the time a caller is kept waiting. */
export function databaseUnavailable(service: string, cause: unknown): Refusal {
  return new Refusal('unavailable', 'DATABASE_UNAVAILABLE', `the database of ${service} cannot be reached; try again in a moment`, {
    facts: { service },
    cause,
  });
}

/** The refusal for a connection that was lost while committing: whether the change is stored is not known, so it is not repeated. */
export function commitUnknown(service: string, cause: unknown): Refusal {
  return new Refusal(
    'unavailable',
    'COMMIT_OUTCOME_UNKNOWN',
    `the connection to the database of ${service} was lost while committing; read the state before you try again`,
    { facts: { service }, cause },
  );
}

/** The refusal for a transaction that kept meeting others until its time was over. */
export function tooMuchContention(service: string, cause: unknown): Refusal {
  return new Refusal('unavailable', 'DATABASE_CONTENTION', `${service} could not finish because of concurrent changes; try again`, {
    facts: { service },
    cause,
  });
}
