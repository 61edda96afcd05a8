import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesServiceDefinition } from '@conch/contracts/datasets';
import { StoresServiceDefinition } from '@conch/contracts/retrieval';
import { type CallOptions, type GrpcClient, closeGrpcChannels, createGrpcClient } from '@conch/rpc';
import { environmentFolder, type NatsServer, type PostgresServer, startNats, startPostgres } from '@conch/testing';
import { freePorts, ROOT, TestProcess } from './service-process.js';

const TOKEN = 'a-service-token-of-tests';
export const CALL: CallOptions = { projectId: 'proj_1' };

type ServiceName = 'datasets' | 'inference' | 'retrieval';

/** Retrieval with everything it works with, real: Postgres, NATS, Triton, datasets and inference. */
export class RetrievalStack {
  private readonly running = new Map<string, TestProcess>();
  private readonly ports = new Map<string, number>();

  private constructor(
    private readonly folder: string,
    private readonly postgres: PostgresServer,
    private readonly nats: NatsServer,
  ) {}

  static async start(): Promise<RetrievalStack> {
    const stack = new RetrievalStack(await mkdtemp(join(tmpdir(), 'conch-retrieval-')), await startPostgres(), await startNats());
    const names = ['tritonGrpc', 'tritonHttp', 'tritonMetrics', 'datasets', 'datasetsHealth', 'inference', 'inferenceHealth', 'retrieval', 'retrievalHealth'];
    for (const [at, port] of (await freePorts(names.length)).entries()) stack.ports.set(names[at] ?? '', port);
    await mkdir(join(stack.folder, 'triton-models'), { recursive: true });
    await stack.startTriton();
    await stack.startService('datasets', {});
    await stack.startService('inference', { CONCH_TRITON_GRPC: stack.address('tritonGrpc'), CONCH_TRITON_MODEL_DIR: join(stack.folder, 'triton-models') });
    await stack.startService('retrieval', {
      CONCH_DATASETS_GRPC: stack.address('datasets'),
      CONCH_INFERENCE_GRPC: stack.address('inference'),
      CONCH_INDEXING_LEASE_MS: '2000',
    });
    return stack;
  }

  get files(): GrpcClient<typeof FilesServiceDefinition> {
    return createGrpcClient(FilesServiceDefinition, { address: this.address('datasets'), serviceToken: TOKEN, defaultTimeoutMs: 20_000 });
  }

  get stores(): GrpcClient<typeof StoresServiceDefinition> {
    return createGrpcClient(StoresServiceDefinition, { address: this.address('retrieval'), serviceToken: TOKEN, defaultTimeoutMs: 20_000 });
  }

  /** One of its processes, to be killed and started again. */
  process(name: 'retrieval' | 'triton'): TestProcess {
    const found = this.running.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  async stop(): Promise<void> {
    closeGrpcChannels();
    for (const process of [...this.running.values()].reverse()) await process.stop();
    await this.nats.stop();
    await this.postgres.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private address(name: string): string {
    return `127.0.0.1:${this.ports.get(name)}`;
  }

  private async startService(name: ServiceName, env: Readonly<Record<string, string>>): Promise<void> {
    const { url } = await this.postgres.createDatabase();
    const health = this.address(`${name}Health`);
    const started = await TestProcess.start({
      command: process.execPath,
      args: ['--enable-source-maps', join(ROOT, 'services', name, 'dist', 'main.js')],
      env: {
        CONCH_SERVICE: name,
        CONCH_STATE_DIR: this.folder,
        CONCH_ENV_DIR: environmentFolder(),
        CONCH_REPO_DIR: ROOT,
        CONCH_DATABASE_URL: url,
        CONCH_NATS_URL: this.nats.url,
        CONCH_NATS_USER: this.nats.user,
        CONCH_NATS_PASSWORD: this.nats.password,
        CONCH_SERVICE_TOKEN: TOKEN,
        CONCH_GRPC_PORT: String(this.ports.get(name)),
        CONCH_HEALTH_PORT: health.split(':')[1] ?? '',
        CONCH_ARTIFACT_DIR: join(this.folder, 'artifacts'),
        ...env,
      },
      healthUrl: `http://${health}/healthz`,
      logPath: join(this.folder, 'logs', `${name}.log`),
    });
    this.running.set(name, started);
  }

  private async startTriton(): Promise<void> {
    const serving = join(environmentFolder(), 'serving');
    const packages = join(serving, 'lib', 'python3.11', 'site-packages');
    const ports = ['Grpc', 'Http', 'Metrics'].map((kind) => `--${kind.toLowerCase()}-port=${this.ports.get(`triton${kind}`)}`);
    const started = await TestProcess.start({
      command: join(packages, 'pytriton', 'tritonserver', 'bin', 'tritonserver'),
      args: [
        `--model-repository=${join(this.folder, 'triton-models')}`,
        `--backend-directory=${join(environmentFolder(), 'triton-backends')}`,
        '--model-control-mode=explicit',
        `--backend-config=python,shm-region-prefix-name=${this.folder.split('/').at(-1)}-`,
        ...['grpc', 'http', 'metrics'].map((kind) => `--${kind}-address=127.0.0.1`),
        ...ports,
      ],
      env: { LD_LIBRARY_PATH: [join(packages, 'nvidia_pytriton.libs'), pythonLibraries(join(serving, 'bin', 'python'))].join(':') },
      healthUrl: `http://${this.address('tritonHttp')}/v2/health/ready`,
      logPath: join(this.folder, 'logs', 'triton.log'),
    });
    this.running.set('triton', started);
  }
}

/** Where the interpreter's shared library is, which Triton's Python backend loads. */
function pythonLibraries(python: string): string {
  return execFileSync(python, ['-c', 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))'], { encoding: 'utf8' }).trim();
}
