/** Where base models come from. */
export abstract class ModelSource {
  /** Says what is wrong with a source, in words; null when it can be fetched from. */
  abstract fault(source: string): Promise<string | null>;
  /** The weight format that suits the model's size. */
  abstract suitingFormat(source: string): Promise<string>;
}
