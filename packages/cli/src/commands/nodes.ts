import type { Node } from '@bpfleet/client';
import { controllerClient } from '../controller-client.ts';
import { ago } from '../render/ago.ts';
import { bytes } from '../render/number.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

/** `bpfleet nodes [SELECTOR]` */
export async function nodes(
  selector: string,
  options: { output: 'table' | 'json' },
  terminal: Terminal,
): Promise<void> {
  const found: Node[] = [];
  for await (const node of controllerClient().nodes(selector)) {
    found.push(node);
  }
  if (options.output === 'json') {
    writeJson(terminal, { items: found });
    return;
  }
  if (found.length === 0) {
    terminal.err.write('No node yet. "bpfleet token create --join" makes a token for one to join with.\n');
    return;
  }
  terminal.out.write(nodeTable(found, terminal, Date.now()));
}

/** `bpfleet nodes revoke NODE`: nothing on stdout. */
export async function revokeNode(node: string): Promise<void> {
  await controllerClient().revokeNode(node);
}

function nodeTable(found: readonly Node[], { columns, paint }: Terminal, now: number): string {
  return renderTable(
    [
      { title: 'NAME', flexible: true },
      { title: 'STATE' },
      { title: 'ARCH' },
      { title: 'KERNEL', flexible: true },
      { title: 'CPUS', align: 'right' },
      { title: 'MEMORY', align: 'right' },
      { title: 'RUNNING', align: 'right' },
      { title: 'SEEN', align: 'right' },
      { title: 'LABELS', flexible: true },
      { title: 'FEATURES', flexible: true },
    ],
    found.map((node) => [
      node.name,
      node.state,
      node.arch,
      node.kernel,
      String(node.cpus),
      bytes(node.memoryBytes),
      String(node.running),
      node.lastSeenAt === null ? 'never' : ago(Date.parse(node.lastSeenAt), now),
      Object.entries(node.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(','),
      // Types and helpers are too many for a table: -o json has them.
      node.features.filter((feature) => !feature.includes(':')).join(','),
    ]),
    {
      width: columns,
      paint,
      paintCell: (text, row, column) =>
        column === 1 ? paint(found[row]?.state === 'online' ? 'green' : 'red', text) : text,
    },
  );
}
