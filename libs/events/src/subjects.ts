import {
  DatasetVersionCreated,
  DeploymentFailed,
  DeploymentReady,
  DocumentFailed,
  DocumentIndexed,
  FileDeleted,
  JobCancelled,
  JobFailed,
  JobQueued,
  JobStarted,
  JobSucceeded,
  ModelDeleted,
  ModelVersionRegistered,
  UsageRecorded,
} from '@conch/contracts/events';

/** How one kind of event is written, read, and ordered. */
export interface EventKind<M> {
  encode(message: M): { finish(): Uint8Array };
  decode(bytes: Uint8Array): M;
  /** The thing the event is about; events about the same thing are published in the order they were written. */
  aggregate(message: M): string;
}

interface Codec<M> {
  encode(message: M): { finish(): Uint8Array };
  decode(bytes: Uint8Array): M;
}

function kind<M>(codec: Codec<M>, aggregate: (message: M) => string): EventKind<M> {
  return { encode: (message) => codec.encode(message), decode: (bytes) => codec.decode(bytes), aggregate };
}

/** Every event of the platform: `conch.events.<service>.<noun>.<past verb>` and the message it carries. */
export const EVENTS = {
  'conch.events.datasets.file.deleted': kind<FileDeleted>(FileDeleted, (m) => m.fileId),
  'conch.events.datasets.version.created': kind<DatasetVersionCreated>(DatasetVersionCreated, (m) => m.datasetVersionId),
  'conch.events.training.job.queued': kind<JobQueued>(JobQueued, (m) => m.jobId),
  'conch.events.training.job.started': kind<JobStarted>(JobStarted, (m) => m.jobId),
  'conch.events.training.job.succeeded': kind<JobSucceeded>(JobSucceeded, (m) => m.jobId),
  'conch.events.training.job.failed': kind<JobFailed>(JobFailed, (m) => m.jobId),
  'conch.events.training.job.cancelled': kind<JobCancelled>(JobCancelled, (m) => m.jobId),
  'conch.events.registry.version.registered': kind<ModelVersionRegistered>(ModelVersionRegistered, (m) => m.model),
  'conch.events.registry.model.deleted': kind<ModelDeleted>(ModelDeleted, (m) => m.model),
  'conch.events.inference.deployment.ready': kind<DeploymentReady>(DeploymentReady, (m) => m.deploymentId),
  'conch.events.inference.deployment.failed': kind<DeploymentFailed>(DeploymentFailed, (m) => m.deploymentId),
  'conch.events.inference.usage.recorded': kind<UsageRecorded>(UsageRecorded, (m) => m.requestId),
  'conch.events.retrieval.usage.recorded': kind<UsageRecorded>(UsageRecorded, (m) => m.requestId),
  'conch.events.retrieval.document.indexed': kind<DocumentIndexed>(DocumentIndexed, (m) => `${m.storeId}/${m.fileId}`),
  'conch.events.retrieval.document.failed': kind<DocumentFailed>(DocumentFailed, (m) => `${m.storeId}/${m.fileId}`),
} as const;

/** The subject of an event. */
export type Subject = keyof typeof EVENTS;

/** The message that events of a subject carry. */
export type MessageOf<S extends Subject> = (typeof EVENTS)[S] extends EventKind<infer M> ? M : never;

/** Says whether a subject is one that this version of the platform knows. */
export function isSubject(subject: string): subject is Subject {
  return Object.hasOwn(EVENTS, subject);
}

/** The subject's codec; a table of different messages can only be indexed with this one cast. */
export function eventKind<S extends Subject>(subject: S): EventKind<MessageOf<S>> {
  return EVENTS[subject] as unknown as EventKind<MessageOf<S>>;
}
