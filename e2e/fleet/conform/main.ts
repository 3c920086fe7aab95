// On the host: guests have it in their one file.
import { conform } from './conform.ts';

await conform(process.argv[2], process.argv[3]);
