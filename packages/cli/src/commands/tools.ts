import { ApiError, type ToolSummary } from '@bpfleet/client';
import type { Tool, ToolParameter } from '@bpfleet/tools';
import { controllerClient } from '../controller-client.ts';
import { printable } from '../render/printable.ts';
import { renderTable } from '../render/table.ts';
import { folderTool, libraryTool, noTool, ownTools } from '../run/read-tool.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson } from '../write-json.ts';

export interface ToolsOptions {
  readonly output: 'table' | 'json';
}

/** `bpfleet tools [NAME]`. Without a controller, the library of this installation. Throws CliError. */
export async function tools(name: string | undefined, options: ToolsOptions, terminal: Terminal): Promise<void> {
  if (name === undefined) await listTools(options, terminal);
  else await showTool(name, options, terminal);
}

async function listTools({ output }: ToolsOptions, terminal: Terminal): Promise<void> {
  const items = await orOwn(terminal, listed, async () => [...(await ownTools()).values()].map(summaryOf));
  if (output === 'json') {
    writeJson(terminal, { items });
    return;
  }
  const { areas } = await import('@bpfleet/tools');
  const byArea = Map.groupBy(items, ({ area }) => area);
  const parts = areas.flatMap((area) => {
    const found = byArea.get(area) ?? [];
    return found.length === 0 ? [] : [`${terminal.paint('bold', area)}\n${areaTable(found, terminal)}`];
  });
  terminal.out.write(parts.join('\n'));
  terminal.err.write(`${terminal.paintErr('dim', `${items.length} tools: "bpfleet tools NAME" tells more of one.`)}\n`);
}

/** Names are as wide in every area, so that summaries stand below each other. */
function areaTable(found: readonly ToolSummary[], { columns }: Terminal): string {
  const width = 18;
  return renderTable(
    [{ title: '' }, { title: '', flexible: true }],
    found.map(({ name, summary }) => [`  ${name.padEnd(width)}`, summary]),
    { width: columns },
  ).replace(/^\n/, '');
}

async function showTool(name: string, { output }: ToolsOptions, terminal: Terminal): Promise<void> {
  const tool =
    (await folderTool(name)) ??
    (await orOwn(
      terminal,
      () => libraryTool(name),
      async () => {
        const own = await ownTools();
        const found = own.get(name);
        if (found === undefined) throw await noTool(name, [...own.keys()]);
        return found;
      },
    ));
  if (output === 'json') {
    const { manifest, variants, digest, documentation } = tool;
    writeJson(terminal, { ...manifest, variants, digest, documentation });
    return;
  }
  terminal.out.write(toolText(tool, terminal));
}

function toolText({ manifest, variants, digest }: Tool, { paint, columns }: Terminal): string {
  const { name, summary, area, overhead, parameters, outputs, related, example } = manifest;
  const table = (rows: readonly (readonly string[])[]) =>
    renderTable([{ title: '' }, { title: '' }, { title: '', flexible: true }], rows, { width: columns })
      .replace(/^\n/, '')
      .replace(/^(?=.)/gm, '  ');
  const part = (title: string, text: string) => (text === '' ? '' : `\n${paint('bold', title)}\n${text}`);
  const printed = manifest.columns === undefined ? '' : `  printed lines: ${manifest.columns.join(' ')}\n`;
  return [
    `${paint('bold', name)}: ${printable(summary)}\n`,
    `${area}, overhead ${overhead}, ${digest}\n`,
    part('Parameters, after --', table(parameters.map((each) => [namesText(each), rangeText(each), each.summary]))),
    part(
      'Outputs',
      table(outputs.map(({ map, keys, unit, summary: of }) => [`${map}${keysText(keys)}`, unit ?? '', of])) + printed,
    ),
    part(
      'Variants',
      table(
        variants.map(({ name: variant, kernels, arch = [], needs = '' }) => [
          variant,
          [kernels, ...arch].join(' '),
          needs,
        ]),
      ),
    ),
    part('Example', `  ${printable(example)}\n`),
    related.length === 0 ? '' : `\nSee also: ${related.join(', ')}\n`,
  ].join('');
}

function keysText(keys: readonly string[]): string {
  return keys.length === 0 ? '' : `[${keys.join(', ')}]`;
}

/** `[--pattern]` may also stand alone. */
function namesText({ name, short, position }: ToolParameter): string {
  const long = position === undefined ? `--${name}` : `[--${name}]`;
  return short === undefined ? long : `${long}, -${short}`;
}

/** What may be given, and what holds where nothing is. */
function rangeText(parameter: ToolParameter): string {
  const fallback = parameter.default === undefined || parameter.default === '' ? '' : ` (${parameter.default})`;
  switch (parameter.type) {
    case 'integer':
      return `${parameter.min}..${parameter.max}${fallback}`;
    case 'choice':
      return `${parameter.choices.join('|')}${fallback}`;
    case 'string':
      return `text${fallback}`;
    case 'boolean':
      return `true|false${fallback}`;
  }
}

async function listed(): Promise<ToolSummary[]> {
  const items: ToolSummary[] = [];
  for await (const item of controllerClient().tools()) items.push(item);
  return items;
}

/** What the controller says, or what is here where there is none. */
async function orOwn<T>({ err }: Terminal, ask: () => Promise<T>, own: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.code === 'unreachable')) throw error;
    err.write('No controller answers; this is the library of this installation.\n');
    return own();
  }
}

function summaryOf({ manifest: { name, summary, area, overhead }, digest }: Tool): ToolSummary {
  return { name, summary, area, overhead, digest };
}
