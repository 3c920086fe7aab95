/** Where the statements that leave something lead from where the program is being written. */
export interface Exits {
  /** Absent outside of loops. */
  break?(): void;
  continue?(): void;
  /** Out of the function that is written out in place of its call. Absent outside of functions. */
  return?(): void;
  /** Out of the program. Absent: at once. */
  exit?(): void;
}
