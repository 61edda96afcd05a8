import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Serve } from '../http/serve.js';
import { VERSION } from '../version.js';
import { Health } from './health.js';
import { type HealthView, type HomeView, showHealth, showHome } from './home-operations.js';

/** What answers without a key. */
@Controller()
export class HomeController {
  constructor(private readonly health: Health) {}

  @Serve(showHome)
  home(@Input(showHome) _: InputOf<typeof showHome>): HomeView {
    return { name: 'Conch', version: VERSION, api: '/v1', docs: '/docs', openapi: '/openapi.json', health: '/healthz' };
  }

  @Serve(showHealth)
  async healthz(@Input(showHealth) _: InputOf<typeof showHealth>, @Res({ passthrough: true }) reply: FastifyReply): Promise<HealthView> {
    const view = await this.health.view();
    if (view.status !== 'ok') reply.code(503).header('retry-after', '1');
    return view;
  }
}
