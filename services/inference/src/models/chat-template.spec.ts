import { describe, expect, it } from '@jest/globals';
import { ChatTemplate, ChatTemplateRefused } from './chat-template.js';

const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const tokens = { bos: '<s>', eos: '</s>' };

describe(ChatTemplate.name, () => {
  it('renders messages up to where the answer begins', () => {
    const text = new ChatTemplate(CHATML, tokens, false).render([{ role: 'user', content: 'Hi' }], null);
    expect(text).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
  });

  it('leaves the beginning-of-sequence token to a tokenizer that adds it', () => {
    const source = `{{ bos_token }}${CHATML}`;
    expect(new ChatTemplate(source, tokens, true).render([{ role: 'user', content: 'Hi' }], null)).toMatch(/^<\|im_start\|>/);
    expect(new ChatTemplate(source, tokens, false).render([{ role: 'user', content: 'Hi' }], null)).toMatch(/^<s>/);
  });

  it("says in the template's own words why it refuses", () => {
    const template = new ChatTemplate("{{ raise_exception('roles must alternate') }}", tokens, false);
    const attempt = (): string => template.render([{ role: 'user', content: 'Hi' }], null);
    expect(attempt).toThrow(ChatTemplateRefused);
    expect(attempt).toThrow(/roles must alternate/);
  });
});
