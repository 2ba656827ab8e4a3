// Run by tests as a process of its own: opens each model file that it is given, reads every tensor's ends, and prints
// one line of JSON per file. What a hostile file does to it then shows in that line, or in the process.
import { openModel } from '../../src/core/formats/openModel';
import { CounterweightError } from '../../src/shared/base/errors';
import { graphsWithin, storedTensors } from '../../src/core/ir/traversal';

for (const file of process.argv.slice(2)) {
  console.log(JSON.stringify({ file, outcome: outcomeOf(file) }));
}

function outcomeOf(file: string): string {
  try {
    const model = openModel(file);
    const graphs = [...graphsWithin(model.graph)];
    const tensors = graphs.flatMap((graph) => [...storedTensors(graph).values()]);
    for (const tensor of tensors) {
      if (tensor.byteLength === 0) continue;
      tensor.bytes(0, 1);
      tensor.bytes(tensor.byteLength - 1, 1);
    }
    const nodes = graphs.reduce((sum, graph) => sum + graph.nodes.length, 0);
    const elements = tensors.reduce((sum, tensor) => sum + tensor.elements, 0);
    const notes = model.notes.map(({ code }) => ` ${code}`).join('');
    return `${nodes} nodes, ${tensors.length} tensors of ${elements}${notes}`;
  } catch (error) {
    return CounterweightError.is(error) ? error.code : `UNEXPECTED ${String(error)}`;
  }
}
