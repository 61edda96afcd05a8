import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of the documentation. */
export interface DocsFile {
  readonly type: string;
  readonly content: Buffer | string;
}

/** Everything comes from this server, so that the page works without a network and may be told to load nothing else. */
export const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** The page itself. */
export const DOCS_PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Conch API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png" sizes="32x32">
  </head>
  <body>
    <div id="docs"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, docExpansion: 'none', validatorUrl: null, tryItOutEnabled: true });\n`;

const TYPES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** A file that the page refers to; null for any other name. */
export async function readDocsFile(name: string): Promise<DocsFile | null> {
  if (name === 'start.js') return { type: TYPES['swagger-ui-bundle.js'], content: START };
  if (!isKnown(name)) return null;
  return { type: TYPES[name], content: await readFile(join(folder, name)) };
}

function isKnown(name: string): name is keyof typeof TYPES {
  return Object.hasOwn(TYPES, name);
}
