// A side process where the agent runs from its packages.
import { sideWork } from './side-process.ts';

const [, , name, argument = ''] = process.argv;
await sideWork(name)?.(argument);
