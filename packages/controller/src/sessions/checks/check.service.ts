import { CheckRequestSchema, create } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { NodeStatus } from '../../fleet/node.repository.ts';
import { NodeService } from '../../fleet/node.service.ts';
import { type NodeAnswer, NodeQuestions } from '../../gateway/node-questions.ts';
import { questionMs } from '../../gateway/question.repository.ts';
import { planTargets } from '../plan-targets.ts';
import { checkProgram, programMessage, type SessionProgram } from '../session-program.ts';
import type { NodeCheckBody } from './check.body.ts';

/** Asks nodes whether a program would load there; nothing is attached and nothing kept. */
@Injectable()
export class CheckService {
  constructor(
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(NodeQuestions) private readonly questions: NodeQuestions,
  ) {}

  /** By name of the node. Throws Problem `invalid_program` where no node could load it, `invalid_selector`. */
  async check(program: SessionProgram, selector: string): Promise<NodeCheckBody[]> {
    checkProgram(program);
    const nodes = await this.nodes.select(selector);
    const request = create(CheckRequestSchema, { program: programMessage(program) });
    const answers = await this.questions.check(nodes, request, questionMs);
    return nodes.map((node, index) => checked(node, answers[index] ?? { kind: 'offline' }));
  }
}

function checked({ name, arch, kernel }: NodeStatus, answer: NodeAnswer): NodeCheckBody {
  const node = { node: name, arch, kernel };
  if (answer.kind !== 'answered') return { ...node, answer: answer.kind, reason: null, diagnostics: [] };
  const plan = planTargets([answer]);
  if (plan.kind === 'refused') {
    return { ...node, answer: 'refused', reason: plan.reason, diagnostics: plan.diagnostics };
  }
  return { ...node, answer: 'loads', reason: null, diagnostics: plan.targets[0]?.diagnostics ?? [] };
}
