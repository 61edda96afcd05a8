import { readFile } from 'node:fs/promises';

/** How often the kernel killed a process for want of memory since it started; 0 where it does not say. */
export async function outOfMemoryKills(): Promise<number> {
  const counters = await readFile('/proc/vmstat', 'utf8').catch(() => '');
  return Number(/^oom_kill (\d+)$/m.exec(counters)?.[1] ?? 0);
}
