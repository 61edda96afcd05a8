import type { CreateJobRequest } from '@conch/contracts/training';
import type { PartialMessage } from '@conch/rpc';
import type { JobInput } from './job-operations.js';

/** What the training service is asked for; it checks the method, knob by knob. */
export function newJob(body: JobInput): PartialMessage<CreateJobRequest> {
  return {
    model: body.model,
    trainingFile: body.training_file,
    validationFile: body.validation_file ?? '',
    suffix: body.suffix ?? '',
    seed: body.seed ?? undefined,
    metadata: body.metadata ?? {},
    methodJson: methodJson(body),
  };
}

/** Hyperparameters at their older place are those of supervised tuning. */
function methodJson({ method, hyperparameters }: JobInput): string {
  const older = hyperparameters ?? {};
  if (Object.keys(older).length > 0) return JSON.stringify({ type: 'supervised', supervised: { hyperparameters: older } });
  return method === null || method === undefined || Object.keys(method).length === 0 ? '' : JSON.stringify(method);
}
