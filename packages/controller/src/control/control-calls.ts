import { type DescMethod, type DescService, toRpcError, unaryHandler } from '@bpfleet/contracts';
import type { Logger } from '@bpfleet/runtime';
import * as grpc from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { AccessControl, type Call } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';
import { LOGGER } from '../config/tokens.ts';
import { Metrics } from '../metrics/metrics.ts';
import { Problem } from '../problem/problem.ts';
import { requestId } from '../rest/request-id.ts';
import { subjectField } from '../rest/subject-field.ts';
import { problemToRpc } from './problem-to-rpc.ts';

/** Any service: that its methods fit it is `ControlPart`'s to say. */
export interface AnyPart {
  readonly service: DescService;
  readonly methods: object;
}

type Run = (request: object, caller: Caller) => Promise<Record<string, unknown>>;

/** What every call of `control.v1` goes through: its token and its rule, the log, the metrics, errors as statuses. */
@Injectable()
export class ControlCalls {
  constructor(
    @Inject(AccessControl) private readonly access: AccessControl,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** What grpc-js calls for each method of a service. Throws TypeError where one streams. */
  handlers({ service, methods }: AnyPart): grpc.UntypedServiceImplementation {
    const runs = methods as Readonly<Record<string, Run>>;
    return Object.fromEntries(
      service.methods.map((method) => {
        const run = runs[method.localName];
        if (method.methodKind !== 'unary' || run === undefined) {
          throw new TypeError(`${method.name} streams or has no handler`);
        }
        return [method.localName, this.handler(method, run)];
      }),
    );
  }

  private handler(method: DescMethod, run: Run): grpc.UntypedHandleCall {
    return unaryHandler(method, async (request, call) => {
      const id = requestId(call.metadata.get('x-request-id')[0]);
      const answered = new grpc.Metadata();
      answered.set('x-request-id', id);
      call.sendMetadata(answered);
      const admitted = {
        operation: method.localName,
        authorization: text(call.metadata.get('authorization')[0]),
        subject: subjectOf(request),
        requestId: id,
      };
      const startedAt = performance.now();
      let code = 'OK';
      try {
        return await problemToRpc(() => this.run(admitted, request, run));
      } catch (error) {
        code = toRpcError(error).code;
        if (code === 'INTERNAL') {
          this.log.error({ err: error, requestId: id, method: method.name }, 'call failed');
        }
        throw error;
      } finally {
        const ms = performance.now() - startedAt;
        this.metrics.grpcCall(method.localName, code, ms / 1_000);
        const { operation, subject } = admitted;
        this.log.info(
          { requestId: id, operation, ...subjectField(operation, subject), code, ms: Math.round(ms) },
          'gRPC call',
        );
      }
    });
  }

  private async run(call: Call, request: object, run: Run): Promise<Record<string, unknown>> {
    const caller = await this.access.admit(call);
    if (caller === undefined) {
      throw new Problem('internal', 'Every call of gRPC needs a token.');
    }
    try {
      return await run(request, caller);
    } catch (error) {
      await this.access.failed(caller, call, error);
      throw error;
    }
  }
}

/** What a request names: its field is called by its kind in some, and `id` in others. */
function subjectOf(request: object): string | undefined {
  const { id, sessionId, node, digest } = request as Partial<Record<string, unknown>>;
  return [id, sessionId, node, digest].map(text).find((each) => each !== undefined);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
