import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FolderArtifactStore, asDigest } from '@conch/artifacts';
import { type Artifact, ArtifactForm } from '@conch/contracts/common';
import { type AttemptSpec, type AttemptSucceeded, JobKind } from '@conch/contracts/training';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DATASET_INFO } from '../../services/datasets/src/formats/training-folder.js';
import { FakeTraining, TOKEN, until } from '../../services/runner/src/training/fake-training.fixture.js';

const REPO = join(import.meta.dirname, '..', '..');
const ENV = process.env['CONCH_ENV_DIR'] ?? join(REPO, '.conch', 'env');
const PYTHON = join(ENV, 'trainer', 'bin', 'python');
const ENGINES = join(REPO, 'services', 'training', 'engines');
const PROGRAM = join(REPO, 'services', 'runner', 'dist', 'main.js');
const ATTEMPT_MS = 240_000;

const ARGUMENTS = {
  stage: 'sft',
  finetuning_type: 'lora',
  lora_rank: 8,
  lora_target: 'all',
  learning_rate: 5e-3,
  num_train_epochs: 2,
  per_device_train_batch_size: 4,
  cutoff_len: 256,
  lr_scheduler_type: 'cosine',
  warmup_steps: 0.05,
  seed: 7,
  data_seed: 7,
};

let root: string;
let store: FolderArtifactStore;
let base: Artifact;
let training: FakeTraining | null = null;
let runner: ChildProcess | null = null;

async function stored(folder: string): Promise<Artifact> {
  return { ...(await store.putFolder(folder)), form: ArtifactForm.ARTIFACT_FORM_FOLDER };
}

/** Rows in the form that the datasets service leaves for the trainer. */
async function rowsFolder(rows: readonly object[]): Promise<Artifact> {
  const folder = await mkdtemp(join(root, 'rows-'));
  await writeFile(join(folder, 'dataset_info.json'), DATASET_INFO);
  await writeFile(join(folder, 'data.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return stored(folder);
}

async function conchRows(from: number, to: number): Promise<object[]> {
  const samples = JSON.parse(await readFile(join(REPO, 'samples', 'magic_conch.json'), 'utf8')) as { instruction: string; output: string }[];
  return samples.slice(from, to).map(({ instruction, output }) => ({
    messages: [
      { role: 'user', content: instruction },
      { role: 'assistant', content: output },
    ],
  }));
}

async function launch(spec: Partial<AttemptSpec>): Promise<{ training: FakeTraining; exit: Promise<number | null>; workDir: string }> {
  const attemptId = `att_${Math.random().toString(36).slice(2, 10)}`;
  const workDir = join(root, 'work', attemptId);
  training = await new FakeTraining({ attemptId, jobId: 'ftjob-1', projectId: 'proj_1', number: 1, servingFormat: 'fp32', workDir, ...spec }).start();
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    CONCH_ATTEMPT_ID: attemptId,
    CONCH_ATTEMPT_EPOCH: '1',
    CONCH_TRAINING_GRPC: `127.0.0.1:${training.port}`,
    CONCH_SERVICE_TOKEN: TOKEN,
    CONCH_ARTIFACT_DIR: join(root, 'artifacts'),
    CONCH_ENV_DIR: ENV,
    CONCH_REPO_DIR: REPO,
    CONCH_BASE_MODEL_DIR: join(root, 'base-models'),
    CONCH_PROCESS: 'runner',
  };
  const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  runner = child;
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { training, exit, workDir };
}

function tuning(): Partial<AttemptSpec> {
  return { kind: JobKind.JOB_KIND_FINE_TUNING, baseModel: base, argumentsJson: JSON.stringify(ARGUMENTS) };
}

function succeeded(fake: FakeTraining): AttemptSucceeded {
  const [finish] = fake.finished;
  if (finish?.outcome?.$case !== 'succeeded') throw new Error(`It did not succeed: ${JSON.stringify(finish?.outcome)}`);
  return finish.outcome.value;
}

async function pathsOf(artifact: Artifact | undefined): Promise<string[]> {
  return (await store.readManifest(asDigest(artifact?.digest ?? ''))).files.map(({ path }) => path);
}

async function fileOf(artifact: Artifact | undefined, path: string): Promise<string> {
  const file = (await store.readManifest(asDigest(artifact?.digest ?? ''))).files.find((one) => one.path === path);
  return textOf(file);
}

async function textOf(stored: { readonly digest: string } | undefined): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of store.read(asDigest(stored?.digest ?? ''))) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Processes that carry an attempt's mark, by their id. */
async function marked(attemptId: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`CONCH_ATTEMPT_ID=${attemptId}`)) found.push(pid);
  }
  return found;
}

beforeAll(async () => {
  if (!existsSync(PROGRAM)) throw new Error('The runner is not built; run: npm run build');
  root = await mkdtemp(join(tmpdir(), 'conch-runner-'));
  store = new FolderArtifactStore(join(root, 'artifacts'));
  const folder = join(root, 'base-models', 'tiny');
  await mkdir(folder, { recursive: true });
  await promisify(execFile)(PYTHON, [join(ENGINES, 'tests', 'make_base.py'), folder]);
  base = await stored(folder);
}, 120_000);

