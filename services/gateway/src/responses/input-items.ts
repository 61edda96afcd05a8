import { z } from 'zod';
import { harmless, refused } from '../http/schemas.js';

const TEXT_TYPES = ['input_text', 'output_text', 'text'];

/** One part of a message's content; kinds that a text model cannot read are refused by name. */
const Part = z
  .looseObject({ type: z.string() })
  .superRefine((part, context) => {
    if (part.type === 'refusal' || (TEXT_TYPES.includes(part.type) && typeof part['text'] === 'string')) return;
    if (TEXT_TYPES.includes(part.type)) context.addIssue({ code: 'custom', path: ['text'], message: 'expected the text of the part' });
    else
      context.addIssue({
        code: 'custom',
        path: ['type'],
        params: { code: 'UNSUPPORTED_CONTENT' },
        message: `parts of type '${part.type}' are not supported; send parts of type 'input_text'`,
      });
  })
  .transform((part) => part as unknown as { readonly type: string; readonly text?: string });

const Message = z.strictObject({
  type: z.literal('message').optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.union([z.string(), z.array(Part).min(1)]),
  id: z.string().nullish(),
  status: z.string().nullish(),
  phase: harmless(z.string(), 'Taken and not heeded.'),
});

/** What a search found is in the answer that followed it, so the call itself need not be sent again. */
const PastSearch = z.looseObject({ type: z.enum(['file_search_call', 'reasoning']) });

const OtherItem = z.looseObject({ type: z.string() }).superRefine((item, context) => {
  context.addIssue({
    code: 'custom',
    path: ['type'],
    params: { code: 'UNSUPPORTED_CONTENT' },
    message: `items of type '${item.type}' are not supported; send messages`,
  });
});

const Item = z
  .unknown()
  .transform((value, context): z.output<typeof Message> | z.output<typeof PastSearch> => {
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
    const schema = type === undefined || type === 'message' ? Message : PastSearch.shape.type.safeParse(type).success ? PastSearch : OtherItem;
    const result = schema.safeParse(value);
    if (result.success) return result.data as z.output<typeof Message>;
    for (const issue of result.error.issues) context.addIssue({ ...issue });
    return z.NEVER;
  })
  .meta({ description: 'A message, `{role, content}`; searches of earlier answers are taken and left out.' });

/** What a response answers: a text, or the messages of a conversation. */
export const ResponseInput = z.union([z.string().min(1), z.array(Item).min(1)]).meta({ description: 'A text, or messages with texts.' });

/** A turn of a conversation. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A message of a response's input, as it is listed. */
export interface InputItem {
  readonly id: string;
  readonly type: 'message';
  readonly status: 'completed';
  readonly role: 'user' | 'assistant' | 'system' | 'developer';
  readonly content: readonly { readonly type: 'input_text' | 'output_text'; readonly text: string; readonly annotations?: readonly never[] }[];
}

/** The messages of an input, in order, with ids. */
export function inputItemsOf(input: z.output<typeof ResponseInput>, newMessageId: () => string): InputItem[] {
  if (typeof input === 'string') return [itemOf({ role: 'user', content: input }, newMessageId)];
  return input.filter((item) => 'role' in item).map((item) => itemOf(item as z.output<typeof Message>, newMessageId));
}

/** What a message says to a model. */
export function turnOf({ role, content }: InputItem): Turn {
  return { role: role === 'developer' ? 'system' : role, content: content.map(({ text }) => text).join('') };
}

function itemOf({ role, content, id }: Pick<z.output<typeof Message>, 'role' | 'content' | 'id'>, newMessageId: () => string): InputItem {
  const texts = typeof content === 'string' ? [content] : content.flatMap((part) => (part.text === undefined ? [] : [part.text]));
  const parts = texts.map((text) => (role === 'assistant' ? { type: 'output_text' as const, text, annotations: [] } : { type: 'input_text' as const, text }));
  return { id: id ?? newMessageId(), type: 'message', status: 'completed', role, content: parts };
}

/** Other ways of giving an input, which are not there. */
export const otherInputs = {
  conversation: refused('conversation', 'use previous_response_id'),
  prompt: refused('prompt', 'there are no stored prompts; send the text itself'),
};
