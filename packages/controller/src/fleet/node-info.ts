import type { NodeInfo } from '@bpfleet/contracts';
import { Problem } from '../problem/problem.ts';

/** What a node says about itself, within bounds. */
export interface NodeFacts {
  readonly name: string;
  readonly arch: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly agentVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly missing: Readonly<Record<string, string>>;
}

const maxName = 253;
const maxItems = 512;
const maxReason = 2_000;
const namePattern = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const labelPattern = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/** Throws `invalid_request` that names the field. */
export function readNodeInfo(info: NodeInfo | undefined): NodeFacts {
  if (info === undefined) {
    throw new Problem('invalid_request', 'The request does not say what the node is.');
  }
  if (info.name.length > maxName || !namePattern.test(info.name)) {
    throw new Problem('invalid_request', 'The name of the node must be of letters, digits, ".", "_" and "-".');
  }
  const labels = bounded('labels', Object.entries(info.labels));
  const wrong = labels.find(
    ([key, value]) => !labelPattern.test(key) || key.length > maxName || !isText(value, maxName),
  );
  if (wrong !== undefined) {
    throw new Problem('invalid_request', `The label ${JSON.stringify(wrong[0].slice(0, maxName))} is not valid.`);
  }
  const cpus = Math.min(info.cpus, 1_000_000);
  const memoryBytes =
    info.memoryBytes > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(info.memoryBytes);
  return {
    name: info.name,
    arch: text('arch', info.arch),
    kernel: text('kernel', info.kernel),
    cpus,
    memoryBytes,
    agentVersion: text('agent_version', info.agentVersion),
    labels: Object.fromEntries(labels),
    features: bounded('features', info.features).map((feature) => text('features', feature)),
    missing: Object.fromEntries(
      bounded('missing', Object.entries(info.missing)).map(([key, why]) => [
        text('missing', key),
        why.slice(0, maxReason).replaceAll('\u0000', ''),
      ]),
    ),
  };
}

function bounded<T>(field: string, items: readonly T[]): readonly T[] {
  if (items.length > maxItems) {
    throw new Problem('invalid_request', `A node has at most ${maxItems} ${field}.`);
  }
  return items;
}

function text(field: string, value: string): string {
  if (!isText(value, maxName)) {
    throw new Problem('invalid_request', `The field ${field} of the node is not valid.`);
  }
  return value;
}

function isText(value: string, limit: number): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  return value.length <= limit && !/[\u0000-\u001f]/.test(value);
}
