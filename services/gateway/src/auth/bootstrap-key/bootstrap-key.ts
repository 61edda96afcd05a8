import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@conch/telemetry';
import { digestOf, newKeySecret } from '../key.entity.js';
import type { KeyRepository } from '../key.repository.js';

/** On the very first start, makes the project `default` and its first key, and writes the key to a file that only its owner can read. */
export class BootstrapKey {
  private readonly draft: string;

  constructor(
    private readonly keys: KeyRepository,
    private readonly path: string,
    private readonly logger: Logger,
  ) {
    this.draft = `${path}.new`;
  }

  async execute(): Promise<void> {
    if (await this.finishedEarlier()) return;
    const made = newKeySecret();
    // The draft comes before the row, so that no crash between the two leaves a key that nobody knows.
    await this.writeDraft(made.secret);
    if (await this.keys.createFirst('default', 'first key', made)) await this.publish();
    else await rm(this.draft, { force: true });
  }

  /** Whether an earlier start made the key and ended before its draft got its name. */
  private async finishedEarlier(): Promise<boolean> {
    const secret = await readIfThere(this.draft);
    if (secret === null || (await this.keys.findByDigest(digestOf(secret.trim()))) === null) return false;
    await this.publish();
    return true;
  }

  private async publish(): Promise<void> {
    await rename(this.draft, this.path);
    this.logger.info({ path: this.path }, 'made the project "default" and its first API key');
  }

  private async writeDraft(secret: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const file = await open(this.draft, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(`${secret}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
