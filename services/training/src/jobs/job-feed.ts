/** Tells when something happened to a job. */
export abstract class JobFeed {
  /** Calls `onChange` after each change of the job, and now and then without one, until the returned function is called. */
  abstract watch(jobId: string, onChange: () => void): () => void;
}
