import type { ServerResponse } from 'node:http';
import type { Logger } from '@bpfleet/runtime';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { AccessControl } from '../access/access-control.ts';
import type { ApiRequest } from '../rest/api-request.ts';
import { Problem } from './problem.ts';
import { problemBody } from './problem-schema.ts';
import { toProblem } from './to-problem.ts';

/** Answers every error of the REST API as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log: Logger;
  private readonly access: AccessControl;

  constructor(log: Logger, access: AccessControl) {
    this.log = log;
    this.access = access;
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<ApiRequest>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const problem =
      toProblem(error) ?? new Problem('internal', 'An internal error occurred; the log of the controller has it.');
    if (problem.code === 'internal') {
      const { method, url, requestId } = request;
      this.log.error({ err: error, method, url, requestId }, 'request failed');
    }
    if (request.caller !== undefined && request.call !== undefined) {
      await this.access.failed(request.caller, request.call, error);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = problemBody(problem);
    if (problem.code === 'unauthenticated') {
      response.setHeader('www-authenticate', 'Bearer');
    }
    if (problem.details.retryAfterMs !== undefined) {
      response.setHeader('retry-after', String(Math.ceil(problem.details.retryAfterMs / 1_000)));
    }
    response.statusCode = body.status;
    response.setHeader('content-type', 'application/problem+json');
    response.end(JSON.stringify(body));
  }
}
