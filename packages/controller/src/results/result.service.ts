import type { MapSchema, ResultDocument, ResultMap, ResultOutput } from '@bpfleet/aggregate';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../problem/problem.ts';
import { answerSheet, type NodeAccount } from '../sessions/node-account.ts';
import type { SessionRow } from '../sessions/session.entity.ts';
import { SessionService } from '../sessions/session.service.ts';
import { sessionSummary } from '../sessions/session-resource.ts';
import { Turns } from '../turns.ts';
import { type Grouping, labelOf, parseGrouping } from './grouping.ts';
import { MergedResults } from './merge-results.ts';
import { byWindowAndRun } from './packed-frames.ts';
import { type EventFilter, ResultRepository, type RunResult, type StoredEvent } from './result.repository.ts';
import { Rollup, withRollup } from './rollup.ts';
import { loadSchemas } from './stored-schemas.ts';

/** Lines in the result document; the event stream has them all. */
const maxOutput = 10_000;
/** An empty multirange. */
const nothingWaiting = '{}';

export interface ResultQuery {
  readonly by?: string | undefined;
  readonly map?: string | undefined;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

/** With the maps that are needed to read its frames; none where the node has not told them. */
interface ReadableRun extends RunResult {
  readonly schemas: readonly MapSchema[];
}

export type FleetResult = ResultDocument & { outputOmitted?: number };

@Injectable()
export class ResultService {
  constructor(
    @Inject(ResultRepository) private readonly results: ResultRepository,
    @Inject(SessionService) private readonly sessions: SessionService,
  ) {}

  /** The result document of a session as it is now. Throws `not_found`, `invalid_request`. */
  async document(sessionId: string, query: ResultQuery): Promise<FleetResult> {
    return this.documentOf(await this.sessions.get(sessionId), query);
  }

  /** `known`: the accounts of its nodes, where the caller has them. */
  async documentOf(session: SessionRow, query: ResultQuery, known?: readonly NodeAccount[]): Promise<FleetResult> {
    const grouping = parseGrouping(query.by);
    const [from, to] = [query.from ?? null, query.to ?? null];
    const byWindow = grouping.kind === 'window' || from !== null || to !== null;
    const [accounts, rows, { output, omitted }] = await Promise.all([
      known ?? this.sessions.accounts(session.id),
      this.results.runs(session.id),
      this.output(session.id, from, to),
    ]);
    const runs = withSchemas(rows);
    const turns = new Turns();
    const merged = await (byWindow
      ? this.fromFrames(session.id, runs, grouping, from, to)
      : this.fromRollups(session.id, runs, grouping, turns));
    return {
      session: sessionSummary(session),
      answer: answerSheet(accounts),
      maps: onlyMap(await merged.toResultMaps(turns), query.map),
      output,
      ...(omitted > 0 ? { outputOmitted: omitted } : {}),
    };
  }

  /** Events of a session, in the order in which they became known. */
  events(sessionId: string, after: bigint, limit: number, filter: EventFilter): Promise<StoredEvent[]> {
    return this.results.events(sessionId, after, limit, filter);
  }

  private async output(sessionId: string, from: Date | null, to: Date | null) {
    const events = await this.results.eventsByTime(sessionId, from, to, maxOutput);
    const total = events.length < maxOutput ? events.length : await this.results.countEvents(sessionId, from, to);
    return { output: events.map(resultOutput), omitted: total - events.length };
  }

  /** Without grouping by window or limits in time, the rollups and what waits beside them hold the answer. */
  private async fromRollups(
    sessionId: string,
    runs: readonly ReadableRun[],
    grouping: Grouping,
    turns: Turns,
  ): Promise<MergedResults> {
    const merged = new MergedResults();
    for (const run of runs) {
      const waiting: Uint8Array[] = [];
      for await (const payload of run.waiting === nothingWaiting ? [] : this.results.waiting(sessionId, run)) {
        waiting.push(payload);
      }
      withRollup(run.schemas, (rollup) => {
        if (run.rollup !== null) {
          rollup.fold(run.rollup);
        }
        for (const payload of waiting) {
          rollup.foldStored(payload);
        }
        merged.add(rollup, run.nodeId, groupOf(run, grouping));
      });
      await turns.next();
    }
    return merged;
  }

  /** The frames themselves tell what fell into which window. */
  private async fromFrames(
    sessionId: string,
    runs: readonly ReadableRun[],
    grouping: Grouping,
    from: Date | null,
    to: Date | null,
  ): Promise<MergedResults> {
    const frames = this.results.frames(sessionId, runs, from, to);
    const merged = new MergedResults();
    const schemasOf = (run: number) => runs[run - 1]?.schemas ?? [];
    if (grouping.kind === 'window') {
      for await (const parts of byWindowAndRun(frames)) {
        for (const { run, windowStart, payloads } of parts.filter((part) => schemasOf(part.run).length > 0)) {
          withRollup(schemasOf(run), (rollup) => {
            for (const payload of payloads) {
              rollup.foldStored(payload);
            }
            merged.add(rollup, runs[run - 1]?.nodeId ?? '', new Date(windowStart).toISOString());
          });
        }
      }
      return merged;
    }
    const rollups = new Map<number, Rollup>();
    for await (const page of frames) {
      for (const { run, payload } of page.filter((frame) => schemasOf(frame.run).length > 0)) {
        const rollup = rollups.get(run) ?? new Rollup(schemasOf(run));
        rollups.set(run, rollup);
        rollup.foldStored(payload);
      }
    }
    for (const [index, run] of runs.entries()) {
      const rollup = rollups.get(index + 1);
      if (rollup !== undefined) {
        merged.add(rollup, run.nodeId, groupOf(run, grouping));
      }
    }
    return merged;
  }
}

function groupOf(run: RunResult, grouping: Grouping): string | undefined {
  switch (grouping.kind) {
    case 'merged':
    case 'window':
      return undefined;
    case 'node':
      return run.name;
    case 'label':
      return labelOf(run, grouping.label);
  }
}

/** Thousands of nodes have few programs between them: the maps of each are read once. */
function withSchemas(runs: readonly RunResult[]): ReadableRun[] {
  const read = new Map<string | null, readonly MapSchema[]>([[null, []]]);
  return runs.map((run) => {
    const schemas = read.get(run.maps) ?? loadSchemas(JSON.parse(run.maps ?? '[]'));
    read.set(run.maps, schemas);
    return { ...run, schemas };
  });
}

/** Throws `not_found` where results have come and none of their maps has this name. */
function onlyMap(maps: ResultMap[], name: string | undefined): ResultMap[] {
  if (name === undefined) {
    return maps;
  }
  const wanted = name.startsWith('@') ? name : `@${name}`;
  const found = maps.filter((map) => map.name === wanted);
  if (found.length === 0 && maps.length > 0) {
    throw new Problem('not_found', `The session has no map ${wanted}.`, {
      hint: `Its maps are ${maps.map((map) => map.name).join(', ')}.`,
    });
  }
  return found;
}

export function resultOutput(event: StoredEvent): ResultOutput {
  return { node: event.node, at: event.at.toISOString(), type: event.type, text: event.text, values: event.values };
}
