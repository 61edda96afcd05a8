import { DomainError } from '@conch/errors';
import { type Finding, describeFinding } from '../formats/finding.js';

/** What a refusal may weigh: it travels in a header of the answer, percent-encoded. */
const MAX_MESSAGE_BYTES = 4_000;

/** A training file has rows that cannot be trained on. */
export class TrainingFileRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'TRAINING_FILE_INVALID';

  constructor(findings: readonly Finding[], problems: number) {
    const first = findings[0];
    super(inWords(findings, problems), { param: 'file', facts: { line: first?.line ?? 0, field: (first?.field ?? '').slice(0, 200), problems } });
  }
}

/** There is no version under the id. */
export class DatasetVersionNotFound extends DomainError {
  readonly kind = 'not_found';
  readonly code = 'DATASET_VERSION_NOT_FOUND';

  constructor(id: string) {
    super(`There is no dataset version "${id.slice(0, 80)}" in this project; list the versions to see those that are there.`, {
      param: 'id',
      facts: { id: id.slice(0, 80) },
    });
  }
}

/** The file is there, but was not uploaded to be trained on. */
export class NotATrainingFile extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'FILE_NOT_FOR_TRAINING';

  constructor(id: string, purpose: string) {
    super(`The file ${id} has the purpose ${purpose}; upload it again with the purpose fine-tune to train on it.`, { param: 'id', facts: { id, purpose } });
  }
}

/** The request names no version. */
export class DatasetVersionKeyMissing extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'DATASET_VERSION_KEY_MISSING';

  constructor() {
    super('Say which dataset version is meant: give its id, or the id of its file.', { param: 'id' });
  }
}

function inWords(findings: readonly Finding[], problems: number): string {
  const lines: string[] = [];
  let room = MAX_MESSAGE_BYTES;
  for (const finding of findings) {
    const line = describeFinding(finding);
    room -= encodeURIComponent(line.toWellFormed()).length;
    if (room < 0 && lines.length > 0) break;
    lines.push(line);
  }
  const more = problems - lines.length;
  return more === 0 ? lines.join('\n') : `${lines.join('\n')}\nand ${more} more`;
}
