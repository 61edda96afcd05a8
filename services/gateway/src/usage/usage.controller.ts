import { Controller } from '@nestjs/common';
import { type Caller, From } from '../http/caller.js';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { listView } from '../http/schemas.js';
import { Serve } from '../http/serve.js';
import { type UsageDay, UsageLedger, type UsageRange } from './usage-ledger.js';
import { type UsageDayView, showUsage } from './usage-operations.js';

const USUAL_SPAN_SECONDS = 30 * 86_400;

/** What the caller's project has used. */
@Controller()
export class UsageController {
  constructor(private readonly ledger: UsageLedger) {}

  @Serve(showUsage)
  async show(@Input(showUsage) { query }: InputOf<typeof showUsage>, @From() caller: Caller) {
    const days = await this.ledger.byDay(caller.projectId, rangeOf(query));
    return listView(days.map(view), false);
  }
}

function rangeOf({ start_time: start, end_time: end, model }: InputOf<typeof showUsage>['query']): UsageRange {
  const to = end ?? Math.ceil(Date.now() / 1_000) + 1;
  return { from: new Date((start ?? Math.max(0, to - USUAL_SPAN_SECONDS)) * 1_000), to: new Date(to * 1_000), model: model ?? null };
}

function view(day: UsageDay): UsageDayView {
  const { date, model, operation, requests, cancelledRequests, promptTokens, completionTokens } = day;
  return {
    id: `${date}/${operation}/${model}`,
    object: 'usage.day',
    date,
    model,
    operation,
    requests,
    cancelled_requests: cancelledRequests,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
