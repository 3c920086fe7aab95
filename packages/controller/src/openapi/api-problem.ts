import { ApiDefaultResponse } from '@nestjs/swagger';

/** Documents that every error of the route is a problem (RFC 9457). */
export const ApiProblem = () =>
  ApiDefaultResponse({
    description: 'An error',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
