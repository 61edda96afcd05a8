import type { File as FileMessage } from '@conch/contracts/datasets';
import { unixSeconds, unixSecondsOrNull } from '../http/schemas.js';
import type { FileView } from './file-operations.js';

/** A file in OpenAI's shape. */
export function fileView(file: FileMessage): FileView {
  return {
    id: file.id,
    object: 'file',
    bytes: file.sizeBytes,
    created_at: unixSeconds(file.createdAt),
    expires_at: unixSecondsOrNull(file.expiresAt),
    filename: file.filename,
    purpose: file.purpose,
    status: file.status,
    status_details: file.statusDetails || null,
    dataset_version_id: file.datasetVersionId || null,
  };
}
