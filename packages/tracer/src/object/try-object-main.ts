import { readFileSync } from 'node:fs';
import type { TraceLimits } from '../api.ts';
import { TraceError } from '../trace-error.ts';
import { ObjectTrace } from './object-trace.ts';
import { prepareObject } from './prepare-object.ts';
import { REFUSED } from './try-object.ts';

/** The object comes on stdin, its limits as an argument. What it throws as an error, the caller will find by itself. */
const limits: TraceLimits = JSON.parse(process.argv[2] ?? '{}');
try {
  new ObjectTrace(prepareObject({ kind: 'object', object: readFileSync(0) }, limits)).close();
} catch (error) {
  if (!(error instanceof TraceError)) throw error;
  process.exitCode = REFUSED;
}
