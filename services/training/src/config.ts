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
});

/** What runners take from this process's environment as it is: ways out to a hub, places, and how many threads and devices an engine uses. */
const RUNNERS_TAKE = new Set([
  ...['PATH', 'HOME', 'LANG', 'LC_ALL', 'TMPDIR', 'HF_HOME', 'HF_ENDPOINT', 'HF_TOKEN', 'CONCH_PARITY_TOKENS', 'NPROC_PER_NODE', 'FORCE_TORCHRUN'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'],
]);
const RUNNERS_TAKE_PREFIX = /^(OMP|MKL|OPENBLAS|CUDA|NCCL|CONCH_RUNNER)_/;

/** Everything the training service reads from its environment, and what it hands on to runners. */
export interface TrainingConfig extends z.output<typeof TrainingEnv> {
  readonly runnerEnvironment: Readonly<Record<string, string>>;
}

/** Reads and checks the environment; throws one error that lists every problem. */
export function readTrainingConfig(env: NodeJS.ProcessEnv): TrainingConfig {
  return { ...readConfig('training', TrainingEnv, env), runnerEnvironment: { PATH: '/usr/bin:/bin', HOME: '/', ...takenByRunners(env) } };
}

function takenByRunners(env: NodeJS.ProcessEnv): Record<string, string> {
  const taken: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (RUNNERS_TAKE.has(name) || RUNNERS_TAKE_PREFIX.test(name))) taken[name] = value;
  }
  return taken;
}
