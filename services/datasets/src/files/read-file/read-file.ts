import type { ArtifactStore } from '@conch/artifacts';
import { FileNotFound } from '../file.errors.js';
import type { FileRepository } from '../file.repository.js';

/** Streams a file's bytes in order; damaged bytes end the stream with an error. */
export class ReadFile {
  constructor(
    private readonly files: FileRepository,
    private readonly artifacts: ArtifactStore,
  ) {}

  async *execute(projectId: string, id: string, signal: AbortSignal): AsyncGenerator<Buffer> {
    const file = await this.files.find(projectId, id);
    if (file === null) throw new FileNotFound(id);
    for await (const chunk of this.artifacts.read(file.facts.contentDigest)) {
      signal.throwIfAborted();
      yield chunk;
    }
  }
}
