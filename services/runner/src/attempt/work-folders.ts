import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AttemptFault } from '../engine/engine-failure.js';

/** Where an attempt's files are. */
export class WorkFolders {
  readonly base: string;
  readonly train: string;
  readonly evaluation: string;
  /** LLaMA-Factory's dataset folder: its description, which names the files beside it. */
  readonly data: string;
  readonly output: string;
  readonly merged: string;
  readonly serving: string;
  readonly cache: string;
  readonly trainConfig: string;
  readonly exportConfig: string;
  readonly plan: string;
  readonly events: string;
  readonly log: string;

  constructor(readonly root: string) {
    const at = (...parts: string[]): string => join(root, ...parts);
    this.base = at('inputs', 'base');
    this.train = at('inputs', 'train');
    this.evaluation = at('inputs', 'eval');
    this.data = at('inputs', 'data');
    this.output = at('output');
    this.merged = at('merged');
    this.serving = at('serving');
    this.cache = at('cache');
    this.trainConfig = at('train.yaml');
    this.exportConfig = at('export.yaml');
    this.plan = at('plan.json');
    this.events = at('events.jsonl');
    this.log = at('engine.log');
  }

  /** Makes the folders anew: whatever an earlier runner of this very attempt left would be mistaken for results. */
  async prepare(attemptId: string): Promise<void> {
    if (basename(this.root) !== attemptId) throw new AttemptFault('WORK_DIR_REFUSED', `The work folder '${this.root}' is not the attempt's own.`, false);
    // torchrun's command line is cut at spaces, so the trainer could not find its files.
    if (/\s/.test(this.root)) {
      throw new AttemptFault(
        'WORK_DIR_REFUSED',
        `The work folder '${this.root}' has a space in its path, which LLaMA-Factory cannot take; set CONCH_WORK_DIR to one without.`,
        false,
      );
    }
    await rm(this.root, { recursive: true, force: true });
    await mkdir(this.data, { recursive: true });
    await mkdir(this.cache, { recursive: true });
  }

  /** Frees the disk after the end. The log stays; so do checkpoints when another attempt may continue from them. */
  async tidy(keepCheckpoints: boolean): Promise<void> {
    const gone = [join(this.root, 'inputs'), this.merged, this.serving, this.cache, ...(keepCheckpoints ? [] : [this.output])];
    for (const path of gone) await rm(path, { recursive: true, force: true });
  }
}
