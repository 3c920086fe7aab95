import { X509Certificate } from 'node:crypto';
import {
  create,
  type EnrollRequest,
  EnrollRequestSchema,
  type EnrollResponse,
  type NodeInfo,
  type RpcError,
  toRpcError,
} from '@bpfleet/contracts';
import { AgentError } from '../agent-error.ts';
import { failureReason } from '../uplink/failure-kind.ts';
import { requestCertificate } from './certificate-request.ts';
import { fetchCa } from './fetch-ca.ts';
import { openFleetClient } from './fleet-channel.ts';
import type { HostPort } from './host-port.ts';
import type { Identity } from './identity.ts';
import { parseJoinToken } from './join-token.ts';

const timeoutMs = 15_000;

/**
 * Turns a one-time join token into an identity: verifies the controller by the token's pin, then has it sign a new key.
 * Throws AgentError: `invalid_token`, `wrong_pin`, `controller_unreachable`, `token_refused`, `enrolment_refused`.
 */
async function enroll(address: HostPort, token: string, node: NodeInfo): Promise<Identity> {
  const { pin } = parseJoinToken(token);
  const ca = await fetchCa(address, pin);
  const { keyPem, csrPem } = requestCertificate(node.name);
  const answer = await callEnroll(address, ca, create(EnrollRequestSchema, { token: token.trim(), csrPem, node }));
  const certificate = new X509Certificate(answer.certificatePem);
  if (!certificate.verify(new X509Certificate(ca).publicKey) || !answer.nodeId) {
    throw new AgentError(
      'enrolment_refused',
      `the controller at ${address.text} answered with a certificate that its own authority did not sign`,
    );
  }
  return {
    nodeId: answer.nodeId,
    name: answer.name || node.name,
    keyPem,
    certificatePem: answer.certificatePem,
    caPem: ca,
  };
}

/** At the first of the fleet's controllers that can be reached. Throws like `enroll`. */
export async function enrollAtAny(
  addresses: readonly [HostPort, ...HostPort[]],
  token: string,
  node: NodeInfo,
): Promise<Identity> {
  const [first, ...others] = addresses;
  try {
    return await enroll(first, token, node);
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !(error instanceof AgentError) || error.code !== 'controller_unreachable') throw error;
    return enrollAtAny([next, ...rest], token, node);
  }
}

async function callEnroll(address: HostPort, ca: string, request: EnrollRequest): Promise<EnrollResponse> {
  const client = openFleetClient(address, { ca });
  try {
    return await client.enroll(request, { deadlineMs: timeoutMs });
  } catch (error) {
    throw refusal(address, toRpcError(error));
  } finally {
    client.close();
  }
}

function refusal(address: HostPort, error: RpcError): AgentError {
  switch (error.code) {
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
    case 'NOT_FOUND':
    case 'FAILED_PRECONDITION':
      return new AgentError('token_refused', `the controller refused the join token: ${error.message}`, {
        cause: error,
      });
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return new AgentError(
        'controller_unreachable',
        `the controller at ${address.text} cannot be reached: ${failureReason(error)}`,
        {
          cause: error,
        },
      );
    default:
      return new AgentError(
        'enrolment_refused',
        `the controller at ${address.text} did not enrol this node: ${error.message}`,
        {
          cause: error,
        },
      );
  }
}
