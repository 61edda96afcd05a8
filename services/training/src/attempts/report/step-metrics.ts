import type { JsonObject } from '../../jobs/job.entity.js';

/** The engine's names of metrics, and OpenAI's for the same. */
const OPENAI_NAMES: Readonly<Record<string, string>> = {
  loss: 'train_loss',
  accuracy: 'train_accuracy',
  train_accuracy: 'train_mean_token_accuracy',
  eval_loss: 'valid_loss',
  eval_accuracy: 'valid_mean_token_accuracy',
  lr: 'learning_rate',
};

/** A step's metrics under OpenAI's names; what it has no name for keeps its own. Values that are no finite numbers are left out. */
export function metricsOf(step: number, totalSteps: number, raw: JsonObject): JsonObject {
  const metrics: Record<string, unknown> = { step, total_steps: totalSteps };
  for (const [name, value] of Object.entries(raw)) {
    if (typeof value === 'number' && Number.isFinite(value)) metrics[OPENAI_NAMES[name] ?? name] = value;
  }
  return metrics;
}

/** A step as OpenAI words it: `Step 10/90: training loss=1.23, validation loss=1.31`. */
export function stepInWords(step: number, totalSteps: number, metrics: JsonObject): string {
  const parts = [
    ...('train_loss' in metrics ? [`training loss=${rounded(metrics['train_loss'])}`] : []),
    ...('valid_loss' in metrics ? [`validation loss=${rounded(metrics['valid_loss'])}`] : []),
  ];
  const place = totalSteps > 0 ? `Step ${step}/${totalSteps}` : `Step ${step}`;
  return parts.length === 0 ? place : `${place}: ${parts.join(', ')}`;
}

function rounded(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toFixed(Math.abs(value) < 0.01 ? 5 : 3))) : '';
}
