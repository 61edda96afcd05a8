import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const READ_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

interface FollowOptions {
  /** Resolves when the writer is gone; what it wrote until then is still read. */
  readonly ended: Promise<unknown>;
  readonly pollMs?: number;
}

/**
 * The whole lines of a file that another process appends to, as they come; the file need not exist yet. A line that is not finished is
 * held back until it is, a file that became shorter or was replaced is read from its beginning, and an unfinished last line counts once
 * the writer is gone. A slow reader slows down nobody: what it has not read yet stays in the file.
 */
export async function* followLines(path: string, { ended, pollMs = 100 }: FollowOptions): AsyncGenerator<string> {
  const tail = new Tail(path);
  let isOver = false;
  const over = ended.then(
    () => undefined,
    () => undefined,
  );
  void over.then(() => {
    isOver = true;
  });
  try {
    for (;;) {
      const isLastLook = isOver;
      yield* tail.lines();
      if (isLastLook) break;
      await Promise.race([sleep(pollMs), over]);
    }
    if (tail.rest !== '') yield tail.rest;
  } finally {
    await tail.close();
  }
}

class Tail {
  private file: FileHandle | null = null;
  private inode = 0;
  private offset = 0;
  private held: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {}

  get rest(): string {
    return this.held.toString('utf8').trim();
  }

  async *lines(): AsyncGenerator<string> {
    await this.reopen();
    if (this.file === null) return;
    const buffer = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead } = await this.file.read(buffer, 0, READ_BYTES, this.offset);
      if (bytesRead === 0) return;
      this.offset += bytesRead;
      // Lines are cut as bytes: a character may lie on both sides of a read.
      let bytes = Buffer.concat([this.held, buffer.subarray(0, bytesRead)]);
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
        const line = bytes.toString('utf8', 0, end).trim();
        bytes = bytes.subarray(end + 1);
        if (line !== '') yield line;
      }
      this.held = bytes;
    }
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async reopen(): Promise<void> {
    const opened = await open(this.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (opened === null) return;
    const { ino, size } = await opened.stat();
    if (this.file !== null && ino === this.inode && size >= this.offset) return opened.close();
    await this.close();
    this.file = opened;
    this.inode = ino;
    this.offset = 0;
    this.held = Buffer.alloc(0);
  }
}
