/** Where `break`, `continue` and `return` lead within a loop. */
export interface LoopExits {
  break(): void;
  continue(): void;
  /** Absent: out of the program at once. */
  return?(): void;
}
