import { randomUUID } from 'node:crypto';
import type { EnrollRequest } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TokenService } from '../access/token.service.ts';
import { AuditLog } from '../audit/audit-log.ts';
import type { AuditRecord } from '../audit/audit-record.ts';
import { Refusals } from '../audit/refusals.ts';
import { Problem } from '../problem/problem.ts';
import { CertificateAuthority, parseNodeRequest } from './certificate-authority.ts';
import type { NodeRow } from './node.entity.ts';
import { NodeRepository } from './node.repository.ts';
import { readNodeInfo } from './node-info.ts';

export interface Enrolment {
  readonly nodeId: string;
  readonly name: string;
  readonly certificatePem: string;
  readonly caPem: string;
}

@Injectable()
export class EnrolmentService {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(TokenService) private readonly tokens: TokenService,
    @Inject(NodeRepository) private readonly nodes: NodeRepository,
    @Inject(CertificateAuthority) private readonly authority: CertificateAuthority,
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Refusals) private readonly refusals: Refusals,
  ) {}

  /**
   * Makes a node of whoever holds a join token, and signs its key. A token serves once; but the same key with the same
   * token gets the same node again, because the first answer may have been lost. Throws Problem.
   */
  async enrol(request: EnrollRequest): Promise<Enrolment> {
    const facts = readNodeInfo(request.node);
    const csr = await parseNodeRequest(request.csrPem);
    let reused: string | undefined;
    const enrolment = this.database.transaction(async (transaction) => {
      const grant = await this.tokens.claimJoin(transaction, request.token.trim());
      const known = grant.usedBy === null ? null : await this.nodes.find(grant.usedBy);
      if (
        grant.usedBy !== null &&
        (known === null || known.revokedAt !== null || !known.keyDigest.equals(csr.keyDigest))
      ) {
        reused = grant.tokenId;
        throw new Problem('unauthenticated', 'The join token was used before.', {
          hint: 'A join token serves one node; make another with `bpfleet token create --join`.',
        });
      }
      const nodeId = known?.id ?? randomUUID();
      const certificatePem = await this.authority.issueNode(csr, nodeId);
      let name = known?.name;
      if (name === undefined) {
        name = await this.nodes.insert(transaction, nodeId, facts, csr.keyDigest, new Date());
        await this.tokens.markUsed(transaction, grant, nodeId);
        await this.audit.append(transaction, done(nodeId, 'enrol', { name, token: grant.tokenId }));
      }
      return { nodeId, name, certificatePem, caPem: this.authority.pem };
    });
    return enrolment.finally(async () => {
      if (reused !== undefined) {
        await this.refused(`token:${reused}`, 'enrol', 'a join token was used a second time');
      }
    });
  }

  /** A new certificate for a node that showed its old one, for the key that it enrolled with. PEM. Throws Problem. */
  async renew(node: NodeRow, csrPem: string): Promise<string> {
    const csr = await parseNodeRequest(csrPem);
    if (!csr.keyDigest.equals(node.keyDigest)) {
      await this.refused(`node:${node.id}`, 'renewCertificate', 'the request is for another key');
      throw new Problem('unauthenticated', 'The request is not for the key that the node enrolled with.');
    }
    const certificatePem = await this.authority.issueNode(csr, node.id);
    await this.audit.add(done(node.id, 'renewCertificate', { name: node.name }));
    return certificatePem;
  }

  private refused(actor: string, action: string, reason: string): Promise<void> {
    return this.refusals.note({ actor, action, subject: null, requestId: null, reason });
  }
}

function done(nodeId: string, action: string, detail: Readonly<Record<string, unknown>>): AuditRecord {
  return { actor: `node:${nodeId}`, action, outcome: 'done', subject: nodeId, requestId: null, detail };
}
