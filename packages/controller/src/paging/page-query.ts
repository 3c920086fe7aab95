import { z } from 'zod';

export const defaultPageSize = 100;
export const maxPageSize = 1000;

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(maxPageSize).default(defaultPageSize).describe('Items a page.'),
  cursor: z.string().max(1024).optional().describe('`nextCursor` of the page before.'),
};

export const nextCursor = z.string().nullable().describe('Pass as `cursor` for the next page; null at the end.');
