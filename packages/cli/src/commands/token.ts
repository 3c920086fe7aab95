import type { CreateToken } from '@bpfleet/client';
import { wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';
import { parseTokenLimits } from './token-limits.ts';

export interface TokenOptions {
  readonly join?: boolean;
  readonly role?: ApiToken['role'];
  readonly nodes?: string;
  readonly program?: readonly string[];
  readonly limit?: string;
  readonly ttl?: string;
  readonly name?: string;
  readonly output: 'table' | 'json';
}

type ApiToken = Extract<CreateToken, { kind: 'api' }>;

/** `bpfleet token create --join | --role ROLE`: the token alone on stdout, what to do with it on stderr. */
export async function createToken(options: TokenOptions, terminal: Terminal): Promise<void> {
  const issued = await controllerClient().createToken(tokenRequest(options));
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

/** The body of POST /tokens. Throws CliError. */
function tokenRequest({ join, role, nodes, program = [], limit, ttl, name }: TokenOptions): CreateToken {
  const common = { ...(ttl === undefined ? {} : { ttl }), ...(name === undefined ? {} : { name }) };
  if (join === true) {
    if (role !== undefined || nodes !== undefined || program.length > 0 || limit !== undefined) {
      throw wrongRequest(
        '--join excludes --role, --nodes, --program and --limit.',
        'A join token enrols one node; the others are for API tokens.',
      );
    }
    return { kind: 'join', ...common };
  }
  if (role === undefined) {
    throw wrongRequest('Say which token: --join for a node, or --role viewer, operator, ci or admin for the API.');
  }
  return {
    kind: 'api',
    role,
    ...common,
    ...(nodes === undefined ? {} : { nodes }),
    ...(program.length === 0 ? {} : { programs: [...program] }),
    ...(limit === undefined ? {} : { limits: parseTokenLimits(limit) }),
  };
}
