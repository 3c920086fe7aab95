import { gzipSync } from 'node:zlib';
import type { ResultDocument } from '@bpfleet/client';
import { wrongRequest } from '../cli-error.ts';
import { controllerClient } from '../controller-client.ts';
import { renderAnswerSheet } from '../render/answer-sheet.ts';
import { renderCsv } from '../render/csv.ts';
import { plural } from '../render/number.ts';
import { printable } from '../render/printable.ts';
import { renderPrometheus } from '../render/prometheus/render-prometheus.ts';
import { renderResultMap, topEntries } from '../render/result-map.ts';
import { chooseProfile, chooseProfiles } from '../render/stacks/choose-profiles.ts';
import { renderFolded } from '../render/stacks/folded.ts';
import { encodePprof } from '../render/stacks/pprof.ts';
import { speedscopeFile } from '../render/stacks/speedscope.ts';
import type { StackProfile } from '../render/stacks/stack-profile.ts';
import { outputOf, type ToolView } from '../render/tool-view.ts';
import { viewOf } from '../run/view-of.ts';
import type { Terminal } from '../terminal.ts';
import { version } from '../version.ts';
import { writeJson, writeJsonLine } from '../write-json.ts';
import { DEFAULT_TOP, groupTitle, type ResultsOptions, requireGrouping } from './results-options.ts';

/** `bpfleet results ID`: what is there now, also of a session that is still running. */
export async function results(id: string, options: ResultsOptions, terminal: Terminal): Promise<void> {
  const { by, map } = options;
  requireGrouping(by);
  if (options.compare !== undefined || options.compareGroups !== undefined) {
    const { compare } = await import('./compare-results.ts');
    await compare(id, options, terminal);
    return;
  }
  const found = await controllerClient().results(id, {
    ...(by === undefined ? {} : { by }),
    ...(map === undefined ? {} : { map }),
  });
  await writeResults(found, options, terminal);
}

async function writeResults(found: ResultDocument, options: ResultsOptions, terminal: Terminal): Promise<void> {
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
    case 'folded': {
      const profile = chooseProfile(maps, format);
      terminal.out.write(renderFolded(profile));
      tellLeftOut([profile], terminal);
      break;
    }
    case 'pprof': {
      const profile = chooseProfile(maps, format);
      if (terminal.outIsTerminal) {
        throw wrongRequest('pprof is binary, and stdout is a terminal.', 'Write it to a file: > profile.pb.gz');
      }
      terminal.out.write(gzipSync(encodePprof(profile, found.session)));
      tellLeftOut([profile], terminal);
      break;
    }
    case 'speedscope': {
      const profiles = chooseProfiles(maps, format);
      writeJsonLine(terminal, speedscopeFile(profiles, `session ${found.session.id}`, `bpfleet@${version()}`));
      tellLeftOut(profiles, terminal);
      break;
    }
    case 'prometheus':
      terminal.out.write(renderPrometheus({ ...found, maps }, by));
      break;
    case 'table': {
      const view = await viewOf(found.session);
      const reading = { groupTitle: groupTitle(by), view };
      terminal.out.write(renderMaps(found.maps, terminal, top ?? DEFAULT_TOP, reading));
      terminal.out.write(renderAnswerSheet(found.answer, terminal.paint, terminal.columns));
      break;
    }
  }
}

function tellLeftOut(profiles: readonly StackProfile[], { err }: Terminal): void {
  for (const { name, leftOut } of profiles) {
    if (leftOut > 0) {
      err.write(
        `${printable(name)}: ${plural(leftOut, 'stack')} left out, for a profile has only what is above zero.\n`,
      );
    }
  }
}

/** Every map that holds anything, each followed by an empty line. */
export function renderMaps(
  maps: ResultDocument['maps'],
  { paint, columns }: Pick<Terminal, 'paint' | 'columns'>,
  top: number,
  { groupTitle, view }: { readonly groupTitle?: string | undefined; readonly view?: ToolView | undefined } = {},
): string {
  const options = { paint, width: columns, top, ...(groupTitle === undefined ? {} : { groupTitle }) };
  return maps
    .filter(({ entries }) => entries.length > 0)
    .map((map) => `${renderResultMap(map, { ...options, output: outputOf(view, map.name) })}\n`)
    .join('');
}
