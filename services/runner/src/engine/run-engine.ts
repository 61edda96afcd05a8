import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkFolders } from '../attempt/work-folders.js';
import { type EngineEvent, type EngineFault, type EngineResult, readEngineEvent } from './engine-event.js';
import { AttemptFault, engineDied, tailOf } from './engine-failure.js';
import { EngineProcess } from './engine-process.js';
import { followLines } from './follow-lines.js';
import { outOfMemoryKills } from './memory-shortage.js';

/** How the engine is found and started. */
export interface EngineSettings {
  readonly envDir: string;
  readonly repoDir: string;
  readonly attemptId: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stopGraceMs: number;
}

interface EngineRun {
  readonly folders: WorkFolders;
  readonly plan: Readonly<Record<string, unknown>>;
  /** An import reads from a hub; nothing else does. */
  readonly isOnline: boolean;
  readonly signal: AbortSignal;
  /** Told of everything but the last event; the engine's file is read no faster than it answers. */
  readonly onEvent: (event: Exclude<EngineEvent, EngineFault | EngineResult>) => Promise<void>;
}

/** Runs the engine to its end; throws an AttemptFault when it made nothing, and the signal's reason when it was stopped. */
export async function runEngine(settings: EngineSettings, run: EngineRun): Promise<EngineResult> {
  const { folders, signal } = run;
  signal.throwIfAborted();
  await writeFile(folders.plan, JSON.stringify({ ...run.plan, events: folders.events, work: folders.root }, null, 2));
  const killsBefore = await outOfMemoryKills();
  const engine = await EngineProcess.start({
    python: pythonOf(settings.envDir),
    // The engine ends itself when this process does, so that a runner that is killed leaves nothing behind.
    arguments: ['-m', 'conch_trainer', folders.plan, String(process.pid)],
    cwd: folders.root,
    env: environmentOf(settings, run),
    logPath: folders.log,
  });
  const stopped = new Promise<void>((resolve) => {
    const end = (): void => void engine.end(settings.stopGraceMs).then(resolve);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  let phase = 'start';
  let last: EngineFault | EngineResult | null = null;
  try {
    for await (const line of followLines(folders.events, { ended: engine.exit })) {
      const event = readEngineEvent(line);
      if (event === null) continue;
      if (event.type === 'fault' || event.type === 'result') {
        last = event;
        continue;
      }
      if (event.type === 'phase') phase = event.phase;
      await run.onEvent(event);
    }
    const exit = await engine.exit.catch((error: unknown) => {
      throw new AttemptFault('ENGINE_MISSING', `The trainer's Python could not be started (${pythonOf(settings.envDir)}); run the bootstrap.`, false, error);
    });
    if (signal.aborted) {
      await stopped;
      signal.throwIfAborted();
    }
    if (last?.type === 'result' && exit.code === 0) return last;
    if (last?.type === 'fault') throw new AttemptFault(last.code, last.message, last.retryable);
    throw engineDied({ exit, phase, log: await tailOf(folders.log), wasMemoryShort: (await outOfMemoryKills()) > killsBefore });
  } catch (error) {
    await engine.end(settings.stopGraceMs);
    throw error;
  }
}

/** The trainer environment's Python. */
export function pythonOf(envDir: string): string {
  return join(envDir, 'trainer', 'bin', 'python');
}

/** What the engine finds in its environment; only one that reads from a hub gets the token for it. */
export function environmentOf(settings: EngineSettings, run: Pick<EngineRun, 'folders' | 'isOnline'>): NodeJS.ProcessEnv {
  const { HF_TOKEN: token, ...environment } = settings.environment;
  return {
    // torch's threads spin while they wait for each other, and keep the cores from whoever they wait for: beside other work on two cores
    // (a load of 6) a hundred short steps took 41 to 63 s so, and 2 to 4 s with threads that sleep. The operator's own setting wins.
    OMP_WAIT_POLICY: 'PASSIVE',
    ...environment,
    PATH: `${join(settings.envDir, 'trainer', 'bin')}:${environment['PATH'] ?? '/usr/bin:/bin'}`,
    PYTHONPATH: join(settings.repoDir, 'services', 'training', 'engines'),
    PYTHONUNBUFFERED: '1',
    CONCH_ATTEMPT_ID: settings.attemptId,
    HF_DATASETS_CACHE: run.folders.cache,
    MPLCONFIGDIR: run.folders.cache,
    TORCHINDUCTOR_CACHE_DIR: run.folders.cache,
    HF_HUB_DISABLE_TELEMETRY: '1',
    DO_NOT_TRACK: '1',
    NNCF_CI: '1',
    GRADIO_ANALYTICS_ENABLED: 'False',
    ...(run.isOnline ? (token === undefined ? {} : { HF_TOKEN: token }) : { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1' }),
  };
}
