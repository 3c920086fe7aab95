import { AgentError } from '../agent-error.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
  /** As a person wrote it. */
  readonly text: string;
}

/** Reads `HOST:PORT`; an IPv6 address stands in brackets. Throws AgentError `invalid_config`. */
export function parseHostPort(text: string): HostPort {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (!host || port < 1 || port > 65535) {
    throw new AgentError(
      'invalid_config',
      `"${text}" is not an address: it should read HOST:PORT, with a port of 1 to 65535`,
    );
  }
  return { host, port, text };
}

/** One or more of them, separated by commas: the controllers of one fleet. Throws like `parseHostPort`. */
export function parseHostPorts(text: string): [HostPort, ...HostPort[]] {
  const [first = '', ...others] = text.split(',').map((each) => each.trim());
  return [parseHostPort(first), ...others.map(parseHostPort)];
}
