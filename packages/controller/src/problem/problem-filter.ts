import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@bpfleet/runtime';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { Problem } from './problem.ts';
import { problemBody } from './problem-schema.ts';
import { toProblem } from './to-problem.ts';

/** Answers every error of the REST API as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log: Logger;

  constructor(log: Logger) {
    this.log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<IncomingMessage>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    const problem =
      toProblem(error) ?? new Problem('internal', 'An internal error occurred; the log of the controller has it.');
    if (problem.code === 'internal') {
      this.log.error({ err: error, method: request.method, url: request.url }, 'request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const body = problemBody(problem);
    if (problem.code === 'unauthenticated') {
      response.setHeader('www-authenticate', 'Bearer');
    }
    response.statusCode = body.status;
    response.setHeader('content-type', 'application/problem+json');
    response.end(JSON.stringify(body));
  }
}
