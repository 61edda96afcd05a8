import { DatasetsServiceDefinition, FilesServiceDefinition } from '@conch/contracts/datasets';
import { DeploymentsServiceDefinition, GenerationServiceDefinition } from '@conch/contracts/inference';
import { RegistryServiceDefinition } from '@conch/contracts/registry';
import { StoresServiceDefinition } from '@conch/contracts/retrieval';
import { JobsServiceDefinition } from '@conch/contracts/training';
import { type GrpcClient, type NatsClient, createGrpcClient, createNatsClient } from '@conch/rpc';
import type { NatsConnection } from '@nats-io/transport-node';

/** Where the peers are found. */
export interface PeerAddresses {
  readonly CONCH_SERVICE_TOKEN: string;
  readonly CONCH_DATASETS_GRPC: string;
  readonly CONCH_TRAINING_GRPC: string;
  readonly CONCH_INFERENCE_GRPC: string;
  readonly CONCH_RETRIEVAL_GRPC: string;
  readonly CONCH_CALL_TIMEOUT_MS: number;
}

/** The services behind the gateway: short questions go over NATS, bytes, tokens and answers of any size over one gRPC channel a service. */
export class Peers {
  readonly files: NatsClient<typeof FilesServiceDefinition>;
  readonly fileBytes: GrpcClient<typeof FilesServiceDefinition>;
  readonly datasets: NatsClient<typeof DatasetsServiceDefinition>;
  readonly jobs: NatsClient<typeof JobsServiceDefinition>;
  readonly jobStreams: GrpcClient<typeof JobsServiceDefinition>;
  readonly registry: NatsClient<typeof RegistryServiceDefinition>;
  readonly generation: GrpcClient<typeof GenerationServiceDefinition>;
  readonly deployments: NatsClient<typeof DeploymentsServiceDefinition>;
  readonly stores: NatsClient<typeof StoresServiceDefinition>;
  readonly storeTexts: GrpcClient<typeof StoresServiceDefinition>;

  constructor(nats: NatsConnection, at: PeerAddresses) {
    const serviceToken = at.CONCH_SERVICE_TOKEN;
    const defaultTimeoutMs = at.CONCH_CALL_TIMEOUT_MS;
    const overNats = (service: string) => ({ nats, service, serviceToken, defaultTimeoutMs });
    this.files = createNatsClient(FilesServiceDefinition, overNats('datasets'));
    this.datasets = createNatsClient(DatasetsServiceDefinition, overNats('datasets'));
    // An upload lasts as long as its sender needs; it is watched for standing still instead of being given a deadline.
    this.fileBytes = createGrpcClient(FilesServiceDefinition, { address: at.CONCH_DATASETS_GRPC, serviceToken });
    this.jobs = createNatsClient(JobsServiceDefinition, overNats('training'));
    this.jobStreams = createGrpcClient(JobsServiceDefinition, { address: at.CONCH_TRAINING_GRPC, serviceToken, defaultTimeoutMs });
    this.registry = createNatsClient(RegistryServiceDefinition, overNats('registry'));
    this.generation = createGrpcClient(GenerationServiceDefinition, { address: at.CONCH_INFERENCE_GRPC, serviceToken, defaultTimeoutMs });
    this.deployments = createNatsClient(DeploymentsServiceDefinition, overNats('inference'));
    this.stores = createNatsClient(StoresServiceDefinition, overNats('retrieval'));
    this.storeTexts = createGrpcClient(StoresServiceDefinition, { address: at.CONCH_RETRIEVAL_GRPC, serviceToken, defaultTimeoutMs });
  }
}
