/** Whether results may be called so: a schema takes plain names alone. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9_]{1,255}$/.test(name);
}
