import { Refusal } from '@conch/errors';
import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Input } from '../http/input.js';
import type { InputOf } from '../http/operation.js';
import { Operations } from '../http/operations.js';
import { Serve } from '../http/serve.js';
import { VERSION } from '../version.js';
import { showDocs, showDocsFile, showOpenApi } from './docs-operations.js';
import { DOCS_PAGE, DOCS_POLICY, readDocsFile } from './docs-page.js';
import { openApiDocument } from './open-api.js';

/** What the gateway says of itself. */
@Controller()
export class DocsController {
  private document: string | null = null;

  constructor(private readonly operations: Operations) {}

  @Serve(showOpenApi)
  openApi(@Input(showOpenApi) _: InputOf<typeof showOpenApi>, @Res() reply: FastifyReply): void {
    this.document ??= JSON.stringify(openApiDocument(this.operations.all(), VERSION));
    reply.type('application/json').send(this.document);
  }

  @Serve(showDocs)
  page(@Input(showDocs) _: InputOf<typeof showDocs>, @Res() reply: FastifyReply): void {
    reply.type('text/html; charset=utf-8').header('content-security-policy', DOCS_POLICY).send(DOCS_PAGE);
  }

  @Serve(showDocsFile)
  async file(@Input(showDocsFile) { params }: InputOf<typeof showDocsFile>, @Res() reply: FastifyReply): Promise<void> {
    const file = await readDocsFile(params.file);
    if (file === null) throw new Refusal('not_found', 'UNKNOWN_URL', 'The documentation has no such file. GET /docs shows it.');
    reply.type(file.type).headers({ 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' }).send(file.content);
  }
}
