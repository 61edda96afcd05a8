import { describe, expect, it } from '@jest/globals';
import { ChatTemplate, ChatTemplateMissing } from '../models/chat-template.js';
import type { ServingFolder } from '../models/serving-folder.js';
import { promptText } from './prompt.js';

const template = new ChatTemplate('{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}', { bos: '', eos: '' }, false);
const folder = { template } as unknown as ServingFolder;
const chat = (messages: unknown): { $case: 'chatJson'; value: string } => ({ $case: 'chatJson', value: JSON.stringify({ messages }) });

describe(promptText.name, () => {
  it('sends a plain prompt as it is', () => {
    expect(promptText({ $case: 'prompt', value: 'Once' }, 'm', folder)).toBe('Once');
  });

  it('joins text parts', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(promptText(chat([{ role: 'user', content: parts }]), 'm', folder)).toBe('[user]ab');
  });

  it('names the message at fault', () => {
    expect(() => promptText(chat([{ role: 'user', content: 'x' }, { content: 7 }]), 'm', folder)).toThrow(/messages\[1\]/);
  });

  it('refuses chat for a model without a template', () => {
    expect(() => promptText(chat([{ role: 'user', content: 'x' }]), 'm', { template: null } as unknown as ServingFolder)).toThrow(ChatTemplateMissing);
  });
});
