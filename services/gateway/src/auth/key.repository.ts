import type { ApiKey, KeySecret } from './key.entity.js';

/** Where API keys and their projects are kept. */
export abstract class KeyRepository {
  /** The key with this digest, whatever project it opens; null when there is none. */
  abstract findByDigest(sha256: Buffer): Promise<ApiKey | null>;
  abstract list(projectId: string): Promise<readonly ApiKey[]>;
  abstract create(projectId: string, name: string, secret: KeySecret): Promise<ApiKey>;
  /** Deletes a key, but not a project's last one. Throws KeyNotFound or LastKey. */
  abstract delete(projectId: string, id: string): Promise<void>;
  /** Makes the first project with its first key unless there is one already; says whether it did. */
  abstract createFirst(projectName: string, keyName: string, secret: KeySecret): Promise<boolean>;
  /** Calls back whenever a key was deleted, by this process or another. */
  abstract onDeleted(forget: (sha256Hex: string) => void): Promise<() => Promise<void>>;
}
