import { z } from 'zod';
import { operation } from '../http/operation.js';
import { listOf, wholeNumber } from '../http/schemas.js';

const DAY_SECONDS = 86_400;
const MAX_DAYS = 366;

const UsageDay = z
  .object({
    id: z.string(),
    object: z.literal('usage.day'),
    date: z.string().meta({ description: 'The day in UTC, as 2026-11-25.' }),
    model: z.string(),
    operation: z.string().meta({ description: 'generate or embed' }),
    requests: z.int(),
    cancelled_requests: z.int().meta({ description: 'Of these, those whose client left before the end; what was written until then counts.' }),
    prompt_tokens: z.int(),
    completion_tokens: z.int(),
    total_tokens: z.int(),
  })
  .meta({ id: 'UsageDay' });

/** What one model did for a project on one day. */
export type UsageDayView = z.output<typeof UsageDay>;

const Time = wholeNumber(0, 32_503_680_000);

export const showUsage = operation({
  ...{ id: 'showUsage', method: 'GET', path: '/v1/usage', tag: 'Usage and audit', summary: "Sum your project's tokens up by day and model, newest day first" },
  query: z
    .strictObject({
      start_time: Time.optional().meta({ description: 'From this time on, in seconds since 1970; 30 days before the end when left out.' }),
      end_time: Time.optional().meta({ description: 'Until before this time; now when left out.' }),
      model: z.string().min(1).optional().meta({ description: 'Only this model.' }),
    })
    .refine(({ start_time: start, end_time: end }) => start === undefined || end === undefined || (start < end && end - start <= MAX_DAYS * DAY_SECONDS), {
      path: ['start_time'],
      message: `it has to be before end_time, by at most ${MAX_DAYS} days`,
    }),
  answer: { kind: 'json', schema: listOf(UsageDay) },
});
