import { asDigest } from '@conch/artifacts';
import { type Artifact, ArtifactForm } from '@conch/contracts/common';
import type { ArtifactReference } from './jobs/job.entity.js';

/** A reference as the contracts have it. */
export function toArtifactMessage({ digest, sizeBytes, form }: ArtifactReference): Artifact {
  return { digest, sizeBytes, form: form === 'file' ? ArtifactForm.ARTIFACT_FORM_FILE : ArtifactForm.ARTIFACT_FORM_FOLDER };
}

/** The reference that a message stands for; null when it names nothing. */
export function artifactFrom(message: Artifact | undefined): ArtifactReference | null {
  if (message === undefined || message.digest === '') return null;
  return { digest: asDigest(message.digest), sizeBytes: message.sizeBytes, form: message.form === ArtifactForm.ARTIFACT_FORM_FILE ? 'file' : 'folder' };
}
