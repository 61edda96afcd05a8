const STEP = 4_096;

/** Turns JavaScript string indexes into counts of characters, of which some take two places in a string. */
export class CodePoints {
  private readonly counts: number[] = [];
  private readonly isPlain: boolean;

  constructor(private readonly text: string) {
    this.isPlain = !/[\ud800-\udbff]/.test(text);
    if (this.isPlain) return;
    let count = 0;
    for (let index = 0; index < text.length; index += 1) {
      if (index % STEP === 0) this.counts.push(count);
      if (!isSecondHalf(text.charCodeAt(index))) count += 1;
    }
  }

  /** How many characters stand before a string index. */
  before(index: number): number {
    if (this.isPlain) return index;
    const step = Math.min(Math.floor(index / STEP), this.counts.length - 1);
    let count = this.counts[step] ?? 0;
    for (let at = step * STEP; at < index; at += 1) if (!isSecondHalf(this.text.charCodeAt(at))) count += 1;
    return count;
  }
}

function isSecondHalf(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
