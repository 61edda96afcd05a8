/** A sleep that can be ended early; a wake-up that comes while nobody sleeps ends the next sleep at once. */
export class WakeUp {
  private pending = false;
  private end: (() => void) | null = null;

  wake(): void {
    this.pending = true;
    this.end?.();
  }

  async wait(longestMs: number): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, longestMs);
        this.end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.end = null;
    }
    this.pending = false;
  }
}
