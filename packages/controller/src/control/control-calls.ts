import { type DescMethod, type DescService, serverStreamHandler, toRpcError, unaryHandler } from '@bpfleet/contracts';
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
import { problemAsRpc } from './problem-to-rpc.ts';

/** Any service: that its methods fit it is `ControlPart`'s to say. */
export interface AnyPart {
  readonly service: DescService;
  readonly methods: object;
}

type Message = Record<string, unknown>;
type Run = (request: object, caller: Caller) => Promise<Message>;
type RunStream = (request: object, caller: Caller, signal: AbortSignal) => AsyncIterable<Message>;
/** What both kinds of calls have. */
type AnyCall = grpc.ServerUnaryCall<object, object> | grpc.ServerWritableStream<object, object>;

/** What every call of `control.v1` goes through: its token and its rule, the log, the metrics, errors as statuses. */
@Injectable()
export class ControlCalls {
  constructor(
    @Inject(AccessControl) private readonly access: AccessControl,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** What grpc-js calls for each method of a service. Throws TypeError where a caller would stream. */
  handlers({ service, methods }: AnyPart): grpc.UntypedServiceImplementation {
    const runs = methods as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      service.methods.map((method) => {
        const run = runs[method.localName];
        if (method.methodKind === 'unary' && run !== undefined) {
          return [method.localName, this.handler(method, run as Run)];
        }
        if (method.methodKind === 'server_streaming' && run !== undefined) {
          return [method.localName, this.streamHandler(method, run as RunStream)];
        }
        throw new TypeError(`${method.name} has no handler, or its caller streams`);
      }),
    );
  }

  private handler(method: DescMethod, run: Run): grpc.UntypedHandleCall {
    return unaryHandler(method, async (request, call) => {
      let answer = {};
      const answers = this.answers(method, request, call, async function* (caller) {
        yield await run(request, caller);
      });
      for await (const only of answers) answer = only;
      return answer;
    });
  }

  private streamHandler(method: DescMethod, run: RunStream): grpc.UntypedHandleCall {
    return serverStreamHandler(method, (request, call) => {
      const gone = new AbortController();
      call.once('cancelled', () => gone.abort());
      return this.answers(method, request, call, (caller) => run(request, caller, gone.signal));
    });
  }

  /** Throws RpcError. */
  private async *answers(
    method: DescMethod,
    request: object,
    call: AnyCall,
    run: (caller: Caller) => AsyncIterable<Message>,
  ): AsyncGenerator<Message, void, void> {
    const id = requestId(call.metadata.get('x-request-id')[0]);
    const answered = new grpc.Metadata();
    answered.set('x-request-id', id);
    call.sendMetadata(answered);
    const asked = {
      operation: method.localName,
      authorization: text(call.metadata.get('authorization')[0]),
      subject: subjectOf(request),
      requestId: id,
    };
    const startedAt = performance.now();
    let code = 'CANCELLED';
    try {
      yield* this.admitted(asked, run);
      code = 'OK';
    } catch (error) {
      const status = problemAsRpc(error);
      code = toRpcError(status).code;
      if (code === 'INTERNAL') {
        this.log.error({ err: error, requestId: id, method: method.name }, 'call failed');
      }
      throw status;
    } finally {
      const ms = performance.now() - startedAt;
      this.metrics.grpcCall(method.localName, code, ms / 1_000);
      const { operation, subject } = asked;
      this.log.info(
        { requestId: id, operation, ...subjectField(operation, subject), code, ms: Math.round(ms) },
        'gRPC call',
      );
    }
  }

  private async *admitted(call: Call, run: (caller: Caller) => AsyncIterable<Message>) {
    const caller = await this.access.admit(call);
    if (caller === undefined) {
      throw new Problem('internal', 'Every call of gRPC needs a token.');
    }
    try {
      yield* run(caller);
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
