import type { CreateToken } from '@bpfleet/client';
import { wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

export interface TokenOptions {
  readonly join?: boolean;
  readonly role?: NonNullable<CreateToken['role']>;
  readonly ttl?: string;
  readonly name?: string;
  readonly output: 'table' | 'json';
}

/** `bpfleet token create --join | --role ROLE`: the token alone on stdout, what to do with it on stderr. */
export async function createToken(options: TokenOptions, terminal: Terminal): Promise<void> {
  if (options.join === true && options.role !== undefined) {
    throw wrongRequest(
      '--join and --role exclude each other.',
      'A join token enrols one node; a role is for API tokens.',
    );
  }
  if (options.join !== true && options.role === undefined) {
    throw wrongRequest('Say which token: --join for a node, or --role viewer, operator, ci or admin for the API.');
  }
  const issued = await controllerClient().createToken({
    kind: options.join === true ? 'join' : 'api',
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  if (options.output === 'json') {
    writeJson(terminal, issued);
    return;
  }
  terminal.out.write(`${issued.token}\n`);
  const until = issued.expiresAt === null ? 'It does not expire.' : `It is good until ${issued.expiresAt}.`;
  const next = options.join
    ? 'For one node; there: bpfleet agent --join TOKEN --controller HOST:7072.'
    : 'Shown this once; use it as BPFLEET_TOKEN.';
  terminal.err.write(`${terminal.paintErr('dim', `${until} ${next}`)}\n`);
}
