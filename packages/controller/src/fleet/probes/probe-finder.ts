import { create, ListProbesRequestSchema, type ListProbesResponse } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller.ts';
import { NodeQuestions } from '../../gateway/node-questions.ts';
import { questionMs } from '../../gateway/question.repository.ts';
import { Problem } from '../../problem/problem.ts';
import { NodeService } from '../node.service.ts';
import { nodesToAsk } from './nodes-to-ask.ts';
import { maxPattern, type ProbeListBody } from './probe.body.ts';

const maxAsked = 64;
/** Of a node's texts: a kernel's names are far shorter. */
const maxText = 1_024;
const maxArguments = 64;

export interface WantedProbes {
  /** bpftrace's search pattern. */
  readonly pattern: string;
  readonly selector: string;
  readonly arguments: boolean;
  /** Of each node, and of all together. */
  readonly limit: number;
}

/** Asks nodes which probes they have. */
@Injectable()
export class ProbeFinder {
  constructor(
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(NodeQuestions) private readonly questions: NodeQuestions,
  ) {}

  /** By name of the probe. Throws `invalid_request`, `invalid_selector`, `forbidden`. */
  async find({ pattern, selector, limit, ...wanted }: WantedProbes, caller: Caller): Promise<ProbeListBody> {
    if (pattern === '' || pattern.length > maxPattern) {
      throw new Problem('invalid_request', `A search pattern has 1 to ${maxPattern} characters.`, {
        pointer: '/pattern',
      });
    }
    const chosen = await this.nodes.targets(selector, caller);
    const asked = nodesToAsk(chosen, maxAsked);
    const value = create(ListProbesRequestSchema, { pattern, limit, arguments: wanted.arguments });
    const answers = await this.questions.ask(asked, { case: 'probes', value }, questionMs);
    const lists = answers.flatMap((answer) => (answer.kind === 'answered' ? [answer.response] : []));
    const { items, more } = mergeProbes(lists, limit);
    return { items, nodes: { chosen: chosen.length, asked: asked.length, answered: lists.length }, more };
  }
}

function mergeProbes(lists: readonly ListProbesResponse[], limit: number): Pick<ProbeListBody, 'items' | 'more'> {
  const found = new Map<string, ProbeListBody['items'][number]>();
  for (const { probes } of lists) {
    for (const { name, arguments: args } of new Map(
      probes.slice(0, limit).map((probe) => [probe.name, probe]),
    ).values()) {
      const known = found.get(name);
      if (known === undefined)
        found.set(name, {
          name: name.slice(0, maxText),
          arguments: args.slice(0, maxArguments).map(argument),
          nodes: 1,
        });
      else known.nodes++;
    }
  }
  const items = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const more = items.length > limit || lists.some(({ matched }) => matched > limit);
  return { items: items.slice(0, limit), more };
}

function argument({ type, name }: { readonly type: string; readonly name: string }) {
  return { type: type.slice(0, maxText), name: name.slice(0, maxText) };
}
