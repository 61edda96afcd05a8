import { setTimeout as delay } from 'node:timers/promises';
import type { JobEvent } from '@conch/contracts/training';
import { asDomainError } from '@conch/errors';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Caller } from '../../http/caller.js';
import { EventStream, errorFrame, numberedFrame } from '../../http/event-stream.js';
import { Peers } from '../../peers/peers.js';
import { jobEventView } from '../job-views.js';

/** A client is told that it follows after so long, whether something has happened or not. */
const OPEN_AFTER_MS = 250;
const FOLLOW_AGAIN_AFTER_MS = 500;
/** A training service that is away for longer ends the stream; clients come back with the id of the last event. */
const PATIENCE_MS = 60_000;
/** A call that lasted so long was open, and did not only try to connect. */
const OPEN_IF_LASTED_MS = 30_000;

/** Sends a job's events as they happen. */
@Injectable()
export class FollowEvents {
  constructor(private readonly peers: Peers) {}

  /** Follows from after a sequence number until the job ends; with nothing left to tell it answers 204, which ends a browser's reconnecting. */
  async execute(jobId: string, afterSequence: number, caller: Caller, reply: FastifyReply): Promise<void> {
    const events = this.events(jobId, afterSequence, caller);
    const first = events.next();
    const early = await Promise.race([first, delay(OPEN_AFTER_MS, null)]);
    if (early?.done === true) return void reply.code(204).send();
    const stream = EventStream.open(reply);
    try {
      for (let next = await first; next.done !== true && stream.isOpen; next = await events.next()) {
        await stream.write(numberedFrame(next.value.sequence, jobEventView(next.value)));
      }
      stream.end();
    } catch (error) {
      stream.end(errorFrame(error));
    } finally {
      await events.return(undefined);
    }
  }

  /** The events without a gap, even when the training service is restarted meanwhile. */
  private async *events(jobId: string, afterSequence: number, caller: Caller): AsyncGenerator<JobEvent, void, undefined> {
    let last = afterSequence;
    let awaySince: number | null = null;
    for (;;) {
      const calledAt = Date.now();
      try {
        for await (const event of this.peers.jobStreams.followJobEvents({ jobId, afterSequence: last }, caller)) {
          last = event.sequence;
          awaySince = null;
          yield event;
        }
        return;
      } catch (error) {
        if (Date.now() - calledAt >= OPEN_IF_LASTED_MS) awaySince = null;
        awaySince ??= Date.now();
        if (asDomainError(error).kind !== 'unavailable' || caller.signal.aborted || Date.now() - awaySince > PATIENCE_MS) throw error;
        await delay(FOLLOW_AGAIN_AFTER_MS);
      }
    }
  }
}
