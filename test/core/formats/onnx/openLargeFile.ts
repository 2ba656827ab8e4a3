// Run as a process of its own: opens a model and reads four bytes of its tensor, and prints how much memory that took.
import { openModel } from '../../../../src/core/formats/openModel';

const model = openModel(process.argv[2]!);
const tensor = model.graph.initializers[0]!;
const bytes = tensor.bytes(4 * 300_000_000, 4);
console.log(
  JSON.stringify({
    elements: tensor.elements,
    value: new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true),
    inputs: model.graph.inputs.map(({ name }) => name),
    opset: model.opsets.get(''),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
