import type { Digest, StoredFolder } from '@conch/artifacts';

/** Name of the only dataset in a training folder. */
export const DATASET_NAME = 'conch';

/** Name of the file with the canonical rows. */
export const DATA_FILE = 'data.jsonl';

/** Name of the file by which LLaMA-Factory finds a folder's datasets. */
export const DATASET_INFO_FILE = 'dataset_info.json';

/**
 * Describes the canonical rows to LLaMA-Factory. Its `openai` formatting would rewrite system messages, so the rows are declared
 * as ShareGPT with the tags of OpenAI's; the system tag makes it take a first system message as the row's own.
 */
export const DATASET_INFO = `${JSON.stringify(
  {
    [DATASET_NAME]: {
      file_name: DATA_FILE,
      formatting: 'sharegpt',
      columns: { messages: 'messages' },
      tags: {
        role_tag: 'role',
        content_tag: 'content',
        user_tag: 'user',
        assistant_tag: 'assistant',
        observation_tag: 'observation',
        function_tag: 'function_call',
        system_tag: 'system',
      },
    },
  },
  null,
  2,
)}\n`;

/** What a checked training file became. */
export interface TrainingData {
  /** Digest of the canonical rows. */
  readonly digest: Digest;
  readonly folder: StoredFolder;
}
