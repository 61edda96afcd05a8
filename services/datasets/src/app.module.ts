import { ArtifactStore, FolderArtifactStore } from '@conch/artifacts';
import { Outbox, OutboxRelay } from '@conch/events';
import type { Foundations } from '@conch/process';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { DatasetsConfig } from './config.js';
import type { DatasetsDatabase } from './database.js';
import { AdoptFile } from './files/adopt-file/adopt-file.js';
import { DeleteFile } from './files/delete-file/delete-file.js';
import { ExpireFiles } from './files/expire-files/expire-files.js';
import { FileRepository } from './files/file.repository.js';
import { FilesController } from './files/files.controller.js';
import { PostgresFileRepository } from './files/postgres-file.repository.js';
import { ReadFile } from './files/read-file/read-file.js';
import { TrainingIntake } from './files/training-intake.js';
import { UploadFile } from './files/upload-file/upload-file.js';
import { DatasetVersionRepository } from './versions/dataset-version.repository.js';
import { DatasetsController } from './versions/datasets.controller.js';
import { GetDatasetVersion } from './versions/get-dataset-version/get-dataset-version.js';
import { PostgresDatasetVersionRepository } from './versions/postgres-dataset-version.repository.js';

const now = (): Date => new Date();

function providers(config: DatasetsConfig, { database, nats, logger, metrics }: Foundations<DatasetsDatabase>): Provider[] {
  return [
    { provide: ArtifactStore, useFactory: () => FolderArtifactStore.open(config.CONCH_ARTIFACT_DIR) },
    { provide: FileRepository, useFactory: () => new PostgresFileRepository(database, new Outbox<DatasetsDatabase>(), now) },
    { provide: DatasetVersionRepository, useFactory: () => new PostgresDatasetVersionRepository(database) },
    {
      provide: FilesController,
      inject: [FileRepository, ArtifactStore],
      useFactory: (files: FileRepository, artifacts: ArtifactStore) =>
        new FilesController(files, {
          upload: new UploadFile(files, artifacts, new TrainingIntake(artifacts, config.CONCH_MAX_ROW_BYTES), config.CONCH_MAX_FILE_BYTES, now),
          adopt: new AdoptFile(files, artifacts, now),
          remove: new DeleteFile(files),
          read: new ReadFile(files, artifacts),
        }),
    },
    {
      provide: DatasetsController,
      inject: [DatasetVersionRepository, FileRepository],
      useFactory: (versions: DatasetVersionRepository, files: FileRepository) => new DatasetsController(versions, new GetDatasetVersion(versions, files)),
    },
    {
      provide: ExpireFiles,
      inject: [FileRepository],
      useFactory: (files: FileRepository) => new ExpireFiles(files, logger, config.CONCH_EXPIRY_INTERVAL_MS, now),
    },
    { provide: OutboxRelay, useFactory: () => new OutboxRelay({ database, nats, logger, metrics }) },
  ];
}

/** The wiring diagram of the datasets service. */
@Module({})
export class AppModule {
  static with(config: DatasetsConfig, connections: Foundations<DatasetsDatabase>): DynamicModule {
    const parts = providers(config, connections);
    return { module: AppModule, providers: parts, exports: parts };
  }
}
