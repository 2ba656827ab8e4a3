// The child of the fork tests: serves the test contract to its parent.
import { Channel } from '../../../src/shared/contracts/channel';
import type { NoContract } from '../../../src/shared/contracts/contract';
import { parentPort } from '../../../src/shared/contracts/nodePort';
import { testHandlers, type TestContract } from './testContract';

const channel = new Channel<NoContract, TestContract>(parentPort(process));
channel.handle(testHandlers(channel));
channel.onClose(() => process.exit(0));
