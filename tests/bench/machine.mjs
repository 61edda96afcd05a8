import { cpus, loadavg, release, totalmem } from 'node:os';

const GIB = 1024 ** 3;
/** More than this part of the cores in use by others makes a measurement noisy. */
const BUSY_SHARE = 0.3;

/** What a figure was measured on. */
export function machine() {
  const cores = cpus();
  return {
    processor: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / GIB),
    kernel: release(),
    node: process.versions.node,
  };
}

/** Whether nothing else takes much of the machine. */
export function isIdle() {
  return (loadavg()[0] ?? 0) < cpus().length * BUSY_SHARE;
}
