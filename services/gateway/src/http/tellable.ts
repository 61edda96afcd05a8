/** Whether a text can be stored and passed on: without a NUL, which Postgres refuses, and without half of a surrogate pair, which is no character. */
export function isTellable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
