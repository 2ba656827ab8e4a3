// What the compiler must refuse. Nothing here runs: the type check fails where a line marked as an error is none.
import type { Channel } from '../../src/shared/contracts/channel';
import type { Cancelled, Handlers, NoContract } from '../../src/shared/contracts/contract';

interface Small {
  requests: {
    double: [{ value: number }, number];
    greet: [{ name: string }, string];
  };
  events: { tick: { index: number } };
}

export const whole: Handlers<Small> = {
  double: ({ value }) => 2 * value,
  greet: async ({ name }) => `Hello ${name}`,
};

// @ts-expect-error A missing handler.
export const missing: Handlers<Small> = { double: ({ value }) => 2 * value };

export const wrongAnswer: Handlers<Small> = {
  ...whole,
  // @ts-expect-error An answer of another type.
  greet: ({ name }) => name.length,
};

export async function use(
  client: Channel<Small, NoContract>,
  server: Channel<NoContract, Small>,
): Promise<number> {
  // @ts-expect-error No such request.
  await client.call('halve', { value: 1 });
  // @ts-expect-error Parameters of another request.
  await client.call('double', { name: 'x' });
  // @ts-expect-error No such event.
  client.on('tock', () => {});
  // @ts-expect-error A client emits none of the server's events.
  client.emit('tick', { index: 1 });
  // @ts-expect-error An event with another payload.
  server.emit('tick', { index: 'one' });
  // @ts-expect-error A server cannot call itself.
  await server.call('double', { value: 1 });
  const answer: number | Cancelled = await client.call('double', { value: 1 });
  // @ts-expect-error Nobody may forget that a call can be cancelled.
  return answer + 1;
}
