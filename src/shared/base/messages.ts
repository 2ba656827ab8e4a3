// Every sentence that the engine can say to a person, as a template by code. The engine sends the code and its
// values; whoever shows it (CLI, editor, panel) makes the sentence, in the reader's language.

/** Errors: what is wrong, where, and what to do. */
export const errorTemplates = {
  FILE_NOT_FOUND: 'There is no file {path}. Check the path.',
  FILE_IS_FOLDER: '{path} is a folder. Name the model file inside it.',
  FILE_UNREADABLE: '{path} cannot be read ({reason}). Check its permissions.',
  FILE_EMPTY: '{path} is empty. Export or download the model again.',
  FORMAT_UNKNOWN: '{path} is not a model file that Counterweight knows: {found}. Supported: {supported}.',
  ORT_FORMAT:
    '{path} is in the format of ONNX Runtime (.ort), which cannot be changed. Use the .onnx file that it was made from.',
  ONNX_CORRUPT: '{path} is not a whole ONNX file: {problem}. Export or download it again.',
  EXTERNAL_DATA_MISSING:
    'Tensor {tensor} of {path} is stored in {location}, which is missing or too short. Put that file beside the model.',
  EXTERNAL_PATH_REFUSED:
    'Tensor {tensor} of {path} points to {location}, outside the folder of the model. It is not read; export the model again with its data beside it.',
  TENSOR_SIZE_MISMATCH:
    'Tensor {tensor} of {path} is declared as {declared}, which takes {expected} bytes, but {actual} are stored. Export the model again.',
  GRAPH_INVALID: 'The graph of {path} is not valid: {problem}. Export the model again.',
  MODEL_TOO_LARGE: 'The model takes {bytes} bytes in one piece, more than the {limit} that are possible.',
  NOTHING_TO_DO: 'There is nothing to change in {path}: {reason}.',
  TRIAGE_NEEDS_DATA:
    'Finding out why a model is worse needs samples to measure on, and this run was made without data. Quantize again and choose data, or call the command line: counterweight triage ORIGINAL QUANTIZED --data DATA.',
  STEP_NEEDS_DATA:
    'Step {step} needs data to train on. Give some: glyphs, a folder of images, or a .npz, .csv or .yaml file.',
  CALIBRATION_NEEDS_DATA:
    'Static quantization of activations observes them on samples. Give training data, with --data on the command line; or set the option activations.random, and ranges are those of random inputs.',
  NOT_TRAINABLE: '{path} cannot be trained: {reason}.',
  STEP_INVALID: 'Step {step}: {problem}.',
  ARCHITECTURE_INVALID: 'Architecture {architecture}: {problem}.',
  DATA_INVALID: 'The data {data} cannot be used: {problem}.',
  DATA_PICKLED:
    '{data} holds Python objects, which may run code when they are read and are never read here. Save the array as numbers.',
  DATA_CELL_INVALID:
    'Line {line} of {data} cannot be used: column {column} holds {cell}, where a number is expected. Correct it, or leave the column out with ignore.',
  DATA_CELL_MISSING:
    'Line {line} of {data} cannot be used: column {column} is empty. Fill it in or remove the line, or leave the column out with ignore.',
  DATA_IMAGE_INVALID: 'The image {path} cannot be used: {problem}. Replace it or remove it from the folder.',
  TRAINING_DIVERGED:
    'Training {path} diverged in epoch {epoch}, step {step}: the loss is {loss}, from {start} at the start, and layer {layer} is out of bounds. Try learningRate {learningRate}, or clipNorm {clipNorm}.',
  CHECKPOINT_MISMATCH:
    '{path} is the checkpoint of another run: the {difference} differs. Resume that run as it was started, or delete the file to start anew.',
  CHECKPOINT_DAMAGED:
    'The checkpoint {path} cannot be used: {problem}. Delete it and run again; training then starts anew.',
  BUDGET_INVALID:
    '{budget} is no budget: {problem}. Write it like macs<=2M, parameters<=50k, bytes<=200kB or latency<=2ms.',
  SEARCH_NOTHING_FITS:
    'No network of {architectures} keeps {budget}. The smallest, {smallest}, has {cost}: {factor} times as much. Raise the budget, or name an architecture that can be smaller.',
  SEARCH_ALL_DIVERGED:
    'Training diverged for all {count} networks of the search in {path}. Check the data: inputs should be of the order of 1, which normalize sees to.',
  OUTPUT_EXISTS: '{path} exists already. Choose another name or folder; nothing was overwritten.',
  OUTPUT_UNWRITABLE: '{path} cannot be written ({reason}). Choose another folder.',
  DISK_FULL: 'There is no space left to write {path}. Free some space or choose another folder.',
  RUNTIME_MISSING: 'ONNX Runtime could not be loaded on this machine: {problem}.',
  RUNTIME_REFUSED: 'ONNX Runtime cannot run {path}: {problem}',
  MODELS_DIFFER: '{a} and {b} cannot be compared: {problem}.',
  HEADS_MISSING:
    '{path} has no heads of attention to remove: {reason}. Take out channels with granularity channel, or set weights to zero with element, n:m or block.',
  LAYER_UNKNOWN: '{path} has no layer {layer}.',
  ENGINE_DIED:
    'The engine process ended while it was working ({reason}). The original file is untouched. Last in its log: {log}',
  ENGINE_NOT_STARTED:
    'The engine process could not be started with {node}: {problem}. Check the setting counterweight.nodePath.',
  CONNECTION_CLOSED: 'The connection was closed: {reason}.',
  RUN_INTERRUPTED:
    'The window or the computer was closed while this was running. The original file is untouched. Resume it where that is offered, or run it again.',
  RUN_CANCELLED: 'This run was cancelled, so it has no result. Run it again to get one.',
  RECIPE_INVALID: 'The recipe {path} cannot be used: {problem}.',
  RUN_UNFINISHED: '{path} holds a run that was not finished. Resume it, or remove that folder to start anew.',
  RUN_WITHOUT_REPORT: 'There is no report of the run in {folder}. Run it again to get one.',
  WORKSPACE_UNTRUSTED:
    'Compressing, training and diagnosing run a process and write files, so they need a workspace that you trust. Inspecting works without.',
  NOT_A_DISK_FILE: '{path} is not a file on this disk. Save it to a folder first.',
  USAGE: '{problem}',
  INTERNAL: 'Internal error: {problem}. This is a bug; the log has its details.',
  NOT_A_RUN:
    '{path} is no run that can be judged: {problem}. Name the folder of a run, its report.json, a recipe (.yaml) or a model file.',
} as const;

