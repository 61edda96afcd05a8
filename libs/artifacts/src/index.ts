export { ArtifactStore, type PutOptions, type StoredBlob, type StoredFolder } from './artifact-store.js';
export { asDigest, type Digest, isDigest } from './digest.js';
export { FolderArtifactStore } from './folder-artifact-store.js';
export type { FolderManifest, ManifestFile } from './manifest.js';
