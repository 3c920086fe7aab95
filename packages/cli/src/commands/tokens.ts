import type { Token } from '@bpfleet/client';
import { atMost } from '../at-most.ts';
import { controllerClient } from '../controller-client.ts';
import { ago } from '../render/ago.ts';
import { printable } from '../render/printable.ts';
import { renderTable } from '../render/table.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

interface Output {
  readonly output: 'table' | 'json';
}

/** `bpfleet token list`: the newest first. */
export async function listTokens({ limit, output }: Output & { limit: number }, terminal: Terminal): Promise<void> {
  const items = await atMost(limit, controllerClient().tokens());
  if (output === 'json') {
    writeJson(terminal, { items });
    return;
  }
  const titles = [
    { title: 'TOKEN' },
    { title: 'KIND' },
    { title: 'ROLE' },
    { title: 'STATE' },
    { title: 'MADE', align: 'right' },
    { title: 'UNTIL' },
    { title: 'NAME', flexible: true },
    { title: 'BOUNDS', flexible: true },
  ] as const;
  const rows = items.map((token) => [
    token.id,
    token.kind,
    token.role ?? '-',
    token.state,
    `${ago(Date.parse(token.createdAt), Date.now())} ago`,
    token.expiresAt ?? '-',
    printable(token.name),
    printable(bounds(token)),
  ]);
  const { columns, paint } = terminal;
  terminal.out.write(renderTable(titles, rows, { width: columns, paint }));
}

/** `bpfleet token revoke ID`: nothing on stdout but `{}` for JSON. */
export async function revokeToken(id: string, { output }: Output, terminal: Terminal): Promise<void> {
  await controllerClient().revokeToken(id);
  if (output === 'json') {
    writeJson(terminal, {});
  }
}

function bounds({ nodes, programs, limits }: Token): string {
  const all = [
    nodes === null ? '' : `nodes ${nodes}`,
    programs === null ? '' : `${programs.length} ${programs.length === 1 ? 'program' : 'programs'}`,
    limits.for === null ? '' : `for ${limits.for}`,
    limits.overhead === null ? '' : `overhead ${limits.overhead * 100} %`,
    limits.nodes === null ? '' : `${limits.nodes} nodes`,
  ];
  return all.filter((each) => each !== '').join('; ');
}
