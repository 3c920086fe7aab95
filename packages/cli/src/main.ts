#!/usr/bin/env node
import { bpfleetProgram } from './program.ts';
import { runProgram } from './run-program.ts';

await runProgram(bpfleetProgram);
