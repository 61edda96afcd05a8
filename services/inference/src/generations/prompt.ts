import { Refusal } from '@conch/errors';
import { z } from 'zod';
import { ChatTemplateMissing, type TemplateMessage } from '../models/chat-template.js';
import type { ServingFolder } from '../models/serving-folder.js';

const Part = z.object({ type: z.literal('text'), text: z.string() });

const ChatInput = z.object({
  messages: z
    .array(z.looseObject({ role: z.string(), content: z.union([z.string(), z.array(Part), z.null()]).optional() }))
    .min(1, 'must have at least one message'),
  tools: z.array(z.unknown()).nullish(),
});

/** What a request asks to continue: chat messages (JSON) or plain text. */
export type PromptInput = { readonly $case: 'chatJson'; readonly value: string } | { readonly $case: 'prompt'; readonly value: string };

/** The field of a request that a prompt came in, for refusals. */
export function fieldOf(input: PromptInput | undefined): 'messages' | 'prompt' {
  return input?.$case === 'prompt' ? 'prompt' : 'messages';
}

/** The text that the model is given: a plain prompt as it is, chat messages through the model's own template. */
export function promptText(input: PromptInput | undefined, model: string, folder: ServingFolder): string {
  if (input === undefined) throw new Refusal('invalid', 'INPUT_MISSING', 'The request has neither messages nor a prompt.', { param: 'messages' });
  if (input.$case === 'prompt') return input.value;
  if (folder.template === null) throw new ChatTemplateMissing(model);
  const chat = parseChat(input.value);
  return folder.template.render(chat.messages.map(flatten), chat.tools ?? null);
}

function parseChat(json: string): z.output<typeof ChatInput> {
  const result = ChatInput.safeParse(JSON.parse(json));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  throw new Refusal('invalid', 'MESSAGES_INVALID', `${path}: ${issue?.message ?? 'is not valid'}`, { param: path });
}

function flatten(message: z.output<typeof ChatInput>['messages'][number]): TemplateMessage {
  const content = Array.isArray(message.content) ? message.content.map((part) => part.text).join('') : (message.content ?? null);
  return { ...message, content };
}