/** Notes: what is worth knowing about a file or a result, without being an error. */
export const noteTemplates = {
  MACS_ASSUME: 'MACs are counted for {assumed}.',
  MACS_UNKNOWN: 'MACs of {count} nodes are unknown ({operators}).',
  MACS_ONCE:
    'MACs of the graphs inside {operators} are counted once; how often they run is not known before running.',
  MACS_ALTERNATIVES: 'Of the branches of {count} conditional nodes, the one with the most MACs is counted.',
  VALUES_NOT_FINITE: 'Tensor {tensor} has {count} values that are infinite or no numbers.',
  OPERATOR_UNKNOWN:
    'Operator {operator} of domain {domain} is unknown; its weights are kept as they are ({count} nodes).',
  RUNTIME_CANNOT_LOAD: 'ONNX Runtime cannot run this file: {problem}',
  NOT_A_NETWORK: 'This is no neural network: it holds {operators} and has no weight tensors.',
  TENSOR_TYPE_UNKNOWN:
    'Tensor {tensor} has an element type that is unknown here ({type}); it is kept as it is.',
  SPARSE_TENSOR: 'Sparse tensor {tensor} is kept as it is.',
  OPSET_RAISED: 'The opset was raised from {from} to {to}, which quantization needs.',
  CONTRIB_QUANTIZE:
    'Opset {opset} cannot be raised because of {operators}; the dequantizing nodes are of the domain com.microsoft.',
  CALIBRATED:
    '{count} values between layers are rounded to grids, whose ranges ({observer}) were observed on {samples} training samples.',
  CALIBRATED_AT_RANDOM:
    'Warning: {count} values between layers are rounded to grids, whose ranges ({observer}) were observed on {samples} random inputs. Those of real inputs may be quite different; give data before the model is used.',
  RANGE_REDUCED: 'Weights have 7 bits in place of 8: {reason}.',
  RANGE_UNKNOWN:
    'Whether this CPU multiplies 8-bit numbers exactly cannot be told here. If it is an x86 CPU without VNNI, set the option reduceRange to on.',
  ACTIVATIONS_STAY_REAL: 'Only weights are quantized: {reason}.',
  LAYERS_STAY_REAL: 'Layers {layers} compute with real numbers: {reason}.',
  ACTIVATIONS_ROUNDED:
    'ONNX Runtime may round the activations of {count} quantized matrix products to 8 bits too; its session option session.qdq_matmulnbits_accuracy_level = 1 prevents that.',
  NOT_IN_GROUPS: 'Tensor {tensor} has a scale for each channel instead of each group: {reason}.',
  BITS_CHOSEN: 'Bits by layer, as the budget and what each harms decide: {layers}.',
  BIT_BUDGET_MISSED: 'The budget {budget} cannot be met with these bits; what comes nearest has {reached}.',
  NOT_QUANTIZED: 'Tensor {tensor} keeps its type: {reason}.',
  LAYER_ROUNDED:
    'Layer {layer} is rounded to a relative error of {after} of its outputs, where rounding to nearest has {before}.',
  ROUNDED_TO_NEAREST: 'Layer {layer} is rounded to nearest: {reason}.',
  BATCH_FIXED:
    'The graph of {path} is made for {batch} samples at once, so that it is trained in steps of {batch} samples instead of {wanted}.',
  NOT_PRUNED: 'Tensor {tensor} is not pruned: {reason}.',
  HEADS_REMOVED: '{removed} of {total} heads of attention were taken out of the network.',
  HEADS_LEFT: '{left} of {heads} heads are left in the attention that these layers make: {layers}.',
  HEADS_KEPT: 'Attention that keeps all of its heads, because {reason}: {layers}.',
  CHANNELS_REMOVED:
    '{removed} of {total} removable channels, in {groups} groups, were taken out of the network.',
  CHANNELS_KEPT: 'Layers that keep all of their channels, because {reason}: {layers}.',
  LAYER_REPLACED:
    'Layer {layer} is now {parts}: {after} instead of {before} weights, with a relative error of {error} of the weights.',
  LAYER_REPLACED_OUTPUTS:
    'Layer {layer} is now {parts}: {after} instead of {before} weights, with a relative error of {error} of its outputs.',
  LAYER_REPLACED_RANDOM:
    'Layer {layer} is now {parts} with random weights: {after} instead of {before} weights.',
  COMPACT_AFTER_PRUNE:
    'The new layers hold few of the zeros that an earlier step made. Prune after making layers compact.',
  LAYERS_KEPT: 'Layers that stay as they are, because {reason}: {layers}.',
  SENSITIVITY_UNCHANGED: 'No setting changes these layers, so that they are not listed: {layers}.',
  NOT_RECONSTRUCTED: 'The other weights of layer {layer} are left as they are: {reason}.',
  TRAINING_NO_BETTER:
    'No epoch had a lower validation loss than the network before training, so that its weights are kept. Try a lower learning rate.',
  SEARCH_FEWER: 'Only {count} different networks of these architectures keep the budget, of {wanted} wanted.',
  SEARCH_WINNER_DIVERGED:
    'Trained for all epochs, trial {trial} diverged; the next best trial was taken in its place.',
  SEARCH_TIME_VARIES:
    'Measured again at the end, the winner took {cost}, more than the budget: times vary with what else the machine does.',
  SEARCH_NO_TEST: 'The data has no test samples: the winner was measured on those alone that chose it.',
  SPARSE_NOT_SMALLER:
    'Zeros are stored like other numbers: they make the file smaller only when it is zipped or coded.',
  SPARSE_NOT_FASTER: 'ONNX Runtime has no sparse kernels: zeros in a weight do not make it faster.',
  SMALLER_NOT_FASTER:
    'The file is smaller, but ONNX Runtime computes as much as before: weights in fewer bits are turned back into full numbers when the model runs.',
  FEWER_MACS_NOT_FASTER:
    'The model multiplies less, but a run of it does not take less time: where layers are small, starting operators and moving memory takes longer than multiplying.',
  NOT_MEASURED:
    'The files were not run, as was asked for: what the run changed in outputs, accuracy and time was not measured, nor that ONNX Runtime runs the result. `counterweight compare` measures the outputs, `counterweight evaluate` the rest.',
  INPUTS_RANDOM: 'Outputs were compared on random inputs; give data to see what the loss means for them.',
  OUTPUTS_NOT_COMPARED: 'Outputs were not compared: {problem}',
  OUTPUT_NOT_COMPARED: 'Output {output} was not compared: {problem}.',
  OUTPUT_NOT_FINITE:
    'Output {output} has {count} values that are not finite in one of the two models; its error is that of the others.',
  LAYERS_UNMATCHED: '{count} layers of {path} have no counterpart and were not compared: {layers}.',
  TENSORS_RESIZED:
    '{count} tensors have another shape in the other model, so that their values were not compared: {tensors}.',
  TENSOR_UNMATCHED: 'Tensor {tensor} of layer {layer} was not compared: {problem}.',
  LOSS_NOT_FINITE: 'In epoch {epoch} the loss became infinite, no number, or far larger than at the start.',
  LOSS_EXPLODED: 'The training loss of {loss} is far above the {start} that the run started from.',
  LOSS_COLLAPSED:
    'The training loss was {best} in epoch {epoch} and is back at {loss}: what was learned is lost.',
  LOSS_ABOVE_GUESSING: 'The training loss of {loss} stays above the {baseline} of guessing.',
  LOSS_ABOVE_MEAN: 'The training loss of {loss} stays above the {baseline} of always predicting the mean.',
  EPOCHS_FEW: 'Too few epochs to judge: {epochs}, where it takes {needed}.',
  DECLINE_LARGE:
    'Accuracy falls from {train} on training to {validation} on validation samples: a decline of {decline}, above the usual limit of {limit}.',
  DECLINE_SMALL:
    'Accuracy is {train} on training and {validation} on validation samples: a decline of {decline}, within the usual limit of {limit}.',
  DECLINE_UNCERTAIN:
    'Accuracy falls from {train} on training to {validation} on validation samples, a decline of {decline}; {samples} validation samples are too few to be sure of it.',
  EXPLAINED_DECLINE_LARGE:
    'The network explains {train} of the training targets and {validation} of the validation targets: a decline of {decline}, above the usual limit of {limit}.',
  EXPLAINED_DECLINE_SMALL:
    'The network explains {train} of the training targets and {validation} of the validation targets: a decline of {decline}, within the usual limit of {limit}.',
  LOSS_GAP: 'The validation loss is {validation}, the training loss {train}: a gap of {gap}.',
  GAP_GROWS: 'The gap between the losses grew by {change} per epoch over the last {epochs} epochs.',
  GAP_SHRINKS: 'The gap between the losses shrank by {change} per epoch over the last {epochs} epochs.',
  GAP_STEADY: 'The gap between the losses hardly changed over the last {epochs} epochs.',
  VALIDATION_ROSE:
    'The validation loss is {rise} above its lowest, {best} in epoch {epoch}, while the training loss went on falling; more than {limit} is a turn.',
  VALIDATION_NEAR_BEST:
    'The validation loss is near its lowest, {best} in epoch {epoch}: {rise} above it, where more than {limit} is a turn.',
  VALIDATION_ABOVE_BEST:
    'The validation loss is {rise} above its lowest, {best} in epoch {epoch}, but not long enough or not with a falling training loss: that can be noise.',
  EPOCHS_SINCE_BEST: 'Epochs since the lowest validation loss, in epoch {epoch}: {since}.',
  ACCURACY_DECLINED: 'The validation accuracy was {best} in epoch {epoch} and is {accuracy} now.',
  TRAINING_POOR:
    'On its own training samples the network is right in {accuracy} of the cases, where guessing reaches {guessing}.',
  TRAINING_GOOD:
    'The network has learned its training samples: it is right in {accuracy} of the cases, where guessing reaches {guessing}.',
  LOSS_AGAINST_GUESSING: 'The training loss is {loss}; guessing has {baseline}.',
  LOSS_AGAINST_MEAN: 'The training loss is {loss}; always predicting the mean has {baseline}.',
  LOSS_FALLING: 'The training loss still falls, by {change} per epoch over the last {epochs} epochs.',
  LOSS_FLAT: 'The training loss has hardly fallen over the last {epochs} epochs.',
  VALIDATION_BETTER:
    'Validation is better than training by {points} points of accuracy, more than chance explains: its samples are easier, or the network knows them.',
  SAMPLES_SHARED: '{shared} of {validation} validation samples ({share}) are training samples too.',
  SAMPLES_APART: 'None of {validation} validation samples is a training sample too.',
  PARAMETERS_MANY:
    '{parameters} parameters are trained on {samples} samples, {ratio} for each: enough to learn them by heart.',
  PARAMETERS_FEW:
    '{parameters} parameters are trained on {samples} samples, {ratio} for each: too few to learn them by heart.',
  PARAMETERS_PER_SAMPLE: '{parameters} parameters are trained on {samples} samples, {ratio} for each.',
  DATA_HELPS:
    'With {to} instead of {from} training samples the validation loss falls from {before} to {after} and the gap goes from {gapBefore} to {gapAfter}: more data would help.',
  DATA_HELPS_NOT:
    'With {to} instead of {from} training samples the validation loss goes from {before} to {after} and the gap from {gapBefore} to {gapAfter}: more data would hardly help.',
  PRUNING_HELPS:
    'With the smallest {sparsity} of the weights set to zero the gap goes from {gapBefore} to {gapAfter} and the validation loss from {before} to {after}: weights hold what does not carry over.',
  PRUNING_HELPS_NOT:
    'With the smallest {sparsity} of the weights set to zero, without training afterwards, the gap goes from {gapBefore} to {gapAfter} and the validation loss from {before} to {after}.',
  GAP_NARROWED:
    '{what} narrowed the generalization gap from {before} to {after} points of accuracy, by {difference} with a standard error of {error}.',
  GAP_WIDENED:
    '{what} widened the generalization gap from {before} to {after} points of accuracy, by {difference} with a standard error of {error}.',
  GAP_UNCERTAIN:
    '{what} took the generalization gap from {before} to {after} points of accuracy, a difference of {difference}; that is less than its standard error of {error}, so that it can be chance.',
  ACCURACY_ROSE:
    'Accuracy on validation data rose by {difference} points to {after}, with a standard error of {error}.',
  ACCURACY_FELL:
    'Accuracy on validation data fell by {difference} points to {after}, with a standard error of {error}.',
  ACCURACY_UNCERTAIN:
    'Accuracy on validation data went from {before} to {after}, which is within the standard error of {error} points.',
  LOSS_GAP_CHANGED:
    '{what} took the gap between the losses from {before} to {after}, and the validation loss from {lossBefore} to {lossAfter}; how much of that is chance was not measured.',
  SPECTRUM_OVERTRAINED:
    'The weight spectra of these layers have exponents below 2, as over-trained layers do: {layers}.',
  SPECTRUM_UNDERTRAINED:
    'The weight spectra of these layers have exponents above 6, as under-trained layers do: {layers}.',
  SPECTRUM_TYPICAL:
    'The weight spectra of {count} of {layers} layers have exponents from 2 to 6, as well-trained layers do.',
  SPECTRUM_SKIPPED: 'The weight spectra of {count} layers were not fitted: {reason}.',
  ADVICE_STOP_AT: 'Stop after epoch {epoch}: the validation loss was {best} there and is {loss} now.',
  ADVICE_MORE_DATA_MEASURED:
    'Get more training samples: from {from} to {to} of them the validation loss fell by {fall}.',
  ADVICE_MORE_DATA: 'Get more training samples, or vary them more by augmentation.',
  ADVICE_PRUNE_MEASURED:
    'Set {sparsity} of the weights to zero: that brings the gap from {gapBefore} to {gapAfter}.',
  ADVICE_PRUNE: 'Set {sparsity} of the weights to zero: a smaller network learns less by heart.',
  ADVICE_WEIGHT_DECAY: 'Pull weights to zero with a weight decay of {value}.',
  ADVICE_DROPOUT: 'Drop {value} of the inputs of fully connected layers while training.',
  ADVICE_EARLY_STOPPING: 'Stop when the validation loss has not fallen for {patience} epochs.',
  ADVICE_LONGER: 'Train for {epochs} epochs.',
  ADVICE_LONGER_MEASURED: 'Train for {epochs} epochs: the loss still falls by {fall} per epoch.',
  ADVICE_LESS_REGULARIZATION:
    'Train without weight decay ({weightDecay} now) and dropout ({dropout} now): they hold the network back.',
  ADVICE_WIDER: 'Use a wider or deeper network; this one trains {parameters} parameters.',
  ADVICE_OTHER_RATE: 'Try a learning rate of {value}.',
  ADVICE_LOWER_RATE: 'Train with a tenth of the learning rate.',
  ADVICE_LOWER_RATE_TO: 'Train with a learning rate of {value} instead of {before}.',
  ADVICE_CLIP: 'Limit the norm of the gradient to {value}.',
  ADVICE_CHECK_INPUTS:
    'Look at the inputs: values far from the range of −1 to 1 make steps too large. Normalize them.',
  ADVICE_REMOVE_SHARED:
    'Take the {shared} shared samples out of one of the two parts and train again; until then the validation figures mean little.',
  LAYER_GREW: 'In epoch {epoch} the loss went out of bounds, and the weights of layer {layer} with it.',
  PRUNING_NOT_TRIED: 'The response to pruning was not measured. {problem}',
  LEARNING_CURVE_SKIPPED: 'No learning curve was drawn. {problem}',
  LEARNING_CURVE_NEEDS_DATA: 'No learning curve was drawn: it needs data to train on.',
  LEARNING_CURVE_DIVERGED:
    'The learning curve ends before {samples} samples, on which training diverged in epoch {epoch}.',
  NOTHING_MEASURED: 'There are neither curves nor data, so only the weights were looked at.',
  CAUSE_PER_TENSOR:
    'The channels of {layer} share one grid, but the largest weight of one is {spread} times that of another; with a grid for each channel, {part} of the harm is gone.',
  CAUSE_WEIGHT_BITS:
    'With the weights as they were, {part} of the harm is gone, most of it in {layer}; grids for each channel do not make up for it.',
  CAUSE_INPUT_RANGE:
    'The input {value} was calibrated for {low} to {high}, but the samples go from {dataLow} to {dataHigh}.',
  CAUSE_DATA_PREPARATION:
    'The original itself is right for {before} of these samples, but for {after} when they are {change}.',
  CAUSE_RANGES:
    'Activations are rounded to ranges that do not fit the data: with fitting ones {part} of the harm is gone. The worst is {value}, with a grid from {low} to {high} for values from {dataLow} to {dataHigh}.',
  CAUSE_ACTIVATION_BITS:
    'The ranges of activations fit, but without rounding them {part} of the harm is gone, most of it at {value}.',
  CAUSE_SATURATION:
    'Run by ONNX Runtime, the outputs are {factor} times as far from those of the original as the file says. This processor adds products of 8-bit numbers in 16 bits, and {part} of the neighbouring weights are too large for that.',
  CAUSE_OPTIMIZATIONS:
    'Run by ONNX Runtime, the outputs are {factor} times as far from those of the original as the file says: what its optimizations make of the graph rounds otherwise.',
  ADVICE_PER_CHANNEL:
    'Quantize with a scale for each channel, or equalize the channels of neighbouring layers first.',
  ADVICE_WEIGHT_BITS: 'Give {layer} more bits, leave it out, or round by AdaRound or GPTQ.',
  ADVICE_CALIBRATE_ALIKE:
    'Calibrate on samples that are prepared as those that the model will get, and on more than a few different ones.',
  ADVICE_DATA_PREPARATION:
    'Prepare the samples as they were when the model was trained, then quantize again.',
  ADVICE_RANGES:
    'Calibrate on samples like those that the model will get, with the observer min-max or mse, or leave out the layers that make these values.',
  ADVICE_ACTIVATION_BITS:
    'Leave out the layers that make these values, give activations 8 bits, or train with quantization.',
  ADVICE_REDUCE_RANGE: 'Quantize weights to 7 bits on this processor.',
  ADVICE_OPTIMIZATIONS:
    'Run the model with graph optimizations turned off to see the difference; leave out the layers that differ, or quantize anew.',
  TRIAGE_NOTHING_LOST:
    'The quantized model computes nearly what the original does; there is nothing to blame.',
  TRIAGE_UNEXPLAINED: 'None of what is looked for explains what was lost.',
  TRIAGE_WEIGHTS_UNKNOWN:
    'The weights before quantization were not found in the original for {layers}, so that their part in the harm is not measured.',
  ADVICE_GIVE_DATA: 'Give the data that the model was trained on, with samples to validate on.',
} as const;

export type ErrorCode = keyof typeof errorTemplates;
export type NoteCode = keyof typeof noteTemplates;

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The values that a code's template needs. */
export type ErrorValues<C extends ErrorCode> = {
  readonly [K in Placeholders<(typeof errorTemplates)[C]>]: string | number;
};
export type NoteValues<C extends NoteCode> = {
  readonly [K in Placeholders<(typeof noteTemplates)[C]>]: string | number;
};

/** A note as it is stored in reports and crosses between processes. */
export interface Note {
  readonly code: NoteCode;
  readonly values: Readonly<Record<string, string | number>>;
}

export function note<C extends NoteCode>(code: C, values: NoteValues<C>): Note {
  return { code, values };
}

/** Fills the placeholders of a template. `translate` maps the English template to the reader's language. */
export function fillTemplate(
  template: string,
  values: Readonly<Record<string, string | number>>,
  translate: (template: string) => string = (text) => text,
): string {
  return translate(template).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
