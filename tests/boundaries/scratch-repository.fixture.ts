import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The repository that these tests are about. */
export const ROOT = resolve(import.meta.dirname, '..', '..');

/** A small repository of its own, written for a check to find its mistakes. */
export class ScratchRepository {
  readonly path = mkdtempSync(join(tmpdir(), 'conch-boundaries-'));

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
  }

  /** Makes a package importable by its name, as npm's workspaces do. */
  link(name: string, folder: string): void {
    const link = join(this.path, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(this.path, folder), link);
  }

  /** Runs a program of this repository's own packages in the scratch one, and answers what it prints as JSON. */
  report<T>(program: string, args: readonly string[]): T {
    const result = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
      cwd: this.path,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    try {
      return JSON.parse(result.stdout) as T;
    } catch (error) {
      throw new Error(`${program} printed no report:\n${result.stdout.slice(0, 2_000)}${result.stderr.slice(0, 2_000)}`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
