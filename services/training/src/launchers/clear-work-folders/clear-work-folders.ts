import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttemptRepository } from '../../attempts/attempt.repository.js';
import type { Launcher } from '../launcher.js';

/** Removes the inputs and outputs that attempts of finished jobs left behind; their logs and settings stay to be read. */
export class ClearWorkFolders {
  private readonly cleared = new Set<string>();

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly launcher: Launcher,
    private readonly workDir: string,
  ) {}

  async execute(): Promise<void> {
    const folders = (await foldersIn(this.workDir)).filter((name) => name.startsWith('att_') && !this.cleared.has(name));
    if (folders.length === 0) return;
    const over = await this.attempts.listOver(folders);
    const present = await this.launcher.look();
    for (const attemptId of over) {
      if (present.has(attemptId)) continue;
      const folder = join(this.workDir, attemptId);
      for (const name of await foldersIn(folder)) await rm(join(folder, name), { recursive: true, force: true });
      this.cleared.add(attemptId);
    }
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}
