/** Counts tokens as the embedding model does. */
export abstract class TokenCounter {
  /** How many tokens of a text the model reads, without those that it adds itself; what is beyond would be cut off. */
  abstract readonly windowTokens: number;

  /** The tokens of a text, without those that the model adds. */
  abstract count(text: string): number;
}
