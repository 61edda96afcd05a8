import { Address, ServiceEnv, readConfig } from '@conch/config';
import { z } from 'zod';

/** A base model that is brought in at start. */
export interface BaseModelEntry {
  readonly name: string;
  readonly source: string;
}

const BaseModels = z
  .string()
  .default('')
  .transform((text, check): BaseModelEntry[] => {
    const entries: BaseModelEntry[] = [];
    for (const part of text.split(',').map((one) => one.trim())) {
      if (part === '') continue;
      const at = part.indexOf('=');
      if (at <= 0 || at === part.length - 1)
        check.addIssue({ code: 'custom', message: `"${part}" is not name=source; write e.g. conch-tiny=local:conch-tiny` });
      else entries.push({ name: part.slice(0, at).trim(), source: part.slice(at + 1).trim() });
    }
    return entries;
  });

const TrainingEnv = ServiceEnv.extend({
  /** Scratch folders of attempts, and their runners' logs. */
  CONCH_WORK_DIR: z.string().min(1),
  /** The folder below which `local:` sources lie. */
  CONCH_BASE_MODEL_DIR: z.string().min(1),
  /** Base models that are imported at start unless the registry has them: `name=source,…`. */
  CONCH_BASE_MODELS: BaseModels,
  /** Where runners reach this service. */
  CONCH_TRAINING_GRPC: Address,
  /** How long a runner may be silent before its attempt is given up. Below twice the pause between two looks, a look late counts as an absence of this service. */
  CONCH_LEASE_SECONDS: z.coerce.number().int().min(5).max(3_600).default(15),
  /** How often a job is tried before it fails for good. */
  CONCH_MAX_ATTEMPTS: z.coerce.number().int().min(1).max(100).default(3),
  /** How many attempts run at a time; the others wait in the order in which they came. */
  CONCH_MAX_RUNNING_ATTEMPTS: z.coerce.number().int().min(1).max(1_000).default(1),
  /** Weight format of every serving form; by the model's size when not given. */
  CONCH_SERVING_FORMAT: z.enum(['fp32', 'int8', 'int4']).optional(),
  /** The mark of this stack's processes; the state folder when not given. */
  CONCH_STACK_ID: z.string().min(1).optional(),
  PATH: z.string().default('/usr/bin:/bin'),
  HOME: z.string().default('/'),
  /** What runners need to fetch models from a hub. */
  HF_HOME: z.string().optional(),
  HF_ENDPOINT: z.string().optional(),
  HF_TOKEN: z.string().optional(),
});

/** Everything the training service reads from its environment. */
export type TrainingConfig = z.output<typeof TrainingEnv>;

/** Reads and checks the environment; throws one error that lists every problem. */
export function readTrainingConfig(env: NodeJS.ProcessEnv): TrainingConfig {
  return readConfig('training', TrainingEnv, env);
}
