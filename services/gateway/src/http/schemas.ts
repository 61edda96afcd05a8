import { z } from 'zod';

/** A parameter of OpenAI's that Conch does not have: absent or empty is fine, anything else is refused by name instead of being ignored. */
export function refused(name: string, why: string): z.ZodType<unknown> {
  return z
    .unknown()
    .superRefine((value, context) => {
      if (isAbsent(value)) return;
      context.addIssue({ code: 'custom', params: { code: 'UNSUPPORTED_PARAMETER' }, message: `'${name}' is not supported: ${why}` });
    })
    .optional()
    .meta({ description: `Not supported (${why}); refused unless it is empty.` });
}

function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A parameter that is taken because clients send it, and that changes nothing here. */
export function harmless<S extends z.ZodType>(schema: S, why: string): z.ZodType<unknown> {
  return schema.nullish().meta({ description: why });
}

/** OpenAI's metadata: at most 16 short strings. */
export const Metadata = z
  .record(z.string().min(1).max(64), z.string().max(512))
  .refine((value) => Object.keys(value).length <= 16, 'at most 16 pairs fit')
  .meta({ description: 'Up to 16 pairs of your own; keys of at most 64, values of at most 512 characters.' });

/** The largest whole number that the services take for a count or a version. */
export const MAX_COUNT = 2_147_483_647;

/** Seconds since 1970. */
export const UnixSeconds = z.int().meta({ description: 'Seconds since 1970-01-01 UTC.' });

/** A whole number in a query string or a form, in plain digits; `0x2` and `1e1` are refused. */
export function wholeNumber(min: number, max: number) {
  const read = (value: unknown): unknown => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value);
  return z.preprocess(read, z.int('expected a whole number in plain digits').min(min).max(max));
}

/** The paging parameters of a list. */
export function listQuery(limits: { readonly standard: number; readonly max: number }) {
  return {
    limit: wholeNumber(1, limits.max)
      .default(limits.standard)
      .meta({ description: `How many rows, 1 to ${limits.max}.` }),
    after: z.string().min(1).optional().meta({ description: 'Id of the last row of the page before.' }),
  };
}

/** The paging parameters of a list that can also be walked backwards and turned round. */
export function orderedListQuery(limits: { readonly standard: number; readonly max: number }) {
  return {
    ...listQuery(limits),
    before: z.string().min(1).optional().meta({ description: 'Id of the first row of the page after.' }),
    order: z.enum(['asc', 'desc']).default('desc').meta({ description: 'By time of creation.' }),
  };
}

interface ListInput {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
}

/** The page that a list's query asks for. */
export function pageOf(query: ListInput): { limit: number; after: string; before: string; ascending: boolean } {
  return { limit: query.limit, after: query.after ?? '', before: query.before ?? '', ascending: query.order === 'asc' };
}

/** OpenAI's list envelope. */
export function listOf<S extends z.ZodType>(row: S) {
  return z.object({
    object: z.literal('list'),
    data: z.array(row),
    first_id: z.string().nullable(),
    last_id: z.string().nullable(),
    has_more: z.boolean(),
  });
}

/** A page as OpenAI's list envelope; `has_more` is always there, because one SDK takes its absence for "maybe". */
export function listView<R extends { readonly id: string }>(rows: readonly R[], hasMore: boolean) {
  return { object: 'list' as const, data: [...rows], first_id: rows.at(0)?.id ?? null, last_id: rows.at(-1)?.id ?? null, has_more: hasMore };
}

/** What a deletion answers. */
export function deletedOf<O extends string>(object: O) {
  return z.object({ id: z.string(), object: z.literal(object), deleted: z.boolean() });
}

/** A date as OpenAI writes it. */
export function unixSeconds(date: Date | undefined): number {
  return Math.floor((date?.getTime() ?? 0) / 1_000);
}

/** A date as OpenAI writes it, or null. */
export function unixSecondsOrNull(date: Date | undefined): number | null {
  return date === undefined ? null : unixSeconds(date);
}
