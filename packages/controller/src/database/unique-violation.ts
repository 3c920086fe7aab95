/** SQLSTATE of a row that is there already. */
const uniqueViolation = '23505';

/** Whether a statement failed because there is such a row already. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === uniqueViolation;
}
