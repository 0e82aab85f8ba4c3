import { serveContestant } from '../contestants/serve.ts';
import { naiveOperations } from './operations.ts';

await serveContestant(naiveOperations);
