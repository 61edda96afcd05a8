import type { ErrorKind } from '@conch/errors';

const FINAL_KINDS: readonly ErrorKind[] = ['invalid', 'not_found', 'conflict', 'forbidden', 'too_large', 'unimplemented'];

/** Says whether no repetition can mend what was refused. */
export function isFinal(kind: ErrorKind): boolean {
  return FINAL_KINDS.includes(kind);
}