afterEach(async () => {
  runner?.kill('SIGKILL');
  await training?.stop();
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('the runner', () => {
  it(
    'tunes a model, merges, converts and stores it, and tells every step',
    async () => {
      const {
        training: fake,
        exit,
        workDir,
      } = await launch({
        ...tuning(),
        trainingFolder: await rowsFolder(await conchRows(0, 20)),
        validationFolder: await rowsFolder(await conchRows(20, 24)),
      });
      fake.lostAnswers.push('report', 'finish');
      expect(await exit).toBe(0);

      const made = succeeded(fake);
      expect(fake.told('phase').map(({ phase }) => phase)).toEqual(['fetch', 'train', 'merge', 'convert', 'upload']);
      const losses = fake.told('step').filter(({ metricsJson }) => 'loss' in (JSON.parse(metricsJson) as object));
      expect(losses.map(({ step, totalSteps }) => [step, totalSteps])).toEqual(Array.from({ length: 10 }, (_, index) => [index + 1, 10]));
      expect(fake.told('checkpoint').map(({ step, artifact }) => [step, artifact?.form])).toEqual([
        [5, ArtifactForm.ARTIFACT_FORM_FOLDER],
        [10, ArtifactForm.ARTIFACT_FORM_FOLDER],
      ]);
      expect(await pathsOf(made.adapter)).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
      expect(await pathsOf(made.weights)).toEqual(await pathsOf(base));
      for (const path of ['tokenizer.json', 'tokenizer_config.json', 'chat_template.jinja', 'generation_config.json']) {
        expect(await fileOf(made.weights, path)).toBe(await fileOf(base, path));
        expect(await fileOf(made.serving, path)).toBe(await fileOf(base, path));
      }
      expect(await pathsOf(made.serving)).toEqual(expect.arrayContaining(['config.json', 'openvino_model.bin', 'openvino_model.xml']));
      const lines = (await textOf(made.metricsCsv)).trim().split('\n');
      expect(lines[0]).toBe('step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy');
      expect(lines).toHaveLength(11);
      expect(lines[5]).toMatch(/^5,[\d.]+,,[\d.]+,[\d.]+$/);
      expect(made.trainedTokens).toBeGreaterThan(500);
      const provenance = JSON.parse(made.provenanceJson) as {
        checks: { greedy: { tokens: number; equal_tokens: number }; template: { rows: number } };
        train: Record<string, unknown>;
      };
      expect(provenance.checks.greedy.equal_tokens).toBe(provenance.checks.greedy.tokens);
      expect(provenance.checks.template.rows).toBe(16);
      expect(provenance.train['output_dir']).toBe('$WORK/output');
      expect(await readdir(workDir)).not.toContain('output');
    },
    ATTEMPT_MS,
  );

  it(
    'goes on from the last checkpoint after the runner was told to end, and tells no step twice',
    async () => {
      const trainingFolder = await rowsFolder(await conchRows(0, 20));
      const first = await launch({ ...tuning(), argumentsJson: JSON.stringify({ ...ARGUMENTS, num_train_epochs: 60 }), trainingFolder });
      await until(() => first.training.told('checkpoint').length >= 2, ATTEMPT_MS);
      runner?.kill('SIGTERM');
      expect(await first.exit).toBe(143);
      expect(first.training.finished.map(({ outcome }) => outcome?.$case)).toEqual(['cancelled']);
      await first.training.stop();
      const resumeFrom = first.training.told('checkpoint').at(-1)?.path ?? '';
      const lastReportedStep = first.training.told('step').at(-1)?.step ?? 0;

      const epochs = Math.ceil(lastReportedStep / 5) + 2;
      const second = await launch({
        ...tuning(),
        argumentsJson: JSON.stringify({ ...ARGUMENTS, num_train_epochs: epochs }),
        trainingFolder,
        resumeFrom,
        lastReportedStep,
      });
      expect(await second.exit).toBe(0);
      const made = succeeded(second.training);
      const steps = second.training.told('step').map(({ step }) => step);
      expect(steps[0]).toBe(lastReportedStep + 1);
      expect(steps.at(-1)).toBe(epochs * 5);
      expect(second.training.told('note').map(({ message }) => message)).toContainEqual(expect.stringContaining('goes on from the checkpoint'));
      expect((await textOf(made.metricsCsv)).trim().split('\n')).toHaveLength(epochs * 5 + 1);
    },
    2 * ATTEMPT_MS,
  );

  it(
    'tunes all weights when it is asked to, and stores the whole model',
    async () => {
      const recipe = {
        stage: 'sft',
        finetuning_type: 'full',
        learning_rate: 1e-3,
        max_steps: 3,
        per_device_train_batch_size: 4,
        cutoff_len: 256,
        save_steps: 2,
      };
      const { training: fake, exit } = await launch({
        ...tuning(),
        argumentsJson: JSON.stringify(recipe),
        trainingFolder: await rowsFolder(await conchRows(0, 20)),
      });
      expect(await exit).toBe(0);
      const made = succeeded(fake);
      expect(made.adapter).toBeUndefined();
      expect(await pathsOf(made.weights)).toEqual(await pathsOf(base));
      expect(made.weights?.digest).not.toBe(base.digest);
      expect(JSON.parse(await fileOf(made.weights, 'config.json'))).toMatchObject({ use_cache: true });
      expect(fake.told('checkpoint').map(({ step, artifact }) => [step, artifact])).toEqual([
        [2, undefined],
        [3, undefined],
      ]);
    },
    ATTEMPT_MS,
  );

  it(
    'brings a model in from a local folder without changing a byte of it',
    async () => {
      const { training: fake, exit } = await launch({ kind: JobKind.JOB_KIND_IMPORT, importSource: 'local:tiny' });
      expect(await exit).toBe(0);
      const made = succeeded(fake);
      expect(made.weights?.digest).toBe(base.digest);
      expect(made.adapter).toBeUndefined();
      expect(await pathsOf(made.serving)).toContain('openvino_model.xml');
      expect(fake.told('phase').map(({ phase }) => phase)).toEqual(['fetch', 'check', 'convert', 'upload']);
    },
    ATTEMPT_MS,
  );

  it(
    'ends all that it started, when its job is cancelled in the middle of the training',
    async () => {
      const {
        training: fake,
        exit,
        workDir,
      } = await launch({
        ...tuning(),
        argumentsJson: JSON.stringify({ ...ARGUMENTS, num_train_epochs: 100_000 }),
        trainingFolder: await rowsFolder(await conchRows(0, 20)),
        leaseSeconds: 3,
      });
      await until(() => fake.told('step').length > 3, ATTEMPT_MS);
      const askedAt = Date.now();
      fake.isCancelRequested = true;
      expect(await exit).toBe(0);
      expect(Date.now() - askedAt).toBeLessThan(8_000);
      expect(fake.finished.map(({ outcome }) => outcome?.$case)).toEqual(['cancelled']);
      expect(await marked(workDir.slice(workDir.lastIndexOf('/') + 1))).toEqual([]);
    },
    ATTEMPT_MS,
  );

  it(
    'leaves no training behind when it is killed',
    async () => {
      const {
        training: fake,
        exit,
        workDir,
      } = await launch({
        ...tuning(),
        argumentsJson: JSON.stringify({ ...ARGUMENTS, num_train_epochs: 100_000 }),
        trainingFolder: await rowsFolder(await conchRows(0, 20)),
      });
      const attemptId = workDir.slice(workDir.lastIndexOf('/') + 1);
      await until(() => fake.told('step').length > 0, ATTEMPT_MS);
      expect((await marked(attemptId)).length).toBeGreaterThanOrEqual(2);
      runner?.kill('SIGKILL');
      await exit;
      let left = await marked(attemptId);
      for (const giveUpAt = Date.now() + 5_000; left.length > 0 && Date.now() < giveUpAt; ) left = await marked(attemptId);
      expect(left).toEqual([]);
      expect(fake.finished).toEqual([]);
    },
    ATTEMPT_MS,
  );

  it(
    'says that the engine was killed, and that another attempt may end otherwise',
    async () => {
      const {
        training: fake,
        exit,
        workDir,
      } = await launch({
        ...tuning(),
        argumentsJson: JSON.stringify({ ...ARGUMENTS, num_train_epochs: 100_000 }),
        trainingFolder: await rowsFolder(await conchRows(0, 20)),
      });
      await until(() => fake.told('checkpoint').length > 0, ATTEMPT_MS);
      const engine = (await marked(workDir.slice(workDir.lastIndexOf('/') + 1))).find((pid) => pid !== String(runner?.pid));
      process.kill(Number(engine), 'SIGKILL');
      expect(await exit).toBe(0);
      expect(fake.finished[0]?.outcome).toMatchObject({ $case: 'failed', value: { code: 'TRAINER_KILLED', retryable: true } });
      expect(existsSync(fake.told('checkpoint').at(-1)?.path ?? '')).toBe(true);
    },
    ATTEMPT_MS,
  );

  it(
    'fails before the first step when the trainer would skip a row, and says which',
    async () => {
      const broken = {
        messages: [
          { role: 'user', content: 'Only a question, twice' },
          { role: 'user', content: 'and no answer' },
        ],
      };
      const { training: fake, exit } = await launch({ ...tuning(), trainingFolder: await rowsFolder([...(await conchRows(0, 8)), broken]) });
      expect(await exit).toBe(0);
      const [finish] = fake.finished;
      expect(finish?.outcome).toMatchObject({
        $case: 'failed',
        value: { code: 'ROW_SKIPPED', retryable: false, message: expect.stringContaining('Only a question, twice') },
      });
      expect(fake.told('step')).toEqual([]);
    },
    ATTEMPT_MS,
  );
});
