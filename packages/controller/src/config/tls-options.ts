import { readFile } from 'node:fs/promises';
import type { SecureContextOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { ControllerError } from '../controller-error.ts';
import type { ApiEndpoint } from './controller-config.ts';

/** What TLS needs of an endpoint's files; undefined where it is to be plain. Throws ControllerError `invalid_config`. */
export async function tlsOptions({ tls }: ApiEndpoint, what: string): Promise<SecureContextOptions | undefined> {
  if (tls === undefined) {
    return undefined;
  }
  try {
    const [cert, key] = await Promise.all([readFile(tls.certificate), readFile(tls.key)]);
    const options = { cert, key, minVersion: 'TLSv1.2' } as const;
    createSecureContext(options);
    return options;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ControllerError('invalid_config', `The certificate and key for ${what} cannot be used: ${why}.`, {
      cause,
    });
  }
}
