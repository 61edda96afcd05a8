import { z } from 'zod';
import { harmless, refused } from '../http/schemas.js';

/** One part of a message's content; kinds that a text model cannot read are refused by name. */
const Part = z
  .looseObject({ type: z.string() })
  .superRefine((part, context) => {
    if (part.type === 'text' && typeof part['text'] === 'string') return;
    if (part.type === 'text') context.addIssue({ code: 'custom', path: ['text'], message: 'expected the text of the part' });
    else
      context.addIssue({
        code: 'custom',
        path: ['type'],
        params: { code: 'UNSUPPORTED_CONTENT' },
        message: `parts of type '${part.type}' are not supported; send parts of type 'text'`,
      });
  })
  .transform((part) => part as unknown as { readonly type: 'text'; readonly text: string });

const Content = z.union([z.string(), z.array(Part).min(1)]).meta({ description: 'Text, or parts of type text.' });

const ToolCall = z.looseObject({ id: z.string(), type: z.literal('function'), function: z.object({ name: z.string(), arguments: z.string() }) });

const Instruction = z.strictObject({ role: z.enum(['system', 'developer', 'user']), content: Content, name: z.string().optional() });

/** What an earlier answer carries beside its text is taken, because clients send answers back as they got them. */
const Assistant = z
  .strictObject({
    role: z.literal('assistant'),
    content: Content.nullish(),
    name: z.string().optional(),
    tool_calls: z.array(ToolCall).nullish(),
    refusal: harmless(z.string(), 'Taken and left out of the prompt.'),
    annotations: harmless(z.array(z.unknown()), 'Taken and left out of the prompt.'),
    audio: refused('audio', 'answers are text'),
    function_call: refused('function_call', 'use tool_calls'),
  })
  .superRefine(({ content, tool_calls, refusal }, context) => {
    if (content != null || (tool_calls ?? []).length > 0 || typeof refusal === 'string') return;
    const message = 'an answer has content, tool_calls or a refusal; send one of them';
    context.addIssue({ code: 'custom', path: ['content'], params: { code: 'MISSING_REQUIRED_PARAMETER' }, message });
  });

const Tool = z.strictObject({ role: z.literal('tool'), content: Content, tool_call_id: z.string() });

/** The messages of a conversation. */
export const ChatMessages = z
  .array(z.discriminatedUnion('role', [Instruction, Assistant, Tool]))
  .min(1)
  .meta({ description: 'The conversation so far; `developer` is another name for `system`.' });

/** A message as a model's chat template takes it. */
export interface TemplateTurn {
  readonly role: string;
  readonly content: string;
  readonly name?: string;
  readonly tool_calls?: unknown;
  readonly tool_call_id?: string;
}

/** A message as chat templates know it: `developer` is the newer name of `system`, and parts are joined to one text. */
export function templateTurn(message: z.output<typeof ChatMessages>[number]): TemplateTurn {
  return {
    role: message.role === 'developer' ? 'system' : message.role,
    content: textOf(message.content ?? ''),
    ...('name' in message && message.name !== undefined ? { name: message.name } : {}),
    ...('tool_calls' in message && message.tool_calls != null ? { tool_calls: message.tool_calls } : {}),
    ...('tool_call_id' in message ? { tool_call_id: message.tool_call_id } : {}),
  };
}

function textOf(content: z.output<typeof Content>): string {
  return Array.isArray(content) ? content.map((part) => part.text).join('') : content;
}
