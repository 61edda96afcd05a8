import { timingSafeEqual } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { KeyOwner } from '../../http/caller.js';
import { digestOf, looksLikeKey } from '../key.entity.js';
import { KeyMissing, KeyUnknown } from '../key.errors.js';
import { KeyRepository } from '../key.repository.js';

interface Known {
  readonly owner: KeyOwner;
  readonly sha256: Buffer;
  readonly until: number;
}

/** A deletion is announced; should the announcement be lost, a key still lives no longer than this in a cache. */
const REMEMBER_MS = 60_000;
const MAX_REMEMBERED = 10_000;
const SCHEME = /^Bearer +(\S+)$/i;

/** Says whose key a request carries; a key that was seen lately costs a digest and nothing else. */
@Injectable()
export class Authenticate implements OnModuleInit, OnApplicationShutdown {
  private readonly known = new Map<string, Known>();
  private stopListening: (() => Promise<void>) | null = null;

  constructor(private readonly keys: KeyRepository) {}

  async onModuleInit(): Promise<void> {
    this.stopListening = await this.keys.onDeleted((sha256Hex) => this.forget(sha256Hex));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stopListening?.();
  }

  /** The owner at once when the key is remembered, else a promise of it. Throws, or rejects with, KeyMissing or KeyUnknown. */
  execute(authorization: string | undefined): KeyOwner | Promise<KeyOwner> {
    if (authorization === undefined || authorization === '') throw new KeyMissing();
    const presented = SCHEME.exec(authorization)?.[1];
    if (presented === undefined) throw new KeyMissing();
    if (!looksLikeKey(presented)) throw new KeyUnknown(presented);
    const sha256 = digestOf(presented);
    const remembered = this.known.get(sha256.toString('hex'));
    if (remembered !== undefined && remembered.until > Date.now() && timingSafeEqual(remembered.sha256, sha256)) return remembered.owner;
    return this.lookUp(presented, sha256);
  }

  private async lookUp(presented: string, sha256: Buffer): Promise<KeyOwner> {
    const key = await this.keys.findByDigest(sha256);
    if (key === null || !timingSafeEqual(key.sha256, sha256)) throw new KeyUnknown(presented);
    const owner: KeyOwner = { projectId: key.projectId, projectName: key.projectName, keyId: key.id };
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    this.known.set(sha256.toString('hex'), { owner, sha256: key.sha256, until: Date.now() + REMEMBER_MS });
    return owner;
  }

  /** An empty name means that announcements may have been missed. */
  private forget(sha256Hex: string): void {
    if (sha256Hex === '') this.known.clear();
    else this.known.delete(sha256Hex);
  }
}
