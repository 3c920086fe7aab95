import { z } from 'zod';

const defaultPageSize = 100;
const maxPageSize = 1000;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize).describe('Items a page.'),
  cursor: z.string().max(1024).optional().describe('`nextCursor` of the page before.'),
};

/** Items a page, as a gRPC request asks for them; 0 is as many as usual. */
export function pageSize({ pageSize: asked }: { readonly pageSize: number }): number {
  return Math.min(asked || defaultPageSize, maxPageSize);
}

export const nextCursor = z.string().nullable().describe('Pass as `cursor` for the next page; null at the end.');

export const PageQuery = z.object(pageQuery);
export type PageQuery = z.infer<typeof PageQuery>;
