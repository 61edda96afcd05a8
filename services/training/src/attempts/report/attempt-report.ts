import type { ArtifactReference, JsonObject } from '../../jobs/job.entity.js';

/** One thing that a runner tells. */
export type ReportBody =
  | { readonly kind: 'phase'; readonly phase: string }
  | { readonly kind: 'step'; readonly step: number; readonly totalSteps: number; readonly metrics: JsonObject }
  | { readonly kind: 'checkpoint'; readonly step: number; readonly artifact: ArtifactReference | null; readonly path: string }
  | { readonly kind: 'note'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }
  | { readonly kind: 'nothing' };

/** A numbered report; numbers begin at 1 and rise by one within the attempt. */
export interface AttemptReport {
  readonly number: number;
  readonly at: Date;
  readonly body: ReportBody;
}
