/** A program attached somewhere. */
export interface Link {
  /** Detaches; a second time does nothing. */
  close(): void;
}
