import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a refused sender is listened to, so that it reads the refusal instead of finding its connection broken. */
const LINGER_MS = 2_000;

/** Ends the connection of a sender that was refused while it is still sending: after the refusal is out, and not at once. */
export function hangUp({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.complete || raw.destroyed) return;
  reply.header('connection', 'close');
  raw.resume();
  const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref();
  raw.once('close', () => clearTimeout(timer));
}
