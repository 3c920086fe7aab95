/** Registers: R0 result, R1-R5 arguments (lost in calls), R6-R9 kept over calls, R10 the read-only frame pointer. */
export const Register = { R0: 0, R1: 1, R2: 2, R3: 3, R4: 4, R5: 5, R6: 6, R7: 7, R8: 8, R9: 9, R10: 10 } as const;
export type Register = (typeof Register)[keyof typeof Register];
