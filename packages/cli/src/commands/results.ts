import type { ResultDocument } from '@bpfleet/client';
import { wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { renderAnswerSheet } from '../render/answer-sheet.ts';
import { renderCsv } from '../render/csv.ts';
import { renderResultMap, topEntries } from '../render/result-map.ts';
import type { Terminal } from '../terminal.ts';
import { writeJson, writeJsonLine } from '../write-json.ts';

export type ResultsFormat = 'table' | 'json' | 'ndjson' | 'csv';

export interface ResultsOptions {
  readonly map?: string;
  readonly by?: string;
  readonly top?: number;
  readonly format?: ResultsFormat;
  readonly output: 'table' | 'json';
}

/** Entries of a group that a table shows where `--top` does not say. */
export const DEFAULT_TOP = 40;

/** `bpfleet results ID`: what is there now, also of a session that is still running. */
export async function results(id: string, options: ResultsOptions, terminal: Terminal): Promise<void> {
  const { by, map } = options;
  if (by !== undefined && !/^(node|window|label:.+)$/.test(by)) {
    throw wrongRequest(`--by ${by}: group by node, window or label:KEY.`);
  }
  const found = await controllerClient().results(id, {
    ...(by === undefined ? {} : { by }),
    ...(map === undefined ? {} : { map }),
  });
  writeResults(found, options, terminal);
}

function writeResults(found: ResultDocument, options: ResultsOptions, terminal: Terminal): void {
  const { by, output, top } = options;
  const format = options.format ?? output;
  const maps = found.maps.map((each) => ({ ...each, entries: topEntries(each.entries, top ?? 0) }));
  switch (format) {
    case 'json':
      writeJson(terminal, { ...found, maps });
      break;
    case 'ndjson':
      for (const { name, kind, entries } of maps) {
        for (const entry of entries) {
          writeJsonLine(terminal, { map: name, kind, ...entry });
        }
      }
      break;
    case 'csv':
      terminal.out.write(renderCsv(maps));
      break;
    case 'table': {
      const groupTitle = by?.replace(/^label:/, '').toUpperCase();
      terminal.out.write(renderMaps(found.maps, terminal, top ?? DEFAULT_TOP, groupTitle));
      terminal.out.write(renderAnswerSheet(found.answer, terminal.paint, terminal.columns));
      break;
    }
  }
}

/** Every map that holds anything, each followed by an empty line. */
export function renderMaps(
  maps: ResultDocument['maps'],
  { paint, columns }: Pick<Terminal, 'paint' | 'columns'>,
  top: number,
  groupTitle?: string,
): string {
  const options = { paint, width: columns, top, ...(groupTitle === undefined ? {} : { groupTitle }) };
  return maps
    .filter(({ entries }) => entries.length > 0)
    .map((map) => `${renderResultMap(map, options)}\n`)
    .join('');
}
