import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller.ts';
import { boundRequest } from '../../access/token-bounds.ts';
import type { NodeStatus } from '../../fleet/node.repository.ts';
import { NodeService } from '../../fleet/node.service.ts';
import { type NodeAnswer, NodeQuestions } from '../../gateway/node-questions.ts';
import { questionMs } from '../../gateway/question.repository.ts';
import { planTargets } from '../plan-targets.ts';
import { boundedProgram, checkProgram, checkQuestion, type SessionProgram } from '../session-program.ts';
import type { NodeCheckBody } from './check.body.ts';

/** Asks nodes whether a program would load there; nothing is attached and nothing kept. */
@Injectable()
export class CheckService {
  constructor(
    @Inject(NodeService) private readonly nodes: NodeService,
    @Inject(NodeQuestions) private readonly questions: NodeQuestions,
  ) {}

  /**
   * By name of the node. Throws Problem `invalid_program` where no node could load it, `invalid_selector`, `forbidden` where the
   * token may not run it.
   */
  async check(program: SessionProgram, selector: string, caller: Caller): Promise<NodeCheckBody[]> {
    boundRequest(caller.bounds, { ...boundedProgram(program), durationMs: 0, overhead: 0 });
    checkProgram(program);
    const nodes = await this.nodes.targets(selector, caller);
    const answers = await this.questions.ask(nodes, checkQuestion(program), questionMs);
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
  const { variant } = answer.response;
  const taken = variant === '' ? {} : { variant };
  return { ...node, answer: 'loads', reason: null, ...taken, diagnostics: plan.targets[0]?.diagnostics ?? [] };
}
