import type { AnswerStream } from '../generations/answer-stream.js';
import { namedFrame } from '../http/event-stream.js';
import type { FileCitationView, FileSearchCallView, OutputMessageView, ResponseView } from './response-schemas.js';

type OutputItem = FileSearchCallView | OutputMessageView;

/** Tells a client what happens to its response, event by event in order; says nothing to one that waits for the whole. */
export class ResponseEvents {
  private sequence = 0;

  constructor(private readonly out: AnswerStream | null) {}

  /** Whether a failure can still be told as an HTTP error. */
  get isUntold(): boolean {
    return this.out?.isOpen !== true;
  }

  response(type: 'response.created' | 'response.in_progress', response: ResponseView): void {
    this.hold(type, { response });
  }

  /** The last event. */
  end(response: ResponseView): Promise<void> {
    const type = response.status === 'incomplete' ? 'response.incomplete' : response.status === 'failed' ? 'response.failed' : 'response.completed';
    return this.send(type, { response });
  }

  itemAdded(index: number, item: OutputItem): void {
    this.hold('response.output_item.added', { output_index: index, item });
  }

  itemDone(index: number, item: OutputItem): void {
    this.hold('response.output_item.done', { output_index: index, item });
  }

  search(stage: 'in_progress' | 'searching' | 'completed', index: number, itemId: string): void {
    this.hold(`response.file_search_call.${stage}`, { output_index: index, item_id: itemId });
  }

  /** The events of one text, which is most of a stream: what they say alike is turned into JSON once. */
  text(index: number, itemId: string): TextEvents {
    const place = { item_id: itemId, output_index: index, content_index: 0 };
    const head = `event: response.output_text.delta\ndata: ${JSON.stringify({ type: 'response.output_text.delta', ...place, logprobs: [] }).slice(0, -1)},"delta":`;
    const part = (text: string, annotations: readonly FileCitationView[]) => ({ type: 'output_text', text, annotations, logprobs: [] });
    return {
      begin: () => this.hold('response.content_part.added', { ...place, part: part('', []) }),
      delta: (text) => this.out?.write(`${head}${JSON.stringify(text)},"sequence_number":${this.sequence++}}\n\n`),
      end: (text, annotations) => {
        for (const [at, annotation] of annotations.entries())
          this.hold('response.output_text.annotation.added', { ...place, annotation_index: at, annotation });
        this.hold('response.output_text.done', { ...place, text, logprobs: [] });
        this.hold('response.content_part.done', { ...place, part: part(text, annotations) });
      },
    };
  }

  /** Events that come before the first text wait for it, so that a refusal until then is an HTTP error. */
  private hold(type: string, fields: object): void {
    void this.out?.hold(this.frame(type, fields));
  }

  private async send(type: string, fields: object): Promise<void> {
    await this.out?.write(this.frame(type, fields));
  }

  private frame(type: string, fields: object): string {
    return namedFrame(type, { type, ...fields, sequence_number: this.sequence++ });
  }
}

/** The events of one output text. */
export interface TextEvents {
  readonly begin: () => void;
  readonly delta: (text: string) => Promise<void> | void;
  readonly end: (text: string, annotations: readonly FileCitationView[]) => void;
}
