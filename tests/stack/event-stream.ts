import type { Connection } from './running-stack.js';

/** One server-sent event of a job's stream. */
export interface JobStreamEvent {
  readonly id: number;
  readonly data: { readonly object: string; readonly type: string; readonly message: string; readonly data: unknown };
}

/** Reads a job's event stream to its end, from after a sequence number on. */
export async function readJobStream(stack: Connection, jobId: string, afterSequence = 0): Promise<JobStreamEvent[]> {
  const answer = await fetch(`${stack.baseURL}/fine_tuning/jobs/${jobId}/events`, {
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      accept: 'text/event-stream',
      ...(afterSequence === 0 ? {} : { 'last-event-id': String(afterSequence) }),
    },
  });
  if (!answer.ok) throw new Error(`the event stream answered ${answer.status}: ${await answer.text()}`);
  return (await answer.text())
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => !line.startsWith(':')))
    .filter((lines) => lines.some((line) => line.startsWith('id:')))
    .map((lines) => {
      const field = (name: string): string =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim() ?? '';
      return { id: Number(field('id')), data: JSON.parse(field('data')) as JobStreamEvent['data'] };
    });
}
