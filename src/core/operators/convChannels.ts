// Channels of convolutions. Of a depthwise one an input channel goes with its outputs; other groups must stay equal in
// size, so that each of them loses the channels at the same place.
import { attribute } from '../ir/graph';
import { inputAxis, outputAxis, sameAxes, type ChannelLink, type ChannelRule, type Place } from './channels';

/** Weight [output channels, input channels / group, kernel…], bias as input 2. */
export const convChannels: ChannelRule = ({ node, inputShape }) => {
  const image = inputShape(0);
  const [outputs, perGroup] = inputShape(1) ?? [];
  if (typeof outputs !== 'number' || typeof perGroup !== 'number') return undefined;
  const groups = attribute(node, 'group', 'int') ?? 1;
  if (groups < 1) return undefined;
  return grouped({
    groups,
    inputs: groups * perGroup,
    outputs,
    weightInputs: groups > 1 && perGroup === 1 ? undefined : inputAxis(1, 1),
    weightInputsAt: (channel) => channel % perGroup,
    weightOutputs: inputAxis(1, 0),
    weightOutputsAt: (channel) => channel,
    batch: image !== undefined,
  });
};

/** With an activation, and a summand of the output's shape as input 3. */
export const fusedConvChannels: ChannelRule = (context) => {
  const facts = convChannels(context);
  return facts && { ...facts, links: [...facts.links, ...sameAxes(context.outputShape(0), undefined, 3)] };
};

/** Weight [input channels, output channels / group, kernel…], bias as input 2. */
export const convTransposeChannels: ChannelRule = ({ node, inputShape }) => {
  const [inputs, perGroup] = inputShape(1) ?? [];
  if (typeof inputs !== 'number' || typeof perGroup !== 'number') return undefined;
  const groups = attribute(node, 'group', 'int') ?? 1;
  if (groups < 1) return undefined;
  const depthwise = groups > 1 && groups === inputs;
  return grouped({
    groups,
    inputs,
    outputs: groups * perGroup,
    weightInputs: inputAxis(1, 0),
    weightInputsAt: (channel) => channel,
    weightOutputs: depthwise ? undefined : inputAxis(1, 1),
    weightOutputsAt: (channel) => channel % perGroup,
    batch: true,
  });
};

interface GroupedConvolution {
  readonly groups: number;
  /** Channels of all groups together. */
  readonly inputs: number;
  readonly outputs: number;
  /** The axes of the weight, where channels can be removed from them, and the position of a channel there. */
  readonly weightInputs: Place | undefined;
  readonly weightInputsAt: (channel: number) => number;
  readonly weightOutputs: Place | undefined;
  readonly weightOutputsAt: (channel: number) => number;
  readonly batch: boolean;
}

function grouped(init: GroupedConvolution): ReturnType<ChannelRule> {
  const { groups, inputs, outputs, weightInputs, weightOutputs } = init;
  const [source, target] = [inputAxis(0, 1), outputAxis(0, 1)];
  const links: ChannelLink[] = [{ a: inputAxis(2, 0), b: target }];
  if (init.batch) links.push({ a: inputAxis(0, 0), b: outputAxis(0, 0) });
  if (weightInputs) links.push({ a: source, b: weightInputs, at: (i) => [init.weightInputsAt(i)] });
  if (weightOutputs) links.push({ a: target, b: weightOutputs, at: (i) => [init.weightOutputsAt(i)] });
  if (groups === 1) return { links };
  if (groups === inputs) {
    const multiplier = outputs / groups;
    const at = (i: number): readonly number[] =>
      Array.from({ length: multiplier }, (_, j) => i * multiplier + j);
    links.push({ a: source, b: target, at });
    return { links, sizes: [{ in: { attribute: 'group' }, places: [source] }] };
  }
  links.push(
    { a: source, b: source, at: (i) => [i % (inputs / groups)] },
    { a: target, b: target, at: (i) => [i % (outputs / groups)] },
  );
  return { links };
}
