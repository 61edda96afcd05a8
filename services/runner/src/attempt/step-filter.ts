/** Passes each step's metrics once: a training that goes on from a checkpoint repeats the steps after it. */
export class StepFilter {
  private trained: number;
  private evaluated: number;

  constructor(lastReportedStep: number) {
    this.trained = lastReportedStep;
    this.evaluated = lastReportedStep - 1;
  }

  isNew(step: number, metrics: Readonly<Record<string, unknown>>): boolean {
    const isTraining = 'loss' in metrics && step > this.trained;
    const isEvaluation = 'eval_loss' in metrics && step > this.evaluated;
    if (isTraining) this.trained = step;
    if (isEvaluation) this.evaluated = step;
    return isTraining || isEvaluation;
  }
}
