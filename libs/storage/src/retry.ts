import { setTimeout as delay } from 'node:timers/promises';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;

/** The pause before try number `attempt` (from 1): doubling, capped, and jittered so that many callers do not come back at once. */
export function pauseMs(attempt: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return ceiling * (0.5 + Math.random() / 2);
}

/** Waits before the next try, but never past the deadline; says whether there is time for one more try. */
export async function waitForNextTry(attempt: number, deadlineMs: number): Promise<boolean> {
  const pause = pauseMs(attempt);
  if (Date.now() + pause >= deadlineMs) return false;
  await delay(pause);
  return true;
}
