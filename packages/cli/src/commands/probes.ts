import type { ProbeList } from '@bpfleet/client';
import { ExitStatus } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { grouped } from '../render/number.ts';
import { printable } from '../render/printable.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

export interface ProbesOptions {
  readonly nodes: string;
  /** With what each probe gives. */
  readonly verbose?: boolean;
  readonly limit: number;
  readonly output: 'table' | 'json';
}

/** `bpfleet probes PATTERN`: a line for each probe that some node has. Exit status 1 where none has one. Throws CliError. */
export async function probes(pattern: string, options: ProbesOptions, terminal: Terminal): Promise<number> {
  const list = await controllerClient().probes({
    ...{ pattern, nodes: options.nodes, limit: options.limit },
    arguments: options.verbose === true ? 'true' : 'false',
  });
  if (options.output === 'json') writeJson(terminal, list);
  else {
    terminal.out.write(probesText(list, terminal));
    terminal.err.write(terminal.paintErr('dim', toldBy(list, options.limit)));
  }
  return list.items.length === 0 ? ExitStatus.gateFailed : ExitStatus.done;
}

/** As bpftrace lists them; where not all nodes have a probe, with how many do. */
export function probesText({ items, nodes: { answered } }: ProbeList, { paint }: Pick<Terminal, 'paint'>): string {
  return items
    .map(({ name, nodes, arguments: list }) => {
      const some = nodes < answered ? paint('yellow', `  (on ${grouped(nodes)} of ${grouped(answered)} nodes)`) : '';
      const fields = list.map(({ type, name: field }) => `    ${printable(`${type} ${field}`.trimEnd())}\n`);
      return `${printable(name)}${some}\n${fields.join('')}`;
    })
    .join('');
}

function toldBy({ items, nodes: { chosen, asked, answered }, more }: ProbeList, limit: number): string {
  if (chosen === 0) return 'No node matches the selector. "bpfleet nodes" lists them.\n';
  const silent = answered < asked ? `; ${grouped(asked - answered)} did not answer` : '';
  const of = `${grouped(items.length)} probes, as ${grouped(asked)} of ${grouped(chosen)} nodes tell${silent}.\n`;
  return more ? `${of}There are more: --limit ${limit * 10}, or a closer pattern.\n` : of;
}
