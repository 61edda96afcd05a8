import type { GenerateRequest } from '@conch/contracts/inference';
import { Refusal } from '@conch/errors';
import type { PartialMessage } from '@conch/rpc';
import type { Logger } from '@conch/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { GatewayConfig } from '../config.js';
import type { Caller } from '../http/caller.js';
import { Peers } from '../peers/peers.js';
import { CONFIG, LOGGER } from '../platform.module.js';
import { GenerationQuota } from '../quotas/generation-quota.js';
import { type FieldNames, inWordsOf } from './field-names.js';

/** How a generation ended. */
export interface Ending {
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly modelVersionId: string;
}

/** Takes the text of an answer as it comes; a promise makes the generation wait. `modelVersionId` says which version answers. */
export type OnText = (text: string, modelVersionId: string) => Promise<void> | void;

/** Takes what becomes of several choices, each by its number. */
export interface ChoiceListener {
  readonly onText: (choice: number, text: string, modelVersionId: string) => Promise<void> | void;
  /** What the route calls the engine's fields. */
  readonly names?: FieldNames;
  readonly onEnd?: (choice: number, ending: Ending) => Promise<void> | void;
}

/** What inference is asked for. */
export type Generation = PartialMessage<GenerateRequest>;

/** Generations of the inference service, counted against the project's quota. */
@Injectable()
export class Generations {
  constructor(
    private readonly peers: Peers,
    private readonly quota: GenerationQuota,
    @Inject(CONFIG) private readonly config: Pick<GatewayConfig, 'CONCH_GENERATION_TIMEOUT_MS'>,
    @Inject(LOGGER) private readonly logger: Pick<Logger, 'debug'>,
  ) {}

  /** Follows one generation to its end. What the client never reads is never generated: the caller's signal ends it. */
  async follow(generation: Generation, caller: Caller, onText: OnText, names: FieldNames = {}): Promise<Ending> {
    const leave = this.quota.enter(caller.projectId);
    const call = { ...caller, timeoutMs: this.config.CONCH_GENERATION_TIMEOUT_MS };
    const pieces = this.peers.generation.generate(generation, call)[Symbol.asyncIterator]();
    let isLeftAlone = false;
    try {
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        const { text, finishReason, usage, modelVersionId } = next.value;
        if (text !== '') await onText(text, modelVersionId);
        if (finishReason === '') continue;
        // The answer is complete. Cancelling the rest would book it as cancelled; waiting for the booking would hold the answer's end back.
        isLeftAlone = true;
        void drain(pieces);
        return {
          finishReason: readReason(finishReason),
          promptTokens: usage?.promptTokens ?? 0,
          completionTokens: usage?.completionTokens ?? 0,
          modelVersionId,
        };
      }
    } catch (thrown) {
      throw inWordsOf(names, thrown);
    } finally {
      leave();
      if (!isLeftAlone) void this.breakOff(pieces);
    }
    throw new Refusal('unavailable', 'GENERATION_CUT_OFF', 'The answer broke off before its end. Send the request again.');
  }

  /** Ends a generation that nobody reads to its end; who asked is told why it ended, and not how its end went. */
  private async breakOff(pieces: AsyncIterator<unknown>): Promise<void> {
    try {
      await pieces.return?.();
    } catch (error) {
      this.logger.debug({ err: error }, 'a generation could not be ended');
    }
  }

  /** Follows several generations at once; when one fails, the others end too. */
  async followAll(generations: readonly Generation[], caller: Caller, listener: ChoiceListener): Promise<Ending[]> {
    const siblings = new AbortController();
    const joint = generations.length === 1 ? caller : { ...caller, signal: AbortSignal.any([caller.signal, siblings.signal]) };
    const one = async (generation: Generation, choice: number): Promise<Ending> => {
      const ending = await this.follow(generation, joint, (text, version) => listener.onText(choice, text, version), listener.names);
      await listener.onEnd?.(choice, ending);
      return ending;
    };
    try {
      return await Promise.all(generations.map(one));
    } catch (error) {
      siblings.abort();
      throw error;
    }
  }
}

/** Lets a finished generation close itself; nothing that goes wrong now changes the answer that was given. */
async function drain(pieces: AsyncIterator<unknown>): Promise<void> {
  try {
    while ((await pieces.next()).done !== true);
  } catch {
    return;
  }
}

function readReason(reason: string): Ending['finishReason'] {
  if (reason === 'stop' || reason === 'length') return reason;
  throw new Refusal('unavailable', 'GENERATION_CANCELLED', 'The model server ended this answer before it was complete. Send the request again.');
}
