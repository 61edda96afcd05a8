import type { Problem } from '../job.errors.js';
import { suffixFault } from '../result-model.js';

const MAX_SEED = 2_147_483_647;
const METADATA = { pairs: 16, keyCharacters: 64, valueCharacters: 512 } as const;
const MAX_ID_CHARACTERS = 300;

/** What of a request is looked at before anybody is asked. */
export interface RequestFields {
  readonly model: string;
  readonly trainingFile: string;
  readonly validationFile: string;
  readonly suffix: string;
  readonly seed: number | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Everything that is wrong with a request's plain fields. */
export function requestProblems({ model, trainingFile, validationFile, suffix, seed, metadata }: RequestFields): Problem[] {
  const problems: Problem[] = [];
  const add = (param: string, message: string | null): void => {
    if (message !== null) problems.push({ param, message });
  };
  add('model', idFault(model, 'name the model to tune, such as conch-tiny'));
  add('training_file', idFault(trainingFile, 'give the id of a file with the purpose fine-tune'));
  add('validation_file', validationFile === '' ? null : idFault(validationFile, ''));
  add('suffix', suffixFault(suffix));
  add('seed', seed === null || (Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) ? null : `must be a whole number from 0 to ${MAX_SEED}`);
  const pairs = Object.entries(metadata);
  add('metadata', pairs.length > METADATA.pairs ? `has ${pairs.length} pairs; use at most ${METADATA.pairs}` : null);
  for (const [key, value] of pairs) {
    const path = `metadata.${key.slice(0, METADATA.keyCharacters).toWellFormed()}`;
    add(path, key.length > METADATA.keyCharacters ? `its key has ${key.length} characters; use at most ${METADATA.keyCharacters}` : null);
    add(path, value.length > METADATA.valueCharacters ? `its value has ${value.length} characters; use at most ${METADATA.valueCharacters}` : null);
  }
  return problems;
}

function idFault(id: string, whenMissing: string): string | null {
  if (id === '') return `is missing; ${whenMissing}`;
  return id.length > MAX_ID_CHARACTERS ? `has ${id.length} characters; use at most ${MAX_ID_CHARACTERS}` : null;
}
