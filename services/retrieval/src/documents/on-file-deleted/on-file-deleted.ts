import type { ReceivedEvent } from '@conch/events';
import type { Transaction } from 'kysely';
import type { RetrievalDatabase } from '../../database.js';

/** A file that is deleted leaves every store that it was attached to. */
export async function onFileDeleted(tx: Transaction<RetrievalDatabase>, event: ReceivedEvent<'conch.events.datasets.file.deleted'>): Promise<void> {
  await tx.deleteFrom('documents').where('project_id', '=', event.projectId).where('file_id', '=', event.message.fileId).execute();
}
