import { writeFile } from 'node:fs/promises';
import { describeApi } from './documentation.ts';

/** Writes openapi.json beside package.json; the client is generated from it. */
await writeFile(new URL('../../openapi.json', import.meta.url), await describeApi());
