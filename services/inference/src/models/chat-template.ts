import { DomainError } from '@conch/errors';
import { Template } from '@huggingface/jinja';

/** The model's chat template did not take these messages. */
export class ChatTemplateRefused extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'CHAT_TEMPLATE_REFUSED';

  constructor(reason: string, cause: unknown) {
    super(`The model's chat template refuses these messages: ${reason}`, { param: 'messages', cause });
  }
}

/** The model ships no chat template; only plain prompts can be sent to it. */
export class ChatTemplateMissing extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'CHAT_TEMPLATE_MISSING';

  constructor(model: string) {
    super(`The model '${model}' has no chat template. Use /v1/completions with a plain prompt.`, { param: 'model' });
  }
}

/** A message as a template sees it: text content, whatever parts it came in. */
export interface TemplateMessage {
  readonly role: string;
  readonly content: string | null;
  readonly [extra: string]: unknown;
}

/** A compiled chat template with the special tokens that it may name. */
export class ChatTemplate {
  private readonly template: Template;

  constructor(
    source: string,
    private readonly tokens: { readonly bos: string; readonly eos: string },
    /** Whether the tokenizer itself puts the beginning-of-sequence token before a text. */
    private readonly tokenizerAddsBos: boolean,
  ) {
    this.template = new Template(source);
  }

  /** The prompt text up to where the assistant's answer begins. */
  render(messages: readonly TemplateMessage[], tools: readonly unknown[] | null): string {
    const text = this.fill(messages, tools);
    // The engine tokenizes with special tokens, as Triton's vLLM backend does: a template that writes the token too would double it.
    return this.tokenizerAddsBos && this.tokens.bos !== '' && text.startsWith(this.tokens.bos) ? text.slice(this.tokens.bos.length) : text;
  }

  private fill(messages: readonly TemplateMessage[], tools: readonly unknown[] | null): string {
    try {
      return this.template.render({
        messages,
        add_generation_prompt: true,
        bos_token: this.tokens.bos,
        eos_token: this.tokens.eos,
        ...(tools === null ? {} : { tools }),
      });
    } catch (error) {
      throw new ChatTemplateRefused(error instanceof Error ? error.message : String(error), error);
    }
  }
}
