import { randomUUID } from 'node:crypto';
import type { EnrollRequest } from '@bpfleet/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TokenService } from '../access/token.service.ts';
import { Problem } from '../problem/problem.ts';
import { CertificateAuthority, parseNodeRequest } from './certificate-authority.ts';
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
  ) {}

  /**
   * Makes a node of whoever holds a join token, and signs its key. A token serves once; but the same key with the same
   * token gets the same node again, because the first answer may have been lost. Throws Problem.
   */
  async enrol(request: EnrollRequest): Promise<Enrolment> {
    const facts = readNodeInfo(request.node);
    const csr = await parseNodeRequest(request.csrPem);
    return this.database.transaction(async (transaction) => {
      const grant = await this.tokens.claimJoin(transaction, request.token.trim());
      const known = grant.usedBy === null ? null : await this.nodes.find(grant.usedBy);
      if (
        grant.usedBy !== null &&
        (known === null || known.revokedAt !== null || !known.keyDigest.equals(csr.keyDigest))
      ) {
        throw new Problem('unauthenticated', 'The join token was used before.', {
          hint: 'A join token serves one node; make another with `bpfleet token create --join`.',
        });
      }
      const nodeId = known?.id ?? randomUUID();
      let name = known?.name;
      if (name === undefined) {
        name = await this.nodes.insert(transaction, nodeId, facts, csr.keyDigest, new Date());
        await this.tokens.markUsed(transaction, grant, nodeId);
      }
      const { pem } = await this.authority.issueNode(csr, nodeId);
      return { nodeId, name, certificatePem: pem, caPem: this.authority.pem };
    });
  }
}
