import type { JobPlan, JsonObject } from './job.entity.js';

/** An event of a job, before it is stored and numbered. */
export interface NewJobEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly type: 'message' | 'metrics';
  readonly data: JsonObject;
}

/** A stored event. */
export interface JobEvent extends NewJobEvent {
  readonly id: string;
  readonly jobId: string;
  /** Rises by one with each event of the job, from 1. */
  readonly sequence: number;
  readonly createdAt: Date;
}

/** Something that a person is told. */
export function told(message: string, data: JsonObject = {}): NewJobEvent {
  return { level: 'info', message, type: 'message', data };
}

/** Something that went wrong but does not end the job. */
export function warned(message: string, data: JsonObject = {}): NewJobEvent {
  return { level: 'warn', message, type: 'message', data };
}

/** Something that ended the job. */
export function failed(message: string, data: JsonObject = {}): NewJobEvent {
  return { level: 'error', message, type: 'message', data };
}

/** What a job's kind is called in its events. */
export function nounOf(plan: JobPlan): string {
  return plan.kind === 'import' ? 'import' : 'fine-tuning';
}
